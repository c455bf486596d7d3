"""What a user reads when a processing job cannot start, fails or is stopped."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from localaws.api.errors import AwsError

from .world import BUCKET, SKLEARN, World


def test_the_message_file_is_the_exit_message_and_the_reason(world: World) -> None:
    name = world.processing(
        "import pathlib, sys\n"
        "pathlib.Path('/opt/ml/processing/out/half.csv').write_text('half')\n"
        "pathlib.Path('/opt/ml/output/message').write_text('column income is missing')\n"
        "sys.exit(3)\n",
        outputs={"o": (f"s3://{BUCKET}/failed", "/opt/ml/processing/out")},
    )
    described = world.finish("ProcessingJob", name)
    assert described["ProcessingJobStatus"] == "Failed"
    assert described["FailureReason"] == "AlgorithmError: column income is missing, exit code: 3"
    assert described["ExitMessage"] == "column income is missing"
    assert world.keys("failed/") == []


def test_without_a_message_the_last_line_of_the_traceback_is_the_reason(world: World) -> None:
    name = world.processing("print('working')\nraise ValueError('could not convert \\'abc\\'')\n")
    described = world.finish("ProcessingJob", name)
    assert described["FailureReason"] == "AlgorithmError: ValueError: could not convert 'abc', exit code: 1"
    assert "ExitMessage" not in described
    log = world.log("ProcessingJob", name)
    assert "working" in log
    assert "Traceback (most recent call last):" in log


def test_a_successful_job_keeps_its_message(world: World) -> None:
    name = world.processing("open('/opt/ml/output/message', 'w').write('Completed with warnings')")
    described = world.finish("ProcessingJob", name)
    assert (described["ProcessingJobStatus"], described["ExitMessage"]) == ("Completed", "Completed with warnings")


def test_a_long_reason_is_cut_and_keeps_the_exit_code(world: World) -> None:
    name = world.processing("raise SystemExit('x' * 5000)")
    reason = world.finish("ProcessingJob", name)["FailureReason"]
    assert len(reason) == 1024
    assert reason.endswith("xxx, exit code: 1")


def test_a_missing_object_is_named_in_full(world: World) -> None:
    name = world.processing(
        "print('never')", inputs={"data": (f"s3://{BUCKET}/gone/data.csv", "/opt/ml/processing/input/data")}
    )
    described = world.finish("ProcessingJob", name)
    assert described["ProcessingJobStatus"] == "Failed"
    assert described["FailureReason"] == (
        "ClientError: Failed to download data. No S3 objects found under S3 URL "
        f'"s3://{BUCKET}/gone/data.csv" given in input data source. Please ensure that the bucket exists in the '
        "selected region (us-east-1), that objects exist under that S3 prefix, and that the role "
        f'"{world.role}" has "s3:ListBucket" permissions on bucket "{BUCKET}".'
    )


def test_outputs_that_cannot_be_written_are_named(world: World) -> None:
    name = world.processing(
        "open('/opt/ml/processing/out/a.txt', 'w').write('a')",
        outputs={"o": ("s3://no-such-bucket-at-all/out", "/opt/ml/processing/out")},
    )
    described = world.finish("ProcessingJob", name)
    assert described["ProcessingJobStatus"] == "Failed"
    assert described["FailureReason"].startswith(
        "ClientError: Failed to upload output data. Unable to upload object s3://no-such-bucket-at-all/out/a.txt "
    )
    assert "NoSuchBucket" in described["FailureReason"]


def test_a_file_that_no_key_can_name_fails_the_job(world: World) -> None:
    name = world.processing(
        r"open(b'/opt/ml/processing/out/\xff.bin', 'w').close()",
        outputs={"out": (f"s3://{BUCKET}/unnameable", "/opt/ml/processing/out")},
    )
    described = world.finish("ProcessingJob", name)
    assert described["FailureReason"] == (
        rf"ClientError: Failed to upload output data. Unable to upload object s3://{BUCKET}/unnameable/\udcff.bin "
        "(its name is not UTF-8)"
    )


def test_a_program_that_is_not_there(world: World) -> None:
    app = {"ImageUri": SKLEARN, "ContainerEntrypoint": ["pyhton3"]}
    name = world.processing("", AppSpecification=app)
    reason = world.finish("ProcessingJob", name)["FailureReason"]
    assert reason == "AlgorithmError: exec: 'pyhton3': executable file not found in $PATH, exit code: 127"


def test_a_job_beyond_its_runtime_is_stopped(world: World) -> None:
    name = world.processing("import time\ntime.sleep(60)", StoppingCondition={"MaxRuntimeInSeconds": 1})
    began = time.monotonic()
    described = world.finish("ProcessingJob", name)
    assert time.monotonic() - began < 15
    assert described["ProcessingJobStatus"] == "Stopped"
    assert described["FailureReason"].endswith("exceeded MaxRuntimeInSeconds provided (1)")


def test_stop_ends_a_job_that_ignores_it_and_uploads_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALAWS_STOP_GRACE_SECONDS", "0.5")
    name = world.processing(
        "import pathlib, signal, subprocess, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "pathlib.Path('/opt/ml/processing/out/half.csv').write_text('half')\n"
        "print('ready', flush=True)\n"
        "subprocess.Popen(['sleep', '600.4242'], start_new_session=True)\n"
        "time.sleep(600)\n",
        outputs={"o": (f"s3://{BUCKET}/stopped", "/opt/ml/processing/out")},
    )
    world.wait(lambda: world.log("ProcessingJob", name) == ["ready"])
    world.call("StopProcessingJob", ProcessingJobName=name)
    assert world.call("DescribeProcessingJob", ProcessingJobName=name)["ProcessingJobStatus"] == "Stopping"
    described = world.finish("ProcessingJob", name, seconds=15)
    assert described["ProcessingJobStatus"] == "Stopped"
    assert world.keys("stopped/") == []
    commands = [file.read_bytes() for file in Path("/proc").glob("[0-9]*/cmdline") if file.exists()]
    assert not [command for command in commands if b"600.4242" in command]
    with pytest.raises(AwsError, match="rejected because the processing job is in status Stopped"):
        world.call("StopProcessingJob", ProcessingJobName=name)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"AppSpecification": {"ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1"}},
            "Requested image 123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1 not found.*LOCALAWS_IMAGES",
        ),
        ({"RoleArn": "arn:aws:iam::123456789012:role/nobody"}, "Could not assume role .*role/nobody"),
        (
            {
                "ProcessingResources": {
                    "ClusterConfig": {"InstanceCount": 2, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
                }
            },
            "InstanceCount is 2: set it to 1",
        ),
        (
            {"inputs": {"d": (f"s3://{BUCKET}/x", "/opt/data")}},
            "LocalPath '/opt/data' is not below /opt/ml/processing/",
        ),
        (
            {"outputs": {"d": (f"s3://{BUCKET}/x", "/opt/ml/processing/../model")}},
            "is not below /opt/ml/processing/",
        ),
    ],
)
def test_what_is_refused_at_creation(world: World, changes: dict[str, object], message: str) -> None:
    with pytest.raises(AwsError, match=message):
        world.processing("", **changes)


def test_a_name_is_used_once(world: World) -> None:
    name = world.processing("")
    with pytest.raises(AwsError, match=f"processing job with this name already exists .*{name}") as refused:
        world.processing("", name=name)
    assert refused.value.code == "ResourceInUse"
    world.finish("ProcessingJob", name)


def test_a_job_that_waits_for_its_turn_can_be_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALAWS_MAX_RUNNING_JOBS", "1")
    first = world.processing("import time\nprint('ready')\ntime.sleep(600)")
    world.wait(lambda: world.log("ProcessingJob", first) == ["ready"])
    waiting = world.processing("print('never')")
    described = world.call("DescribeProcessingJob", ProcessingJobName=waiting)
    assert described["ProcessingJobStatus"] == "InProgress"
    assert "ProcessingStartTime" not in described
    world.call("StopProcessingJob", ProcessingJobName=waiting)
    assert world.finish("ProcessingJob", waiting, seconds=10)["ProcessingJobStatus"] == "Stopped"
    assert world.log("ProcessingJob", waiting) == []
    world.call("StopProcessingJob", ProcessingJobName=first)
    assert world.finish("ProcessingJob", first, seconds=10)["ProcessingJobStatus"] == "Stopped"
