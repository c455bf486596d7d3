"""Reading what Terraform published."""

from __future__ import annotations

import io
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mlops.aws.errors import UserError
from mlops.aws.published import published_request, published_text


class Published:
    """S3 with one document, or with one error."""

    def __init__(self, body: bytes = b"", code: str | None = None) -> None:
        self._body, self._code = body, code

    def get_object(self, **_: str) -> dict[str, Any]:
        if self._code:
            raise ClientError({"Error": {"Code": self._code, "Message": ""}}, "GetObject")
        return {"Body": io.BytesIO(self._body)}


def test_the_text_stays_as_terraform_wrote_it() -> None:
    body = b'{ "b": 1,\n"a":  2 }'
    assert published_text(Published(body), "b", "k") == body.decode()
    assert published_request(Published(body), "b", "k") == {"a": 2, "b": 1}


@pytest.mark.parametrize(
    ("s3", "message"),
    [
        (Published(code="NoSuchBucket"), "no bucket at s3://b/k: run `terraform apply` first; .* with --bucket"),
        (Published(code="NoSuchKey"), "no definition at s3://b/k: run `terraform apply` first"),
        (Published(b"{"), "s3://b/k is not JSON .*: run `terraform apply` to publish it again"),
        (Published(b"\xff\xfe"), "s3://b/k is not JSON .*: run `terraform apply` to publish it again"),
        (Published(b"[]"), "s3://b/k is not a JSON object: run `terraform apply` to publish it again"),
    ],
)
def test_what_cannot_be_read_names_the_remedy(s3: Published, message: str) -> None:
    with pytest.raises(UserError, match=message):
        published_request(s3, "b", "k")


def test_a_denied_document_is_the_service_s_own_error() -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        published_text(Published(code="AccessDenied"), "b", "k")
