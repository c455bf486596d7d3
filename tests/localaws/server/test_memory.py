"""Objects that were overwritten or deleted take no memory and no file."""

from __future__ import annotations

import io
import os
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

MIB = 1024**2
BODY = os.urandom(60 * MIB)


def resident_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def deleted_mib(pid: int) -> float:
    """The size of files without a name that the process keeps open."""
    total = 0
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            if "(deleted)" in str(entry.readlink()):
                total += entry.stat().st_size
        except FileNotFoundError:  # closed meanwhile
            continue
    return total / MIB


def overwrite(s3: Any, bucket: str) -> None:
    for _ in range(6):
        s3.put_object(Bucket=bucket, Key="key", Body=BODY)


def overwrite_in_parts(s3: Any, bucket: str) -> None:
    for _ in range(6):
        s3.upload_fileobj(io.BytesIO(BODY), bucket, "key")


def overwrite_versions(s3: Any, bucket: str) -> None:
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    overwrite(s3, bucket)


def copy(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="key", Body=BODY)
    for _ in range(6):
        s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/key")


def read(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="key", Body=BODY)
    for _ in range(6):
        assert len(s3.get_object(Bucket=bucket, Key="key")["Body"].read()) == len(BODY)


def abort_parts(s3: Any, bucket: str) -> None:
    upload = s3.create_multipart_upload(Bucket=bucket, Key="key")["UploadId"]
    for number in range(1, 7):
        s3.upload_part(Bucket=bucket, Key="key", UploadId=upload, PartNumber=number, Body=BODY)
    s3.abort_multipart_upload(Bucket=bucket, Key="key", UploadId=upload)


def empty(s3: Any, bucket: str) -> None:
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if found:
            keys = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
            s3.delete_objects(Bucket=bucket, Delete={"Objects": keys})
    s3.delete_bucket(Bucket=bucket)


@pytest.mark.parametrize(
    "use",
    [
        overwrite,
        abort_parts,
        *(pytest.param(use, marks=pytest.mark.full) for use in (overwrite_in_parts, overwrite_versions, copy, read)),
    ],
)
def test_deleted_objects_take_no_memory(module_stack: Any, use: Callable[[Any, str], None]) -> None:
    s3, pid = module_stack.client("s3"), module_stack.running.pid
    bucket = f"memory-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=bucket)
    before, files = resident_mib(pid), deleted_mib(pid)
    use(s3, bucket)
    empty(s3, bucket)
    end = time.monotonic() + 5
    while resident_mib(pid) > before + 150 and time.monotonic() < end:
        time.sleep(0.1)
    assert resident_mib(pid) <= before + 150
    assert deleted_mib(pid) <= files + 1
