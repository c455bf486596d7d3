"""The validator as it is started: what it prints, its exit codes, and that it only reads."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
from grading import PROJECT, run

from mlops import __version__
from mlops.aws import clients
from mlops.validate.account import Account

READS = ("Get", "List", "Describe", "Head")


def test_an_empty_account_scores_nothing_and_says_what_to_do(student: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    assert run("aiml_hard", "--student-id", student, "--json") == 0, "it was graded"
    score = json.loads(capsys.readouterr().out)
    assert (score["points"], score["reachable"], score["possible"], score["passed"]) == (0, 50, 100, False)
    assert (score["student_id"], score["account"], score["region"]) == (student, "123456789012", "us-east-1")
    assert score["tool_version"] == __version__
    assert before <= datetime.fromisoformat(score["date"]) <= datetime.now(UTC)
    assert {task["number"] for task in score["tasks"] if not task["built"]} == {5, 6, 7, 9, 10}
    assert all(task["said"].startswith("not built in this version") for task in score["tasks"] if not task["built"])
    assert [task["number"] for task in score["tasks"]] == list(range(1, 11))
    for task in score["tasks"]:
        assert task["said"]
        assert re.match(r"(terraform|mlops|aws|python) ", task["remedy"])
        assert student in task["remedy"]


def test_it_only_reads(student: str, monkeypatch: pytest.MonkeyPatch) -> None:
    called: set[str] = set()
    plain = clients.session

    def watched(region: str | None = None) -> boto3.Session:
        made = plain(region)
        made.events.register("before-call", lambda model, **_: called.add(model.name))
        return made

    monkeypatch.setattr(clients, "session", watched)
    assert run("aiml_hard", "--student-id", student) == 0
    assert len(called) >= 9, "every task asks something"
    assert {name for name in called if not name.startswith(READS)} == set()


@pytest.mark.parametrize(
    ("service", "operation", "request_"),
    [
        ("sagemaker", "delete_pipeline", {"PipelineName": "x", "ClientRequestToken": "x" * 32}),
        ("s3", "put_object", {"Bucket": "b", "Key": "k"}),
        ("lambda", "invoke", {"FunctionName": "f"}),
    ],
)
def test_its_clients_refuse_to_write(service: str, operation: str, request_: dict[str, str], student: str) -> None:
    client = Account(student).client(service)
    with pytest.raises(AssertionError, match="the validator only reads"):
        getattr(client, operation)(**request_)


def test_the_student_id_comes_from_the_environment(
    student: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STUDENT_ID", student)
    assert run("aiml_hard") == 0
    assert f"Hard: {student} in account 123456789012, us-east-1" in capsys.readouterr().out


def test_the_student_id_comes_from_what_was_applied(
    student: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "main.tf").write_text(f'output "student_id" {{\n  value = "{student}"\n}}\n')
    for command in (["init"], ["apply", "-auto-approve"]):
        subprocess.run(["terraform", *command], cwd=tmp_path, check=True, capture_output=True)
    monkeypatch.chdir(tmp_path)
    assert run("aiml_hard") == 0
    assert f"Hard: {student} in account" in capsys.readouterr().out


def test_no_student_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STUDENT_ID", raising=False)
    assert run("aiml_hard") == 2
    assert capsys.readouterr().err == (
        "validate_tasks.py: which student? Pass --student-id, or set STUDENT_ID: nothing was applied from this folder\n"
    )


def test_ctrl_c_ends_the_loop_of_a_class() -> None:
    script = (
        "import sys; from mlops.entry import run_cli\n"
        "def interrupted(): raise KeyboardInterrupt\n"
        "sys.exit(run_cli('x', interrupted))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (-signal.SIGINT, "")


@pytest.mark.parametrize("usable", ["7", "Jane", "jane-doe", "a--b", "x" * 40])
def test_ids_of_students_without_the_product(usable: str, stack: dict[str, str]) -> None:
    assert run("aiml_hard", "--student-id", usable) == 0
    assert Account(usable).ownership.bucket == f"sagemaker-{usable.lower()}"


@pytest.mark.parametrize("refused", ["", "-a", "a-", "a b", "x" * 41, "../a", "ann*"])
def test_ids_that_no_resource_can_have(
    refused: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STUDENT_ID", raising=False)
    assert run("aiml_hard", f"--student-id={refused}") == 2
    assert capsys.readouterr().out == ""


def test_it_runs_from_any_folder_and_without_an_installed_package(student: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, PROJECT / "validate_tasks.py", "aiml_hard", "--student-id", student],
        cwd=tmp_path,
        env=dict(os.environ),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0
    assert "Score: 0 of 50 reachable points (100 in all)\n" in done.stdout
    assert "Tasks 5, 6, 7, 9 and 10 are not built in this version.\n" in done.stdout


def test_a_python_without_its_packages_is_told_which(tmp_path: Path) -> None:
    script = "import runpy, sys; sys.modules['botocore'] = None; runpy.run_path(sys.argv[1], run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", script, PROJECT / "validate_tasks.py"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "is not installed here: `make install`, then .venv/bin/python" in done.stderr
    assert done.stderr.count("\n") == 1
