"""Bodies that are signed chunk by chunk, or carry their checksum behind them."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from raw_requests import Raw, client_of
from signed import authenticated

from localaws.api.errors import AwsError

MAY_24 = datetime(2013, 5, 24, tzinfo=UTC)
DATA = b"a" * 66560


def _chunk(data: bytes, signature: str) -> bytes:
    return f"{len(data):x};chunk-signature={signature}\r\n".encode() + data + (b"\r\n" if data else b"")


def _documented(headers: str, signature: str, body: bytes, **more: str) -> Raw:
    raw = Raw("s3", "PUT", "/examplebucket/chunkObject.txt", body=body).plus(
        Authorization="AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
        f"SignedHeaders={headers},Signature={signature}",
        Host="s3.amazonaws.com",
        Content_Encoding="aws-chunked",
        X_Amz_Date="20130524T000000Z",
        X_Amz_Decoded_Content_Length="66560",
        X_Amz_Storage_Class="REDUCED_REDUNDANCY",
    )
    return raw.plus(**more)


# The examples of https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and of the page on trailers.
SIGNED = _documented(
    "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;"
    "x-amz-storage-class",
    "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
    _chunk(DATA[:65536], "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648")
    + _chunk(DATA[65536:], "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497")
    + _chunk(b"", "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9")
    + b"\r\n",
    Content_Length="66824",
    X_Amz_Content_Sha256="STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
)
WITH_TRAILER = _documented(
    "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;"
    "x-amz-trailer",
    "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
    _chunk(DATA[:65536], "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2")
    + _chunk(DATA[65536:], "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7")
    + _chunk(b"", "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992")
    + b"x-amz-checksum-crc32c:sOO8/Q==\r\n"
    + b"x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n",
    X_Amz_Content_Sha256="STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    X_Amz_Trailer="x-amz-checksum-crc32c",
)


@pytest.mark.parametrize("documented", [SIGNED, WITH_TRAILER], ids=["signed", "with a trailer"])
def test_the_examples_of_awss_documentation_are_genuine(documented: Raw) -> None:
    request = authenticated(documented, MAY_24)
    assert request.body == DATA
    assert "Content-Encoding" not in request.headers
    assert request.headers["Content-Length"] == "66560"


def test_a_trailer_is_a_header() -> None:
    assert authenticated(WITH_TRAILER, MAY_24).headers["X-Amz-Checksum-Crc32C"] == "sOO8/Q=="


_FIRST = b"ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"


@pytest.mark.parametrize(
    ("documented", "change", "code"),
    [
        (SIGNED, lambda body: body.replace(b"aaaa", b"aaab", 1), "SignatureDoesNotMatch"),
        (SIGNED, lambda body: body.replace(_FIRST, b"0" * 64), "SignatureDoesNotMatch"),
        (SIGNED, lambda body: body[: body.rindex(b"0;chunk")] + b"0\r\n\r\n", "IncompleteBody"),
        (SIGNED, lambda body: body[: body.rindex(b"0;chunk")], "IncompleteBody"),
        (SIGNED, lambda body: body.replace(b"10000;", b"10001;"), "IncompleteBody"),
        (SIGNED, lambda body: body.replace(b"10000;", b"-1;"), "IncompleteBody"),
        (SIGNED, lambda body: body.replace(b"10000;", b"ffffffffffffffff;"), "IncompleteBody"),
        (SIGNED, lambda body: body + b"x-amz-checksum-crc32c:sOO8/Q==\r\n\r\n", "MalformedTrailerError"),
        (SIGNED, lambda body: DATA, "IncompleteBody"),
        (SIGNED, lambda body: b"", "IncompleteBody"),
        (WITH_TRAILER, lambda body: body.replace(b"sOO8", b"sOO9"), "SignatureDoesNotMatch"),
        (WITH_TRAILER, lambda body: body.replace(b"d81f", b"d81e"), "SignatureDoesNotMatch"),
        (WITH_TRAILER, lambda body: body[: body.index(b"x-amz-trailer-")] + b"\r\n", "MalformedTrailerError"),
        (WITH_TRAILER, lambda body: body.replace(b"crc32c", b"crc32"), "MalformedTrailerError"),
        (WITH_TRAILER, lambda body: body.replace(b"x-amz-checksum", b"authorization"), "MalformedTrailerError"),
    ],
)
def test_a_streamed_body_that_was_changed_is_refused(
    documented: Raw, change: Callable[[bytes], bytes], code: str
) -> None:
    with pytest.raises(AwsError) as refused:
        authenticated(replace(documented, body=change(documented.body)), MAY_24)
    assert refused.value.code == code


def _unsigned(body: bytes, checksum: str, size: int, credentials: Any, path: str = "/bucket/key") -> Raw:
    """As SDKs of other languages send it."""
    raw = Raw("s3", "PUT", path).plus(
        Content_Encoding="aws-chunked,gzip",
        X_Amz_Content_Sha256="STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        X_Amz_Decoded_Content_Length=str(size),
        X_Amz_Sdk_Checksum_Algorithm="CRC32",
        X_Amz_Trailer="x-amz-checksum-crc32",
    )
    signed = credentials.signed_by(raw, SigV4Auth(credentials.credentials(), "s3", "us-east-1"))
    trailer = f"x-amz-checksum-crc32:{checksum}\r\n\r\n".encode()
    return replace(signed, body=f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n" + trailer)


def test_an_unsigned_body_is_decoded_and_its_checksum_verified(stack: Any) -> None:
    client, s3 = client_of(stack), stack.client("s3")
    s3.create_bucket(Bucket="streamed")
    checksum = base64.b64encode(zlib.crc32(b"1,2\r\n").to_bytes(4, "big")).decode()
    assert client.send(_unsigned(b"1,2\r\n", checksum, 5, client, "/streamed/a")).status == 200
    found = s3.get_object(Bucket="streamed", Key="a", ChecksumMode="ENABLED")
    assert (found["Body"].read(), found["ContentEncoding"], found["ChecksumCRC32"]) == (b"1,2\r\n", "gzip", checksum)
    for body, stated, size, code in (
        (b"1,3\r\n", checksum, 5, "BadDigest"),
        (b"1,2\r\n", "AAAA", 5, "InvalidRequest"),
        (b"1,2\r\n", checksum, 6, "IncompleteBody"),
    ):
        answer = client.send(_unsigned(body, stated, size, client, "/streamed/b"))
        assert (answer.status, f"<Code>{code}</Code>" in answer.text) == (400, True), answer.text
    assert [each["Key"] for each in s3.list_objects_v2(Bucket="streamed")["Contents"]] == ["a"]
