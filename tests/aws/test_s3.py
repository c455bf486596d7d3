"""Objects and their locations, without an account."""

from __future__ import annotations

import io
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody

from mlops.aws import s3


class Stored:
    """S3 with one object, or with one error for every call."""

    def __init__(self, body: bytes = b"", code: str | None = None) -> None:
        self._body, self._code = body, code

    def _answer(self, **_: str) -> dict[str, Any]:
        if self._code:
            raise ClientError({"Error": {"Code": self._code, "Message": ""}}, "Operation")
        return {"Body": StreamingBody(io.BytesIO(self._body), len(self._body))}

    get_object = head_object = head_bucket = _answer


def test_lines_are_counted_as_rows() -> None:
    assert [s3.count_lines(Stored(body), "b", "k") for body in (b"", b"1", b"1\n", b"1\n2")] == [0, 1, 1, 2]


@pytest.mark.parametrize(
    ("uri", "parts"),
    [("s3://b/k/l.csv", ("b", "k/l.csv")), ("s3://b", ("b", "")), ("s3://b/", ("b", "")), ("b/k", ("b", "k"))],
)
def test_a_location_is_a_bucket_and_a_key(uri: str, parts: tuple[str, str]) -> None:
    assert s3.split_uri(uri) == parts


@pytest.mark.parametrize("code", ["404", "NoSuchKey", "NotFound", "NoSuchBucket"])
def test_what_is_missing_does_not_exist(code: str) -> None:
    assert not s3.exists(Stored(code=code), "s3://b/k")
    assert not s3.bucket_exists(Stored(code=code), "b")


def test_a_denied_object_is_an_error_and_a_denied_bucket_may_exist() -> None:
    with pytest.raises(ClientError, match="403"):
        s3.exists(Stored(code="403"), "s3://b/k")
    assert s3.bucket_exists(Stored(code="403"), "b")
    assert s3.exists(Stored(), "s3://b/k")
    assert s3.bucket_exists(Stored(), "b")
