"""The demo itself: what it touches, and that it always cleans up."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from demo_process import BIN, PROJECT, start_demo, with_stack_log

from mlops.demo.leftovers import temporary_folder

pytestmark = pytest.mark.slow


def processes_of(project: Path) -> list[str]:
    """Command lines of processes that work in or for this project's demo."""
    listed = subprocess.run(["ps", "-eo", "pid=,args="], capture_output=True, text=True, check=True).stdout
    found = [line for line in listed.splitlines() if str(project) in line and " ps " not in line]
    for line in listed.splitlines():
        pid = line.split()[0]
        try:
            if str(project) in str(Path(f"/proc/{pid}/cwd").readlink()) and int(pid) != os.getpid():
                found.append(line)
        except OSError:
            continue
    return found


@pytest.mark.full
def test_a_whole_run_against_a_user_s_machine(project: Path, tmp_path: Path) -> None:
    """Profiles, credentials, endpoints, variables and a backend of the user's are there, and none is used."""
    home = tmp_path / "home"
    (home / ".aws").mkdir(parents=True)
    (home / ".aws" / "credentials").write_text("[prod]\naws_access_key_id = AKIAREAL\naws_secret_access_key = real\n")
    (home / ".terraformrc").write_text("this is no configuration\n")
    beside = {
        "backend.tf": 'terraform {\n  backend "s3" {\n    bucket = "real-state"\n    key = "k"\n  }\n}\n',
        "prod_override.tf": 'provider "aws" {\n  profile = "prod"\n}\n',
        "terraform.tfvars": 'student_id = "real-student"\n',
        "x.auto.tfvars": 'bucket_name = "real-bucket"\n',
        "terraform.tfstate": "the user's real state",
    }
    for name, text in beside.items():
        (project / name).write_text(text)
    try:
        with start_demo(
            project,
            HOME=str(home),
            AWS_PROFILE="prod",
            AWS_ENDPOINT_URL_SAGEMAKER="https://api.sagemaker.us-east-1.amazonaws.com",
            AWS_REGION="eu-west-3",
            TF_VAR_student_id="real-student",
            TF_CLI_ARGS="-no-such-option",
            HTTPS_PROXY="http://127.0.0.1:9",
            http_proxy="http://127.0.0.1:9",
            NO_PROXY="",
            TF_PLUGIN_DIR=os.environ.get("TF_PLUGIN_DIR") or _plugins(),
        ) as demo:
            said, _ = demo.communicate(timeout=300)
        assert demo.returncode == 0, with_stack_log(project, said)
        for name, text in beside.items():
            assert (project / name).read_text() == text
    finally:
        for name in beside:
            (project / name).unlink()
    assert "MLPipeline-demo" in said
    tuned = said.partition("▸ tune: ")[2].partition("▸ ")[0]
    assert re.search(
        r"^  Best training job: \S+-demo-\w+-\d{3}-[0-9a-f]{8}\n    validation:auc 0\.9\d+$", tuned, re.MULTILINE
    )
    assert max(len(line) for line in tuned.splitlines()) <= 80
    assert "real-" not in (project / "build/demo/demo.log").read_text()
    assert re.search(r"of which Terraform [\d.]+ s, the jobs [\d.]+ s, the demo itself [\d.]+ s", said)
    assert not (project / ".terraform").exists()
    assert processes_of(project) == []


def leftovers_of(project: Path) -> bool:
    """Whether the demo's temporary folder is still there."""
    folder = temporary_folder(project / "build/demo")  # makes it where it is not
    left = any(folder.iterdir())
    if not left:
        folder.rmdir()
    return left


@dataclass(frozen=True)
class Moment:
    """A moment of a demo: what it has printed, then what one of its processes or its log shows."""

    printed: str
    process: str = ""
    logged: str = ""


