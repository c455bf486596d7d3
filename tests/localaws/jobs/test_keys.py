"""Keys of objects become files of a job, or the job says why not; nothing lands elsewhere."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest

from localaws.api.errors import AwsError

from .world import BUCKET, World, channel, labelled_csv

LISTS = (
    "import json, os\n"
    "root = '/opt/ml/processing/input/data'\n"
    "print(json.dumps(sorted(os.path.relpath(os.path.join(d, f), root) for d, _, fs in os.walk(root) for f in fs)))\n"
)
LOCAL = "/opt/ml/processing/input/data"


def prefix() -> str:
    return f"keys/{uuid.uuid4().hex[:8]}"


def read(world: World, uri: str, kind: str = "S3Prefix", **source: str) -> dict[str, Any]:
    """Run a job that lists what it got; its description, with the list as `files`."""
    given = {"S3Uri": uri, "LocalPath": LOCAL, "S3DataType": kind, "S3InputMode": "File", **source}
    code = world.put("keys/job.py", LISTS)
    both = [
        {"InputName": "data", "S3Input": given},
        {
            "InputName": "code",
            "S3Input": {**given, "S3Uri": code, "LocalPath": "/opt/ml/processing/input/code", "S3DataType": "S3Prefix"},
        },
    ]
    if "S3CompressionType" in source:
        both[1]["S3Input"].pop("S3CompressionType")  # type: ignore[attr-defined]
    name = world.processing(LISTS, ProcessingInputs=both)
    described = world.finish("ProcessingJob", name)
    if described["ProcessingJobStatus"] == "Completed":
        described["files"] = json.loads(world.log("ProcessingJob", name)[0])
    return described


@pytest.mark.parametrize(
    ("rest", "rule"),
    [
        ("/tmp/outside.txt", "has an illegal char sub-sequence '//' in it"),
        ("a//b.txt", "has an illegal char sub-sequence '//' in it"),
        ("../" * 20 + "tmp/outside.txt", "has the file or directory name '..' in it"),
        ("a/../b.txt", "has the file or directory name '..' in it"),
        ("..", "has the file or directory name '..' in it"),
        ("./a.txt", "has the file or directory name '.' in it"),
        (" /a.txt", "has a blank file or directory name in it"),
        ("full-folder/", "ends with '/', and a file needs a name"),
        ("a" * 256, "has a file or directory name of 256 bytes in it, and 255 are the most allowed"),
    ],
)
def test_a_key_that_is_no_path_fails_the_job(world: World, rest: str, rule: str) -> None:
    folder = prefix()
    world.put(f"{folder}/fine.txt", "x")
    world.put(f"{folder}/{rest}", "x")
    described = read(world, f"s3://{BUCKET}/{folder}/")
    assert described["ProcessingJobStatus"] == "Failed"
    reason = described["FailureReason"]
    assert reason.startswith(f"ClientError: Failed to download data. S3 key: s3://{BUCKET}/{folder}/")
    assert f" {rule}: it cannot be a path below {LOCAL}. Copy the object to another key" in reason


def test_a_long_key_leaves_room_for_the_rule(world: World) -> None:
    folder = prefix()
    world.put(f"{folder}//{'/'.join(['abcdefghi'] * 95)}", "x")
    assert "sub-sequence '//' in it" in read(world, f"s3://{BUCKET}/{folder}/")["FailureReason"]


def test_a_double_slash_before_the_prefix_fails_the_job_too(world: World) -> None:
    folder = prefix()
    uri = world.put(f"{folder}//deep/data.csv", "x")
    assert "has an illegal char sub-sequence '//' in it" in read(world, uri)["FailureReason"]


def test_unusual_keys_land_under_their_own_names(world: World) -> None:
    folder = prefix()
    names = ["a\\..\\b", "b:c", "c\nd", "d\x7fe", "e" * 255, "f/..g/...", "ü/ \u2028z", "~", "zz%2e%2e"]
    for name in names:
        world.put(f"{folder}/{name}", "x")
    world.put(f"{folder}/", "")
    world.put(f"{folder}/empty-folder/", "")
    assert read(world, f"s3://{BUCKET}/{folder}/")["files"] == sorted(names)


def test_a_prefix_is_the_beginning_of_names(world: World) -> None:
    folder = prefix()
    for name in ("part-1.csv", "part-2/a.csv", "part/b.csv"):
        world.put(f"{folder}/{name}", "x")
    assert read(world, f"s3://{BUCKET}/{folder}/part")["files"] == ["b.csv", "part-1.csv", "part-2/a.csv"]
    assert read(world, f"s3://{BUCKET}/{folder}/part-1.csv")["files"] == ["part-1.csv"]


def test_two_objects_that_would_be_one_file_fail_the_job(world: World) -> None:
    folder = prefix()
    world.put(f"{folder}/x/x1", "one")
    world.put(f"{folder}/x1", "two")
    reason = read(world, f"s3://{BUCKET}/{folder}/x")["FailureReason"]
    assert "have the same path 'x1' below the prefix: choose a prefix that ends with '/'" in reason


def test_unpacked_objects_that_would_be_one_file_fail_the_job(world: World) -> None:
    import gzip

    folder = prefix()
    world.put(f"{folder}/a.csv", gzip.compress(b"1"))
    world.put(f"{folder}/a.csv.gz", gzip.compress(b"2"))
    reason = read(world, f"s3://{BUCKET}/{folder}/", S3CompressionType="Gzip")["FailureReason"]
    assert f"a.csv.gz becomes the file {LOCAL}/a.csv, which another object has become." in reason


@pytest.mark.parametrize("name", ["..gz", "...gz", ".gz/..gz"])
def test_an_unpacked_object_never_becomes_a_name_of_dots(world: World, name: str) -> None:
    folder = prefix()
    world.put(f"{folder}/{name}", "x")
    reason = read(world, f"s3://{BUCKET}/{folder}/", S3CompressionType="Gzip")["FailureReason"]
    assert "has the file or directory name '.'" in reason or "has the file or directory name '..'" in reason


def test_an_output_is_an_input_under_the_same_uri(world: World) -> None:
    folder = prefix()
    for uri in (f"s3://{BUCKET}//{folder}/out", f"s3://{BUCKET}/{folder}/out///"):
        path = "/opt/ml/processing/output"
        name = world.processing(f"open('{path}/a', 'w')", outputs={"o": (uri, path)})
        assert world.finish("ProcessingJob", name)["ProcessingJobStatus"] == "Completed"
        assert read(world, f"{uri.rstrip('/')}/")["files"] == ["a"]


@pytest.mark.parametrize("names", [("a", "a/b"), ("a/b/c", "a/b")])
def test_a_key_that_is_both_file_and_folder_fails_the_job(world: World, names: tuple[str, str]) -> None:
    folder = prefix()
    for name in names:
        world.put(f"{folder}/{name}", "x")
    reason = read(world, f"s3://{BUCKET}/{folder}/")["FailureReason"]
    assert "no object that is both a folder as well as a file" in reason


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("/tmp/manifest.txt", "has an illegal char sub-sequence '//' in it"),
        ("../manifest.txt", "has the file or directory name '..' in it"),
        ("", "is the prefix itself, and a file needs a name"),
        ("folder/", "ends with '/'"),
        ("a\0b", "has a null byte in it"),
        (7, 'is not a JSON list of a "prefix" and object names'),
        ({"source-ref": "x"}, 'is not a JSON list of a "prefix" and object names'),
        ("\ud800", 'is not a JSON list of a "prefix" and object names'),
    ],
)
def test_a_manifest_names_files_inside(world: World, name: Any, rule: str) -> None:
    folder = prefix()
    if isinstance(name, str) and name.isprintable():
        world.put(f"{folder}/{name}", "x")
    uri = world.put(f"{folder}-m.json", json.dumps([{"prefix": f"s3://{BUCKET}/{folder}/"}, name]))
    reason = read(world, uri, "ManifestFile")["FailureReason"]
    assert rule in reason


@pytest.mark.parametrize(
    "text",
    ["[" * 20_000, "{}", "[]", '[{"prefix": 5}, "a"]', "\ufeff", r'[{"prefix": "s3://jobs-bucket/\ud800/"}, "a"]'],
)
def test_a_document_that_is_no_manifest_is_named(world: World, text: str) -> None:
    uri = world.put(f"{prefix()}.json", text)
    reason = read(world, uri, "ManifestFile")["FailureReason"]
    assert uri in reason or "S3 URI '5'" in reason


def test_an_absolute_name_after_a_prefix_without_slash_fails_the_job(world: World) -> None:
    folder = prefix()
    world.put(f"{folder}/a.txt", "x")
    uri = world.put(f"{folder}-m.json", json.dumps([{"prefix": f"s3://{BUCKET}/{folder}"}, "/a.txt"]))
    described = read(world, uri, "ManifestFile")
    assert f"{folder}/a.txt belongs to a manifest whose prefix does not end with '/'" in described["FailureReason"]
    assert not Path("/a.txt").exists()


@pytest.mark.parametrize("name", [".", ".."])
def test_a_channel_name_is_a_folder_name(world: World, name: str) -> None:
    uri = world.put("keys/train.csv", labelled_csv())
    with pytest.raises(AwsError, match=f"ChannelName '{name}' has the file or directory name"):
        world.training({name: uri}, {"num_round": "1"})


@pytest.mark.parametrize(
    "path",
    ["/opt/ml/processing/../../../tmp/x", "/tmp/x", "/opt/ml/processing/a\0b"],
)
def test_a_local_path_lies_below_processing(world: World, path: str) -> None:
    data = world.put("keys/data.csv", "x")
    for kind in ("inputs", "outputs"):
        with pytest.raises(AwsError, match="LocalPath"):
            world.processing("", **{kind: {"data": (data, path)}})


def test_a_gzip_channel_of_training_follows_the_same_rules(world: World) -> None:
    folder = prefix()
    world.put(f"{folder}/../train.csv", labelled_csv())
    name = world.training(
        {}, {"num_round": "1"}, InputDataConfig=[channel("train", f"s3://{BUCKET}/{folder}/", "text/csv")]
    )
    reason = world.finish("TrainingJob", name)["FailureReason"]
    assert reason.startswith("ClientError: Data download failed:S3 key: ")
    assert "has the file or directory name '..' in it: it cannot be a path below /opt/ml/input/data/train." in reason
