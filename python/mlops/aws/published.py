"""The definitions and requests that Terraform publishes under ``definitions/`` of a student's bucket."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from mlops.aws.errors import UserError, error_code, is_not_found
from mlops.aws.s3 import read_object

__all__ = ["published_request", "published_text"]


def published_text(s3: Any, bucket: str, key: str) -> str:
    """A published document exactly as Terraform wrote it.

    Raises:
        UserError: no such bucket or object, or it is not JSON.
    """
    uri = f"s3://{bucket}/{key}"
    try:
        text = read_object(s3, uri).decode("utf-8")
        json.loads(text)
    except ClientError as error:
        if not is_not_found(error):
            raise
        missing = "bucket" if error_code(error) == "NoSuchBucket" else "definition"
        raise UserError(
            f"no {missing} at {uri}: run `terraform apply` first; a bucket of another name is given with --bucket"
        ) from error
    except ValueError as error:
        raise UserError(f"{uri} is not JSON ({error}): run `terraform apply` to publish it again") from error
    return text


def published_request(s3: Any, bucket: str, key: str) -> dict[str, Any]:
    """A published document as an object; raises as ``published_text`` does, and UserError where it is no object."""
    document = json.loads(published_text(s3, bucket, key))
    if not isinstance(document, dict):
        raise UserError(f"s3://{bucket}/{key} is not a JSON object: run `terraform apply` to publish it again")
    return document