STACK = Moment("▸ local stack up", process="localaws serve")
INIT = Moment("▸ terraform init", process="terraform init")
APPLY = Moment("▸ terraform apply", logged="Creation complete")
JOB = Moment("TrainModel +Executing")
DESTROY = Moment("▸ terraform destroy", logged="Destruction complete")
full = pytest.mark.full


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(STACK, marks=full, id="stack"),
        pytest.param(INIT, marks=full, id="init"),
        pytest.param(APPLY, id="apply"),
        pytest.param(JOB, marks=full, id="job"),
        pytest.param(DESTROY, marks=full, id="destroy"),
    ],
)
def test_ctrl_c_at_any_moment_cleans_up(moment: Moment, project: Path) -> None:
    with start_demo(project) as demo:
        said = _until(demo, moment, project)
        os.kill(demo.pid, signal.SIGINT)
        rest, _ = demo.communicate(timeout=60)
    assert demo.returncode == 130, said + rest
    assert "Interrupted" in rest
    assert "Traceback" not in rest
    assert processes_of(project) == []
    assert "Two interrupts received" not in (project / "build/demo/demo.log").read_text()


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(STACK, marks=full, id="stack"),
        pytest.param(INIT, marks=full, id="init"),
        pytest.param(APPLY, marks=full, id="apply"),
        pytest.param(JOB, id="job"),
    ],
)
def test_what_a_killed_demo_left_is_cleaned_up(moment: Moment, project: Path) -> None:
    with start_demo(project) as demo:
        _until(demo, moment, project)
        demo.kill()
    with start_demo(project, "--down") as end:
        said, _ = end.communicate(timeout=60)
    assert end.returncode == 0, with_stack_log(project, said)
    assert processes_of(project) == []
    assert not leftovers_of(project)
    assert not (project / "build/demo/localaws/work").exists()


@full
def test_the_next_demo_runs_after_one_whose_make_was_killed(project: Path) -> None:
    """In the middle of an apply, and with a Terraform of the user's own that goes on in the same folder."""
    with start_demo(project, through=("sh", "-c", '"$@" & wait', "sh")) as make:
        _until(make, APPLY, project)
        os.kill(make.pid, signal.SIGKILL)
        make.wait()
        with subprocess.Popen(["sleep", "600"], cwd=project / "build/demo") as terraform:
            try:
                with start_demo(project) as demo:
                    said, _ = demo.communicate(timeout=300)
                assert demo.returncode == 0, with_stack_log(project, said)
                assert terraform.poll() is None
            finally:
                terraform.kill()
    assert processes_of(project) == []
    assert not leftovers_of(project)


@full
def test_the_next_demo_runs_after_one_was_killed_in_destroy(project: Path) -> None:
    with start_demo(project) as demo:
        _until(demo, DESTROY, project)
        demo.kill()
    with start_demo(project) as second:
        said, _ = second.communicate(timeout=300)
    assert second.returncode == 0, with_stack_log(project, said)
    assert "  ended what an earlier demo, which was killed, had left running\n" in said
    assert processes_of(project) == []
    assert not leftovers_of(project)


def test_a_failing_phase_says_where_to_look_and_cleans_up(project: Path) -> None:
    bad = project / "bad.tf"
    condition = 'condition     = var.student_id == null\n      error_message = "No luck today."'
    lifecycle = f"lifecycle {{\n    precondition {{\n      {condition}\n    }}\n  }}"
    bad.write_text(f'resource "terraform_data" "bad" {{\n  {lifecycle}\n}}\n')
    try:
        with start_demo(project) as demo:
            said, _ = demo.communicate(timeout=120)
    finally:
        bad.unlink()
    assert demo.returncode == 1
    assert re.search(
        r"Failed in 'terraform apply': terraform apply ended with exit code 1: Resource precondition failed", said
    )
    log = re.search(r"Its log: (\S+)", said)
    assert log
    assert "No luck today." in Path(log[1]).read_text()
    assert processes_of(project) == []


def _until(demo: subprocess.Popen[str], moment: Moment, project: Path) -> str:
    """Wait for a moment of the demo and return what it has printed until then."""
    assert demo.stdout is not None
    said = ""
    for line in demo.stdout:
        said += line
        if re.search(moment.printed, line):
            break
    else:
        raise AssertionError(f"{moment} never came:\n{with_stack_log(project, said)}")
    log = project / "build/demo/demo.log"
    while not any(moment.process in line for line in processes_of(project)) or moment.logged not in log.read_text():
        assert demo.poll() is None, f"the demo ended before {moment}"
        time.sleep(0.02)
    return said


def _plugins() -> str:
    done = subprocess.run([BIN / "mlops", "plugin-dir"], capture_output=True, text=True, check=True, cwd=PROJECT)
    return done.stdout.strip().removeprefix("-plugin-dir=")
