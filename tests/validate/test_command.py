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
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.parsers import ResponseParserError

from mlops import __version__
from mlops.aws import clients
from mlops.aws.errors import CannotLookError
from mlops.entry import run_cli
from mlops.validate import scoring
from mlops.validate.account import Account
from mlops.validate.command import main
from mlops.validate.report import as_table, summary
from mlops.validate.results import Evidence, Result, UnansweredError
from mlops.validate.tasks import AIML_HARD

PROJECT = Path(__file__).resolve().parents[2]
READS = ("Get", "List", "Describe", "Head")


def run(*arguments: str) -> int:
    return run_cli("validate_tasks.py", lambda: main(arguments))


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
    BUILT = True

    def check(self, account: Account) -> Result:
        raise UnansweredError("ListThings was denied: no")


class Passing:
    TITLE = "Passing"
    REMEDY = ""
    BUILT = True

    def check(self, account: Account) -> Result:
        return Result(True, "it is there", (Evidence("arn:aws:s3:us-east-1:123456789012:" + "x" * 100, "Active"),))


def test_a_call_that_is_denied_is_in_the_result_and_the_table(student: str) -> None:
    account = Account(student)
    scored = scoring.score(account, [Refusing(), Passing()])
    assert scored.tasks[0].result == Result(
        False, "not graded: ListThings was denied: no", (), f"aws help {student}", answered=False
    )
    assert "\nTask 1 is not graded: the account did not answer.\n" in as_table(account, scored)


def test_an_operation_that_the_stack_does_not_know_counts_as_not_found(student: str) -> None:
    account = Account(student)
    with pytest.raises(UnansweredError, match="ListEdgeDeploymentPlans"):
        account.ask("sagemaker", "list_edge_deployment_plans")


@pytest.mark.parametrize(("done", "verdict"), [(7, True), (6, False)])
def test_seventy_points_pass(done: int, verdict: bool, student: str) -> None:
    tasks = [Passing()] * done + [Refusing()] * (10 - done)
    scored = scoring.score(Account(student), tasks)
    assert (scored.points, scored.reachable, scored.possible, scored.passed) == (10 * done, 100, 100, verdict)
    table = as_table(Account(student), scored)
    assert max(map(len, table.splitlines())) <= 80
    assert f"Score: {10 * done} of 100 points\n" in table
    assert table.endswith(f"Pass mark: 70 of 100 points: {'passed' if verdict else 'not passed'}.")


class Nested(Passing):
    def check(self, account: Account) -> Result:
        return self.check(account)


def test_a_document_that_is_nested_without_end_fails_its_task(student: str) -> None:
    scored = scoring.score(Account(student), [Nested(), Passing()])
    assert [task.result.passed for task in scored.tasks] == [False, True]
    assert scored.tasks[0].result.message == "a document of the student's is nested too deeply to be read"


class Unbuilt(Refusing):
    BUILT = False


class DoneWithoutTheProduct(Passing):
    BUILT = False


def test_points_of_unbuilt_tasks_are_reachable_only_where_they_are_earned(student: str) -> None:
    scored = scoring.score(Account(student), [Passing(), Refusing(), Unbuilt(), DoneWithoutTheProduct()])
    assert summary(scored) == "20 of 30 reachable points (40 in all)"
    assert [task.result.message for task in scored.tasks][2:] == ["not built in this version", "it is there"]


