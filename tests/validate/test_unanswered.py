"""An account that does not answer, or denies: it is named, and is no score."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.parsers import ResponseParserError
from grading import Passing, Refusing, run

from mlops.aws.errors import CannotLookError
from mlops.entry import run_cli
from mlops.validate import scoring
from mlops.validate.account import Account
from mlops.validate.report import as_table
from mlops.validate.results import Result, UnansweredError
from mlops.validate.tasks import AIML_HARD


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
