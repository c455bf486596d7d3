"""The validator as it is started: what it prints, its exit codes, and that it only reads."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from mlops.operate import aws
from mlops.operate.entry import guarded
from mlops.validate import scoring
from mlops.validate.account import Account, Evidence, RefusedError, Result
from mlops.validate.command import main
from mlops.validate.report import as_table
from mlops.validate.tasks import AIML_HARD

PROJECT = Path(__file__).resolve().parents[2]
READS = ("Get", "List", "Describe", "Head")


def run(*arguments: str) -> int:
    return guarded("validate_tasks.py", lambda: main(arguments))


def test_an_empty_account_scores_nothing_and_says_what_to_do(student: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("aiml_hard", "--student-id", student, "--json") == 1
    score = json.loads(capsys.readouterr().out)
    assert (score["points"], score["possible"], score["passed"]) == (0, 100, False)
    assert [task["number"] for task in score["tasks"]] == list(range(1, 11))
    for task in score["tasks"]:
        assert task["said"]
        assert re.match(r"(terraform|mlops|aws|python) ", task["remedy"])
        assert student in task["remedy"]


def test_it_only_reads(student: str, monkeypatch: pytest.MonkeyPatch) -> None:
    called: set[str] = set()
    plain = aws.session

    def watched(region: str | None = None) -> boto3.Session:
        made = plain(region)
        made.events.register("before-call", lambda model, **_: called.add(model.name))
        return made

    monkeypatch.setattr(aws, "session", watched)
    assert run("aiml_hard", "--student-id", student) == 1
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
    assert run("aiml_hard") == 1
    assert f"Hard: {student} in account 123456789012, us-east-1" in capsys.readouterr().out


def test_the_student_id_comes_from_what_was_applied(
    student: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "main.tf").write_text(f'output "student_id" {{\n  value = "{student}"\n}}\n')
    for command in (["init"], ["apply", "-auto-approve"]):
        subprocess.run(["terraform", *command], cwd=tmp_path, check=True, capture_output=True)
    monkeypatch.chdir(tmp_path)
    assert run("aiml_hard") == 1
    assert f"Hard: {student} in account" in capsys.readouterr().out


def test_no_student_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STUDENT_ID", raising=False)
    assert run("aiml_hard") == 2
    assert capsys.readouterr().err == (
        "validate_tasks.py: which student? Pass --student-id, or set STUDENT_ID: nothing was applied from this folder\n"
    )


@pytest.mark.usefixtures("nowhere")
class TestNobodyAnswers:
    def test_no_credentials(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run("aiml_hard", "--student-id", "jane", "--region", "us-east-1") == 2
        said = capsys.readouterr()
        assert said.err.startswith("validate_tasks.py: no AWS credentials")
        assert said.out == "", "no score was given"

    def test_no_region(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
        assert run("aiml_hard", "--student-id", "jane") == 2
        assert "no AWS region: pass --region, or set AWS_REGION" in capsys.readouterr().err

    def test_no_endpoint(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        for name, value in {
            "ACCESS_KEY_ID": "a",
            "SECRET_ACCESS_KEY": "b",
            "ENDPOINT_URL": "http://127.0.0.1:9",
        }.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        assert run("aiml_hard", "--student-id", "jane", "--region", "us-east-1") == 2
        assert "nobody answers" in capsys.readouterr().err


def test_unknown_keys_are_no_score(
    student: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    assert run("aiml_hard", "--student-id", student) == 2
    assert "the AWS credentials are not valid here" in capsys.readouterr().err


class Refusing:
    TITLE = "Refused"
    REMEDY = "aws help {student_id}"

    def check(self, account: Account) -> Result:
        raise RefusedError("ListThings was denied: no")


class Passing:
    TITLE = "Passing"
    REMEDY = ""

    def check(self, account: Account) -> Result:
        return Result(True, "it is there", (Evidence("arn:aws:s3:us-east-1:123456789012:" + "x" * 100, "Active"),))


def test_a_call_that_is_refused_counts_as_not_found(student: str) -> None:
    scored = scoring.score(Account(student), [Refusing()])
    assert scored.results[0] == Result(
        False, "the account does not answer: ListThings was denied: no", (), f"aws help {student}"
    )


def test_an_operation_that_the_stack_does_not_know_counts_as_not_found(student: str) -> None:
    account = Account(student)
    with pytest.raises(RefusedError, match="ListEdgeDeploymentPlans"):
        account.ask("sagemaker", "list_edge_deployment_plans")


@pytest.mark.parametrize(("done", "verdict"), [(7, True), (6, False)])
def test_seventy_percent_pass(done: int, verdict: bool, student: str) -> None:
    tasks = [Passing()] * done + [Refusing()] * (10 - done)
    scored = scoring.score(Account(student), tasks)
    assert (scored.points, scored.possible, scored.passed) == (10 * done, 100, verdict)
    table = as_table(Account(student), scored)
    assert max(map(len, table.splitlines())) <= 80
    assert table.endswith(f"Score: {10 * done} of 100; 70 are needed: {'passed' if verdict else 'not passed'}")


@pytest.mark.parametrize(
    ("name", "hers"),
    [("models-ann", True), ("ann", True), ("models-joann", False), ("anne-models", False), ("x-ann-2026", True)],
)
def test_a_name_is_hers_by_whole_words(name: str, hers: bool) -> None:
    assert Account("ann").is_hers(name) is hers


def test_every_task_has_what_the_report_needs() -> None:
    assert len(AIML_HARD) == 10
    assert len({task.TITLE for task in AIML_HARD}) == 10
    for task in AIML_HARD:
        assert "{student_id}" in task.REMEDY


def test_it_runs_from_any_folder_and_without_an_installed_package(student: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, PROJECT / "validate_tasks.py", "aiml_hard", "--student-id", student],
        cwd=tmp_path,
        env=dict(os.environ),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "Score: 0 of 100" in done.stdout


def test_a_python_without_its_packages_is_told_which(tmp_path: Path) -> None:
    script = "import runpy, sys; sys.modules['botocore'] = None; runpy.run_path(sys.argv[1], run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", script, PROJECT / "validate_tasks.py"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "is not installed here: `make install`, then .venv/bin/python" in done.stderr
    assert done.stderr.count("\n") == 1
