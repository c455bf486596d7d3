"""What S3 checks of a body and a key before it stores them."""

from __future__ import annotations

import base64
import hashlib
import zlib
from typing import Any

import pytest
from raw_requests import Raw, client_of
from signed import request_of

from localaws.api.errors import AwsError
from localaws.server.crc import ALGORITHMS, Crc
from localaws.server.integrity import check_integrity

BODY = b"123456789"
# The check values that the definitions of the two CRCs state, and the standard library's others.
CHECKSUMS = {
    "Content-MD5": hashlib.md5(BODY).digest(),
    "x-amz-checksum-crc32": bytes.fromhex("cbf43926"),
    "x-amz-checksum-crc32c": bytes.fromhex("e3069283"),
    "x-amz-checksum-crc64nvme": bytes.fromhex("ae8b14860a799888"),
    "x-amz-checksum-sha1": hashlib.sha1(BODY).digest(),
    "x-amz-checksum-sha256": hashlib.sha256(BODY).digest(),
}


def code_of(headers: dict[str, str], body: bytes = BODY, path: str = "/bucket/key", query: str = "") -> str:
    """The refusal's code, or an empty string."""
    try:
        check_integrity(request_of(Raw("s3", "PUT", path, query, tuple(headers.items()), body)))
    except AwsError as error:
        return error.code
    return ""


@pytest.mark.parametrize("name", CHECKSUMS)
def test_a_checksum_is_that_of_the_body(name: str) -> None:
    right = base64.b64encode(CHECKSUMS[name]).decode()
    assert code_of({name: right}) == ""
    assert code_of({name: right}, BODY + b"0") == "BadDigest"
    assert code_of({}, BODY + b"0", query=f"{name}={right.replace('+', '%2B')}") == "BadDigest"
    for malformed in ("", "x", right[:-4], right + "AAAA", "²"):
        assert code_of({name: malformed}) in ("InvalidDigest", "InvalidRequest"), malformed


def test_every_checksum_must_match() -> None:
    right = {name: base64.b64encode(digest).decode() for name, digest in CHECKSUMS.items()}
    assert code_of(right) == ""
    for name in right:
        wrong = base64.b64encode(bytes(len(CHECKSUMS[name]))).decode()
        assert code_of({**right, name: wrong}) == "BadDigest"


def test_a_checksum_that_cannot_be_verified_is_refused() -> None:
    assert code_of({"x-amz-checksum-xxhash64": "AAAAAAAAAAA="}) == "InvalidRequest"
    assert code_of({"x-amz-checksum-algorithm": "CRC32", "x-amz-checksum-type": "COMPOSITE"}) == ""


@pytest.mark.parametrize("length", [0, 1, 4095, 4096, 4097, 20_000, 4096 * 4097 + 3])
def test_a_crc_is_that_of_the_whole_body(length: int) -> None:
    body = hashlib.shake_128(b"body").digest(length)
    assert Crc(32, 0xEDB88320).digest(body) == zlib.crc32(body).to_bytes(4, "big")
    halves = length // 2
    assert ALGORITHMS["crc64nvme"].digest(body[:halves] + body[halves:]) == ALGORITHMS["crc64nvme"].digest(body)


def test_a_key_has_1024_bytes_at_most() -> None:
    for longest, too_long in (
        ("k" * 1024, "k" * 1025),
        ("%C3%BC" * 512, "%C3%BC" * 512 + "k"),
        ("a/" * 512, "a/" * 513),
    ):
        assert code_of({}, path=f"/bucket/{longest}") == ""
        assert code_of({}, path=f"/bucket/{too_long}") == "KeyTooLongError"


def test_nothing_is_stored_of_what_is_refused(stack: Any) -> None:
    client, s3 = client_of(stack), stack.client("s3")
    s3.create_bucket(Bucket="integrity")
    for headers, path, code in (
        ((("Content-MD5", base64.b64encode(bytes(16)).decode()),), "/integrity/a", "BadDigest"),
        ((("x-amz-checksum-sha256", base64.b64encode(bytes(32)).decode()),), "/integrity/b", "BadDigest"),
        ((), f"/integrity/{'k' * 1025}", "KeyTooLongError"),
    ):
        answer = client.send(client.sign(Raw("s3", "PUT", path, headers=headers, body=BODY)))
        assert (answer.status, f"<Code>{code}</Code>" in answer.text) == (400, True), answer.text
    assert s3.list_objects_v2(Bucket="integrity")["KeyCount"] == 0
    for algorithm in ("CRC32", "SHA1", "SHA256"):
        s3.put_object(Bucket="integrity", Key="k" * 1024, Body=BODY, ChecksumAlgorithm=algorithm)
    upload = s3.create_multipart_upload(Bucket="integrity", Key="parts", ChecksumAlgorithm="CRC32")["UploadId"]
    part = s3.upload_part(Bucket="integrity", Key="parts", UploadId=upload, PartNumber=1, Body=BODY)
    s3.complete_multipart_upload(
        Bucket="integrity",
        Key="parts",
        UploadId=upload,
        ChecksumCRC32="AAAAAA==",
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
    )
    assert s3.get_object(Bucket="integrity", Key="parts")["Body"].read() == BODY
