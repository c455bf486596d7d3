"""`mlops run pipeline` on a real local stack, and the mistakes one can make with it."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
from small_pipelines import fail_definition, processing_definition

from mlops.cli import main
from virtual_terminal import Terminal

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2"
MLOPS = str(Path(sys.executable).with_name("mlops"))


def create(sagemaker: Any, student: str, role_arn: str, definition: str) -> None:
    sagemaker.create_pipeline(
        PipelineName=f"MLPipeline-{student}",
        PipelineDefinition=definition,
        RoleArn=role_arn,
        ClientRequestToken=f"{student:x<32}",
    )


@pytest.fixture
def failing(sagemaker: Any, student: str, role_arn: str) -> None:
    create(sagemaker, student, role_arn, fail_definition("the AUC is too low"))


def processing(sagemaker: Any, student: str, role_arn: str, script: str) -> None:
    create(sagemaker, student, role_arn, processing_definition(role_arn, script, IMAGE))


def test_it_succeeds(sagemaker: Any, student: str, role_arn: str, capsys: pytest.CaptureFixture[str]) -> None:
    processing(sagemaker, student, role_arn, "print('hello')")
    assert main(["run", "pipeline", student]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(rf"arn:aws:sagemaker:.*:pipeline/MLPipeline-{student}/execution/\w+", lines[0])
    assert re.fullmatch(r"  Work +Succeeded +\d+ s", lines[-3])
    assert lines[-2:] == ["Succeeded", "No model version was registered."]


@pytest.mark.usefixtures("failing")
def test_a_fail_step_s_message_is_shown_and_the_exit_code_is_1(
    student: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "pipeline", student]) == 1
    said = capsys.readouterr()
    assert "the AUC is too low" in said.out
    assert said.err.startswith("Failed: ")


@pytest.mark.usefixtures("failing")
def test_parameters_reach_the_execution(student: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "pipeline", student, "-p", "Message=by=hand"]) == 1
    assert "by=hand" in capsys.readouterr().out


def test_a_failed_job_s_own_reason_and_log_are_named(
    sagemaker: Any, student: str, role_arn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    script = (
        "import sys; print('reading'); open('/opt/ml/output/message','w').write('no rows in data.csv'); sys.exit(1)"
    )
    processing(sagemaker, student, role_arn, script)
    assert main(["run", "pipeline", student]) == 1
    said = capsys.readouterr()
    assert "no rows in data.csv" in said.out + said.err
    job = re.search(r"its log: mlops logs (\S+)", said.err)
    assert job

    assert main(["logs", job[1]]) == 0
    assert "reading" in capsys.readouterr().out.splitlines()


def test_a_job_s_role_that_may_not_write_is_named_from_the_job_to_the_exit_code(
    sagemaker: Any, student: str, role_arn: str, bucket: str, capsys: pytest.CaptureFixture[str]
) -> None:
    denied = {"Effect": "Deny", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/pipeline/*"}
    role = role_arn.rpartition("/")[2]
    document = json.dumps({"Version": "2012-10-17", "Statement": [denied]})
    boto3.client("iam").put_role_policy(RoleName=role, PolicyName="denied", PolicyDocument=document)
    script = "open('/opt/ml/processing/output/a', 'w').write('a')"
    output = f"{bucket}/pipeline/a"
    create(sagemaker, student, role_arn, processing_definition(role_arn, script, IMAGE, f"s3://{bucket}/pipeline"))
    assert main(["run", "pipeline", student]) == 1
    said = capsys.readouterr()
    session = f"arn:aws:sts::123456789012:assumed-role/{role}/SageMaker"
    refusal = f'User: {session} is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::{output}"'
    reason = (
        f"ClientError: Failed to upload output data. Unable to upload object s3://{output} (AccessDenied: {refusal} "
        "with an explicit deny in an identity-based policy)"
    )
    assert "".join(reason.split()) in "".join(said.out.split())  # which is folded to the terminal's width
    executions = sagemaker.list_pipeline_executions(PipelineName=f"MLPipeline-{student}")["PipelineExecutionSummaries"]
    steps = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=executions[0]["PipelineExecutionArn"])
    assert refusal in steps["PipelineExecutionSteps"][0]["FailureReason"]
    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket=bucket)


@pytest.mark.usefixtures("failing")
def test_an_execution_can_be_watched_later(student: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "pipeline", student, "--no-wait"]) == 0
    arn = capsys.readouterr().out.strip()
    assert main(["run", "pipeline", student, "--execution", arn]) == 1
    assert "the AUC is too low" in capsys.readouterr().out


def test_ctrl_c_leaves_it_running_and_says_how_to_go_on(
    sagemaker: Any, student: str, role_arn: str, stack: dict[str, str]
) -> None:
    processing(sagemaker, student, role_arn, "import time; print('begun'); time.sleep(120)")
    with subprocess.Popen(
        [MLOPS, "run", "pipeline", student], env=stack, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        arn = child.stdout.readline().strip()
        assert "Executing" in child.stdout.readline()
        os.kill(child.pid, signal.SIGINT)
        _, error = child.communicate(timeout=20)
    assert child.returncode == 130
    assert f"mlops run pipeline {student} --execution {arn}" in error
    assert f"aws sagemaker stop-pipeline-execution --pipeline-execution-arn {arn}" in error
    state = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionStatus"]
    assert state == "Executing"
    sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken="s" * 32)
    assert main(["run", "pipeline", student, "--execution", arn]) == 1


def test_ctrl_c_on_a_terminal_gives_the_cursor_back(
    sagemaker: Any, student: str, role_arn: str, stack: dict[str, str]
) -> None:
    processing(sagemaker, student, role_arn, "import time; time.sleep(120)")
    ours, theirs = pty.openpty()
    environment = {**stack, "TERM": "xterm", "COLUMNS": "80"}
    with subprocess.Popen(
        [MLOPS, "run", "pipeline", student], env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    ) as child:
        os.close(theirs)
        out = Terminal()
        while "Executing" not in out.getvalue():
            out.write(os.read(ours, 65536).decode())
        os.kill(child.pid, signal.SIGINT)
        with contextlib.suppress(OSError):  # the end of a terminal is an error of input
            while some := os.read(ours, 65536):
                out.write(some.decode())
    os.close(ours)
    assert child.returncode == 130
    assert out.cursor_is_shown
    shown = out.screen()
    assert shown[1].startswith("  Work                          Executing"), shown
    assert shown[2] == "The execution goes on. To watch it again:"
    assert "Traceback" not in out.getvalue()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Jane"], "student id 'Jane' is not usable"),
        (["jane", "-p", "AucThreshold"], "parameter 'AucThreshold' is not of the form NAME=VALUE"),
        (["jane", "-p", "=1"], "parameter '=1' is not of the form NAME=VALUE"),
        (["jane", "--execution", "arn:x", "-p", "A=1"], "it takes no parameters and no --no-wait"),
    ],
)
def test_wrong_usage(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "pipeline", *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


@pytest.mark.usefixtures("stack")
def test_no_such_pipeline(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "pipeline", "nobody"]) == 1
    assert capsys.readouterr().err == (
        "mlops: no pipeline MLPipeline-nobody: run `terraform apply` or `python python/create_pipeline.py`\n"
    )


@pytest.mark.usefixtures("failing")
def test_no_such_parameter(student: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "pipeline", student, "-p", "AucTreshold=0.9"]) == 1
    error = capsys.readouterr().err
    assert f"MLPipeline-{student} did not start" in error
    assert "AucTreshold" in error


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize(
    "arn", ["nonsense", "arn:aws:sagemaker:us-east-1:123456789012:pipeline/x/execution/abcdefghijkl"]
)
def test_no_such_execution(arn: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "pipeline", "jane", "--execution", arn]) == 1
    error = capsys.readouterr().err
    assert f"no execution '{arn}'" in error
    assert "aws sagemaker list-pipeline-executions" in error


@pytest.mark.usefixtures("stack")
def test_logs_of_a_job_that_does_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["logs", "no-such-job"]) == 1
    assert (
        "no training or transform or processing job is called 'no-such-job': see `aws sagemaker list-training-jobs`"
        in capsys.readouterr().err
    )


def test_logs_can_be_followed_to_the_end(
    sagemaker: Any, student: str, role_arn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    script = "import time; [print('line', n, flush=True) or time.sleep(.7) for n in range(3)]"
    definition = processing_definition(role_arn, script, IMAGE)
    arguments = json.loads(definition)["Steps"][0]["Arguments"]
    sagemaker.create_processing_job(ProcessingJobName=f"{student}-slow", **arguments)
    assert main(["logs", f"{student}-slow", "-f"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("line")]
    assert lines == ["line 0", "line 1", "line 2"]
