"""model.tar.gz: whatever it holds, nothing leaves its folder, and the message says what is wrong."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from localaws.iam import RoleSession
from localaws.runtime.serving import ArtifactError, artifact
from localaws.runtime.serving.artifact import Limits
from localaws.session import local_session

Member = tuple[str, dict[str, Any]]
LINK, HARD, FOLDER, DEVICE, PIPE = tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE


def packed(*members: Member) -> bytes:
    """A gzip-compressed tar file; a member's `data` is its content, the rest are attributes of its TarInfo."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, attributes in members:
            member = tarfile.TarInfo(name)
            data = attributes.get("data", b"")
            member.size = len(data)
            for key, value in attributes.items():
                if key != "data":
                    setattr(member, key, value)
            archive.addfile(member, io.BytesIO(data))
    return stream.getvalue()


def extract(folder: Path, content: bytes, limits: Limits | None = None) -> Path:
    (folder / "model.tar.gz").write_bytes(content)
    artifact.extract(folder / "model.tar.gz", folder / "model", "s3://bucket/model.tar.gz", limits)
    return folder / "model"


GOOD = packed(
    ("./xgboost-model", {"data": os.urandom(5000)}),
    ("code", {"type": FOLDER, "mode": 0o755}),
    ("code/run.sh", {"data": b"#!/bin/sh\n", "mode": 0o700}),
    ("code/inference.py", {"data": b"x = 1\n", "mode": 0o600}),
    ("latest", {"type": LINK, "linkname": "code/inference.py"}),
    ("code/up", {"type": LINK, "linkname": "../xgboost-model"}),
    ("hard", {"type": HARD, "linkname": "code/inference.py"}),
    ("a:b", {"data": b"1"}),
    ("\\c", {"data": b"1"}),
    ("code/best", {"type": LINK, "linkname": "/opt/ml/model/a:b"}),
)


def test_files_folders_and_links_inside_are_unpacked(tmp_path: Path) -> None:
    model = extract(tmp_path, GOOD)
    assert sorted(str(path.relative_to(model)) for path in model.rglob("*")) == [
        "\\c", "a:b", "code", "code/best", "code/inference.py", "code/run.sh", "code/up", "hard", "latest",
        "xgboost-model",
    ]  # fmt: skip
    assert (model / "latest").read_text() == (model / "hard").read_text() == "x = 1\n"
    assert (model / "code" / "up").stat().st_size == 5000
    assert (model / "code" / "best").read_text() == "1"
    assert os.access(model / "code" / "run.sh", os.X_OK)
    assert not (model / "code" / "inference.py").stat().st_mode & 0o111


def test_a_later_member_replaces_an_earlier_one_and_not_what_a_link_leads_to(tmp_path: Path) -> None:
    model = extract(
        tmp_path,
        packed(("a", {"data": b"1"}), ("l", {"type": LINK, "linkname": "a"}), ("l", {"data": b"22"})),
    )
    assert ((model / "a").read_text(), (model / "l").read_text()) == ("1", "22")


