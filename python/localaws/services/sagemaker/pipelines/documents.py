"""JSON documents in S3 that expressions look into, read with the pipeline role's rights."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from localaws.api.json_text import read_json
from localaws.services.sagemaker.jobs.s3 import DataError, place
from localaws.services.sagemaker.pipelines.definition import Step
from localaws.services.sagemaker.pipelines.errors import EvaluationError
from localaws.services.sagemaker.pipelines.paths import PathError, lookup

__all__ = ["Documents", "property_file_uri"]


class Documents:
    """Reads JSON objects with one session; each is read when it is asked for, as AWS does."""

    def __init__(self, session: boto3.Session) -> None:
        self._session = session

    @cached_property
    def _s3(self) -> Any:
        return self._session.client("s3")

    def json(self, uri: str) -> Any:
        """The parsed object; raises `EvaluationError` naming the URI when it is missing, forbidden or not JSON."""
        try:
            where = place(uri)
        except DataError as error:
            raise EvaluationError(f"'{uri}' is not the S3 URI of an object.") from error
        if not where.key:
            raise EvaluationError(f"'{uri}' is not the S3 URI of an object.")
        try:
            body = self._s3.get_object(Bucket=where.bucket, Key=where.key)["Body"].read()
        except ClientError as error:
            raise EvaluationError(f"Unable to read {uri}: {error.response['Error']['Message']}") from error
        except BotoCoreError as error:
            raise EvaluationError(f"Unable to read {uri}: {error}") from error
        try:
            return read_json(body)
        except ValueError as error:
            raise EvaluationError(f"{uri} is not a JSON document: {error}.") from error


def property_file_uri(step: Step, file_name: str, properties: Any) -> str:
    """Where a finished processing step left one of its property files."""
    file = next(file for file in step.property_files if file.name == file_name)
    try:
        folder = lookup(properties, ("ProcessingOutputConfig", "Outputs", file.output_name, "S3Output", "S3Uri"))
    except PathError as error:
        raise EvaluationError(
            f"Property file '{file_name}' of step '{step.name}' has no S3 output: {error}."
        ) from error
    return f"{str(folder).rstrip('/')}/{file.path.lstrip('/')}"