def test_a_score_below_what_is_required(student: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("aiml_hard", "--student-id", student, "--require", "70") == 1
    assert "Score: 0 of 50 reachable points" in capsys.readouterr().out


def test_a_grade_file_is_whole_or_absent(
    student: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "jane.json"
    assert run("aiml_hard", "--student-id", student, "--output", str(file)) == 0
    assert capsys.readouterr().out == (
        f"{student}: 0 of 50 reachable points (100 in all); "
        f"nothing was found: check the student id, account and region; {file}\n"
    )
    assert json.loads(file.read_text())["student_id"] == student
    assert file.read_text().endswith("}\n")
    assert [each.name for each in tmp_path.iterdir()] == ["jane.json"]

    file.unlink()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert run("aiml_hard", "--student-id", student, "--output", str(file)) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_stack_that_stops_while_it_is_graded_gives_no_grade(
    student: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(account: Account) -> Result:
        account._clients.clear()
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        del account.__dict__["_session"]
        return Result(True, "the last answer")

    monkeypatch.setattr(AIML_HARD[0], "check", stop)
    assert run("aiml_hard", "--student-id", student, "--output", str(tmp_path / "jane.json")) == 2
    assert capsys.readouterr().out == ""
    assert list(tmp_path.iterdir()) == []


def test_output_to_a_device_leaves_it_alone(student: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("aiml_hard", "--student-id", student, "--output", os.devnull) == 2
    assert f"--output {os.devnull} is no regular file" in capsys.readouterr().err


def test_output_through_a_link_keeps_the_link(student: str, tmp_path: Path) -> None:
    (tmp_path / "grades").mkdir()
    (tmp_path / "jane.json").symlink_to(tmp_path / "grades" / "jane.json")
    assert run("aiml_hard", "--student-id", student, "--output", str(tmp_path / "jane.json")) == 0
    assert (tmp_path / "jane.json").is_symlink()
    assert json.loads((tmp_path / "grades" / "jane.json").read_text())["student_id"] == student


def start(student: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(PROJECT / "validate_tasks.py"), "aiml_hard", "--student-id", student]
    return subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False, **options)


def test_a_full_disk(student: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = start(student, stdout=full)
    assert done.returncode == 2
    assert done.stderr == "validate_tasks.py: the result cannot be written: No space left on device\n"


def test_a_terminal_without_unicode(student: str) -> None:
    done = start(student, stdout=subprocess.PIPE, env=os.environ | {"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0, done.stderr
    assert f"? terraform apply -var student_id={student}\n" in done.stdout


def test_ctrl_c_ends_the_loop_of_a_class() -> None:
    script = (
        "import sys; from mlops.entry import run_cli\n"
        "def interrupted(): raise KeyboardInterrupt\n"
        "sys.exit(run_cli('x', interrupted))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (-signal.SIGINT, "")


def test_a_proxy_that_answers_in_place_of_aws(capsys: pytest.CaptureFixture[str]) -> None:
    def answer() -> int:
        raise ResponseParserError("Unable to parse response")

    assert run_cli("validate_tasks.py", answer) == 2
    assert capsys.readouterr().err == (
        "validate_tasks.py: what answers is not AWS, but a proxy perhaps: check AWS_ENDPOINT_URL\n"
    )


def test_a_region_that_the_stack_does_not_have_is_no_score(student: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("aiml_hard", "--student-id", student, "--region", "eu-west-1") == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "no task was graded: task 1 not graded: DescribePipeline failed with UnrecognizedRegion" in said.err


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


def test_what_students_write_cannot_rewrite_the_table(student: str) -> None:
    class Hostile(Passing):
        def check(self, account: Account) -> Result:
            return Result(False, "\x1b[2J\x1b[HScore: 100 of 100 points\r\n")

    table = as_table(Account(student), scoring.score(Account(student), [Hostile()]))
    assert all(each.isprintable() for each in table.replace("\n", ""))
    assert "\\x1b[2J" in table


def test_output_to_a_folder(student: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("aiml_hard", "--student-id", student, "--output", str(tmp_path)) == 2
    assert f"--output {tmp_path} is a folder: give a file, e.g. {tmp_path}/jane.json" in capsys.readouterr().err
    assert run("aiml_hard", "--student-id", student, "--output", str(tmp_path / "no" / "x.json")) == 2
    assert f"there is no folder {tmp_path}/no; create it first" in capsys.readouterr().err


def _answering(account: Account, service: str, answers: list[tuple[int, str]]) -> None:
    """The service's next answers are these (HTTP status and error code), before it answers by itself again."""

    def answer(**_: Any) -> AWSResponse | None:
        if not answers:
            return None
        status, code = answers.pop(0)
        body = json.dumps({"__type": code, "message": "as told"}).encode()
        raw = SimpleNamespace(stream=lambda *_, **__: iter([body]), read=lambda *_: body)
        return AWSResponse("http://test", status, {"Content-Type": "application/x-amz-json-1.1"}, raw)

    account.client(service).meta.events.register("before-send.*", answer)


def test_throttling_is_retried_and_ends_the_grading_where_it_lasts(
    student: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    account, throttled = Account(student), (400, "ThrottlingException")
    _answering(account, "sagemaker", [throttled] * 5)
    assert account.ask("sagemaker", "list_pipelines")["PipelineSummaries"] is not None
    _answering(account, "sagemaker", [throttled] * 8)
    with pytest.raises(CannotLookError, match="AWS throttles this account's calls, grade again later"):
        account.ask("sagemaker", "list_pipelines")


def test_a_service_that_denies_leaves_the_other_tasks_graded(student: str) -> None:
    account = Account(student)
    # Task 2 lists first with the id, and is denied at once.
    _answering(account, "sagemaker", [(400, "AccessDeniedException")])
    scored = scoring.score(account, [AIML_HARD[1], AIML_HARD[2]])
    denied, graded = (task.result for task in scored.tasks)
    assert denied.message.startswith("not graded: ListHyperParameterTuningJobs was denied: as told")
    assert not denied.answered
    assert graded.message == f"no transform job of {student} was found"


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