HOSTILE: dict[str, tuple[bytes, str]] = {
    "absolute path": (packed(("/etc/passwd", {"data": b"x"})), "holds the absolute path '/etc/passwd'"),
    "dots": (packed(("a/../../x", {"data": b"x"})), "holds 'a/../../x', which leads out of its folder"),
    "absolute link": (packed(("l", {"type": LINK, "linkname": "/etc"})), "links 'l' to '/etc', outside"),
    "absolute link out of a model": (
        packed(("l", {"type": LINK, "linkname": "/opt/ml/model/../secret"})),
        "links 'l' to '../secret', outside",
    ),
    "link out": (packed(("a/l", {"type": LINK, "linkname": "../../x"})), "links 'a/l' to '../../x', outside"),
    "through a link": (
        packed(("l", {"type": LINK, "linkname": "y/.."}), ("y", {"type": LINK, "linkname": "."}), ("l/x", {})),
        "holds 'l/x', which a link leads out of its folder",
    ),
    "a link turned later": (
        packed(("l", {"type": LINK, "linkname": "y/.."}), ("y", {"type": LINK, "linkname": "."})),
        "links 'l' to 'y/..', outside",
    ),
    "hard link out": (packed(("h", {"type": HARD, "linkname": "../x"})), "holds '../x', which leads out"),
    "hard link to nothing": (packed(("h", {"type": HARD, "linkname": "none"})), "'none', which is no file in it"),
    "hard link to a link": (
        packed(("l", {"type": LINK, "linkname": "h"}), ("h", {"type": HARD, "linkname": "l"})),
        "'l', which is no file in it",
    ),
    "link loop": (
        packed(("a", {"type": LINK, "linkname": "b"}), ("b", {"type": LINK, "linkname": "a"}), ("a/x", {})),
        "cannot be unpacked",
    ),
    "device": (packed(("d", {"type": DEVICE, "devmajor": 1, "devminor": 3})), "holds 'd', a device or pipe"),
    "pipe": (packed(("p", {"type": PIPE})), "holds 'p', a device or pipe"),
    "file as folder": (packed(("a", {"data": b"1"}), ("a/b", {"data": b"2"})), "cannot be unpacked"),
    "a root that is no folder": (packed((".", {"data": b"1"})), "that is no folder"),
    "nothing": (packed(), "holds no file"),
    "only folders": (packed(("a", {"type": FOLDER})), "holds no file"),
    "empty file": (b"", "is empty"),
    "text": (b"hello world", "is not gzip-compressed; make it with `tar czf model.tar.gz"),
    "tar without gzip": (gzip.decompress(GOOD), "is not gzip-compressed"),
    "gzip of text": (gzip.compress(b"hello" * 200), "is not a tar file inside its gzip compression"),
    "truncated": (GOOD[: len(GOOD) // 2], "is truncated: it ends in the middle of the compressed data"),
    "tar truncated": (gzip.compress(gzip.decompress(GOOD)[:3000]), "or a damaged one (unexpected end of data)"),
    "wrong checksum": (GOOD[:-6] + bytes([GOOD[-6] ^ 1]) + GOOD[-5:], "is damaged: CRC check failed"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_cannot_be_used_is_refused_and_leaves_nothing(case: str, tmp_path: Path) -> None:
    refused(tmp_path, *HOSTILE[case])


def test_a_decompression_bomb_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, packed(("zeros", {"data": bytes(300 << 20)})), "which only a decompression bomb does")


def refused(tmp_path: Path, content: bytes, reason: str) -> None:
    began = time.monotonic()
    with pytest.raises(ArtifactError, match=r"^Model artifact s3://bucket/model\.tar\.gz ") as raised:
        extract(tmp_path, content)
    assert reason in str(raised.value)
    assert [path.name for path in tmp_path.iterdir()] == ["model.tar.gz"]
    assert not (tmp_path.parent / "x").exists()
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    ("limits", "members", "reason"),
    [
        (Limits(members=3), [(str(n), {"data": b"x"}) for n in range(4)], "more than the 3 members"),
        (Limits(unpacked_bytes=10_000), [("a", {"data": os.urandom(20_000)})], "more than the 10000 bytes"),
        (Limits(seconds=0), [("a", {"data": os.urandom(20_000)})], "was not unpacked within 0 s"),
        (Limits(ratio=10, ratio_from_bytes=0), [("a", {"data": bytes(100_000)})], "more than 10 times its own size"),
    ],
)
def test_limits(limits: Limits, members: list[Member], reason: str, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError) as raised:
        extract(tmp_path, packed(*members), limits)
    assert reason in str(raised.value)
    assert not (tmp_path / "model").exists()
    assert extract(tmp_path, packed(*members)).is_dir()


def test_a_sparse_file_counts_with_its_whole_size(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(40 << 30)
    subprocess.run(["tar", "-C", tmp_path, "--sparse", "-czf", tmp_path / "packed", "sparse"], check=True)
    (tmp_path / "sparse").unlink()
    content = (tmp_path / "packed").read_bytes()
    assert len(content) < 10_000
    with pytest.raises(ArtifactError, match="bytes that are allowed"):
        extract(tmp_path, content)


def test_a_header_that_declares_hundreds_of_megabytes_is_not_read(tmp_path: Path) -> None:
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 400 << 20
    with pytest.raises(ArtifactError, match="has a header of 419430400 bytes"):
        extract(tmp_path, gzip.compress(header.tobuf() + bytes(1 << 20)))


@pytest.fixture
def get(stack: Any, tmp_path: Path) -> Callable[..., str]:
    """Downloads an object of the bucket "artifacts" to the file "got"."""
    s3 = stack.client("s3")
    s3.create_bucket(Bucket="artifacts")
    s3.put_object(Bucket="artifacts", Key="a/model.tar.gz", Body=GOOD)
    s3.put_object(Bucket="artifacts", Key="run#7?b/model.tar.gz", Body=GOOD)
    keys = RoleSession(None, stack.running.access_key_id, stack.running.secret_access_key, "")  # type: ignore[arg-type]
    session = local_session(keys, stack.running.region, stack.endpoint_url)

    def download(url: str, container: str = "") -> str:
        return artifact.download(session, url, tmp_path / "got", container)

    return download


@pytest.mark.parametrize("key", ["a/model.tar.gz", "run#7?b/model.tar.gz"])
def test_an_object_is_downloaded(key: str, get: Callable[..., str], tmp_path: Path) -> None:
    assert len(get(f"s3://artifacts/{key}")) == 32  # an ETag
    assert (tmp_path / "got").read_bytes() == GOOD


@pytest.mark.parametrize(
    "url",
    [
        "s3://artifacts/none.tar.gz",
        "s3://artifacts/a/model.tar.gz#1",
        "s3://artifacts/a/model.tar.gz?x",
        "s3://no-such-bucket-here/a",
        "s3://artifacts",
        "https://artifacts/a",
        "x",
    ],
)
def test_an_object_that_is_not_there_is_named_with_its_url(url: str, get: Callable[..., str], tmp_path: Path) -> None:
    with pytest.raises(ArtifactError) as raised:
        get(url, "container_1")
    assert f'"{url}"' in str(raised.value)
    assert 'for container "container_1"' in str(raised.value)
    assert not (tmp_path / "got").exists()
