"""A job that puts links where the stack reads and writes: nothing outside of the job is read or written."""

from __future__ import annotations

import io
import tarfile
import uuid
from pathlib import Path

import pytest

from .world import BUCKET, XGBOOST, World

OUT = "/opt/ml/processing/output"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("secret")
    return tmp_path


def prefix() -> str:
    return f"links/{uuid.uuid4().hex[:8]}"


@pytest.mark.parametrize("mode", ["EndOfJob", "Continuous"])
@pytest.mark.parametrize("replaced", [OUT, f"{OUT}/deep"])
def test_an_output_through_a_link_fails_the_job(world: World, secret: Path, mode: str, replaced: str) -> None:
    folder = prefix()
    name = world.processing(
        f"import os, shutil\nshutil.rmtree({replaced!r})\nos.symlink({str(secret)!r}, {replaced!r})\n",
        outputs={"o": (f"s3://{BUCKET}/{folder}", f"{OUT}/deep")},
        mode=mode,
    )
    described = world.finish("ProcessingJob", name)
    assert described["ProcessingJobStatus"] == "Failed"
    assert f"{replaced} is a symbolic link" in described["FailureReason"]
    assert world.keys(folder) == []


def test_links_and_pipes_in_an_output_are_left_out_and_named(world: World, secret: Path) -> None:
    folder = prefix()
    name = world.processing(
        f"import os\nos.symlink({str(secret)!r}, '{OUT}/folder')\n"
        f"os.symlink({str(secret / 'secret.txt')!r}, '{OUT}/file')\n"
        f"os.mkfifo('{OUT}/pipe')\nopen('{OUT}/kept', 'w').close()\n",
        outputs={"o": (f"s3://{BUCKET}/{folder}", OUT)},
    )
    assert world.finish("ProcessingJob", name)["ProcessingJobStatus"] == "Completed"
    assert world.keys(folder) == ["/kept"]
    assert world.log("ProcessingJob", name) == [
        f"WARNING: {OUT}/file is a symbolic link and is not uploaded: write a file.",
        f"WARNING: {OUT}/folder is a symbolic link and is not uploaded: write a file.",
        f"WARNING: {OUT}/pipe is not a regular file and is not uploaded: write a file.",
    ]


def test_an_exit_message_through_a_link_is_not_read(world: World, secret: Path) -> None:
    (secret / "message").write_text("secret")
    (secret / "failure").write_text("secret")
    script = (
        f"import os\nos.rmdir('/opt/ml/output')\nos.symlink({str(secret)!r}, '/opt/ml/output')\nraise SystemExit(3)\n"
    )
    described = world.finish("ProcessingJob", world.processing(script))
    assert "ExitMessage" not in described
    assert described["FailureReason"] == "AlgorithmError: See job logs for more information, exit code: 3"


def train(world: World, script: str, **changes: object) -> str:
    """Start a training job that runs `script` in the place of the algorithm."""
    code = world.put(f"{prefix()}/job.py", script)
    algorithm = {
        "TrainingImage": XGBOOST,
        "TrainingInputMode": "File",
        "ContainerEntrypoint": ["python3", "/opt/ml/input/data/code/job.py"],
    }
    return world.training({"code": code}, {}, AlgorithmSpecification=algorithm, **changes)


@pytest.mark.parametrize("compression", ["GZIP", "NONE"])
def test_a_model_folder_that_is_a_link_fails_the_job(world: World, secret: Path, compression: str) -> None:
    folder = prefix()
    script = f"import os; os.rmdir('/opt/ml/model'); os.symlink({str(secret)!r}, '/opt/ml/model')"
    output = {"S3OutputPath": f"s3://{BUCKET}/{folder}", "CompressionType": compression}
    described = world.finish("TrainingJob", train(world, script, OutputDataConfig=output))
    assert described["TrainingJobStatus"] == "Failed"
    assert "Artifact upload failed:/opt/ml/model is a symbolic link" in described["FailureReason"]
    assert world.keys(folder) == []


def test_a_model_holds_links_and_not_what_they_lead_to(world: World, secret: Path) -> None:
    folder = prefix()
    script = (
        f"import os; os.symlink({str(secret / 'secret.txt')!r}, '/opt/ml/model/link'); os.mkdir('/opt/ml/model/empty');"
        f"os.mkfifo('/opt/ml/model/pipe'); open('/opt/ml/model/weights', 'w').write('w'); "
        f"os.chmod('/opt/ml/model/weights', 0o755); os.symlink({str(secret)!r}, '/opt/ml/output/data/folder')"
    )
    name = train(world, script, OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/{folder}"})
    described = world.finish("TrainingJob", name)
    assert described["TrainingJobStatus"] == "Completed", described
    with tarfile.open(fileobj=io.BytesIO(world.get(described["ModelArtifacts"]["S3ModelArtifacts"]))) as archive:
        members = {member.name: member for member in archive}
    assert sorted(members) == ["empty", "link", "weights"]
    assert members["empty"].isdir()
    assert members["link"].issym()
    assert (members["weights"].size, members["weights"].mode) == (1, 0o755)
    data = f"s3://{BUCKET}/{folder}/{name}/output/output.tar.gz"
    with tarfile.open(fileobj=io.BytesIO(world.get(data))) as archive:
        assert [(member.name, member.issym()) for member in archive] == [("folder", True)]


def test_checkpoints_are_never_read_through_a_link(world: World, secret: Path) -> None:
    folder = prefix()
    script = (
        "import os, time; c = '/opt/ml/checkpoints'; open(c + '/one', 'w').write('1')\n"
        "time.sleep(2.5)\n"
        f"os.rename(c, c + '-old'); os.symlink({str(secret)!r}, c)\n"
        "time.sleep(2.5)\n"
    )
    config = {"S3Uri": f"s3://{BUCKET}/{folder}"}
    described = world.finish("TrainingJob", train(world, script, CheckpointConfig=config))
    assert described["TrainingJobStatus"] == "Failed"
    assert "/opt/ml/checkpoints is a symbolic link" in described["FailureReason"]
    assert world.keys(folder) == ["/one"]


def test_checkpoints_come_back_under_their_names_and_a_folder_marker_is_none(world: World) -> None:
    folder = prefix()
    world.put(f"{folder}/", "")
    script = "import os; open('/opt/ml/model/seen', 'w').write(str(os.listdir('/opt/ml/checkpoints')))"
    config = {"S3Uri": f"s3://{BUCKET}/{folder}/"}
    first = world.finish("TrainingJob", train(world, script, CheckpointConfig=config))
    assert world.tar_members(first["ModelArtifacts"]["S3ModelArtifacts"]) == {"seen": b"[]"}
    world.put(f"{folder}/step-1", "1")
    second = world.finish("TrainingJob", train(world, script, CheckpointConfig=config))
    assert world.tar_members(second["ModelArtifacts"]["S3ModelArtifacts"]) == {"seen": b"['step-1']"}
    world.put(f"{folder}/../step-2", "1")
    third = world.finish("TrainingJob", train(world, script, CheckpointConfig=config))
    assert "it cannot be a path below /opt/ml/checkpoints" in third["FailureReason"]
