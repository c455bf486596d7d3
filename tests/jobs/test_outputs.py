"""Outputs appear together or not at all, and their bytes depend on their content alone."""

from __future__ import annotations

import errno
import io
import os
import tarfile
import time
from pathlib import Path

import pytest

from mlops.jobs.outputs import Outputs, json_bytes, tar_gz


def found(root):
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))


def test_files_appear_when_the_block_ends(tmp_path):
    with Outputs(tmp_path / "out") as outputs:
        outputs.write("train/train.csv", b"1\n")
        assert not (tmp_path / "out/train").exists()
    assert found(tmp_path / "out") == ["train", "train/train.csv"]


def test_nothing_appears_when_the_block_raises(tmp_path):
    (tmp_path / "train").mkdir()

    def write_half():
        with Outputs(tmp_path) as outputs:
            outputs.write("train/train.csv", b"1\n")
            raise RuntimeError("midway")

    with pytest.raises(RuntimeError, match="midway"):
        write_half()
    assert found(tmp_path) == ["train"]


def test_nothing_stays_when_a_file_cannot_be_moved(tmp_path):
    (tmp_path / "test/test.csv").mkdir(parents=True)  # a folder stands where the second file goes

    def write_both():
        with Outputs(tmp_path) as outputs:
            outputs.write("train.csv", b"1\n")
            outputs.write("test/test.csv", b"2\n")

    with pytest.raises(OSError, match="directory"):
        write_both()
    assert found(tmp_path) == ["test", "test/test.csv"]


def test_a_folder_that_is_another_mount_is_written_too(tmp_path, monkeypatch):
    replace = Path.replace

    def across_mounts(self, target):
        if self.parent.name.startswith(".partial-"):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(self))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", across_mounts)
    with Outputs(tmp_path) as outputs:
        outputs.write("train.csv", b"1\n")
    assert found(tmp_path) == ["train.csv"]
    assert (tmp_path / "train.csv").read_bytes() == b"1\n"


def test_json_is_sorted_and_ends_with_a_line_end():
    assert json_bytes({"b": 1, "a": {"ü": [0.1]}}) == '{\n "a": {\n  "ü": [\n   0.1\n  ]\n },\n "b": 1\n}\n'.encode()


def test_json_refuses_nan():
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_bytes({"a": float("nan")})


def test_archives_are_the_same_at_another_time_and_in_another_order(monkeypatch):
    first = tar_gz({"b": b"2", "a/c": b"1"})
    monkeypatch.setattr(time, "time", lambda: 1e9)
    assert tar_gz({"a/c": b"1", "b": b"2"}) == first


def test_archive_members_can_be_packed_into_a_zip():
    # The serving toolkit builds a wheel of the code; a wheel is a zip, and a zip knows no year before 1980.
    with tarfile.open(fileobj=io.BytesIO(tar_gz({"a": b"1"}))) as archive:
        (member,) = archive.getmembers()
    assert time.gmtime(member.mtime).tm_year >= 1980
    assert (member.uid, member.gid, member.mode) == (0, 0, 0o644)
