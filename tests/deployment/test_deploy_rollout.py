"""How deployments end, also in the ways that a real endpoint seldom takes: each is told from a success."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mlops.aws.errors import UserError
from mlops.aws.polling import Polling
from mlops.commands.deployment_steps import watch
from mlops.commands.display.steps import Progress
from mlops.deployment import rollout
from mlops.deployment.serving import Serving

BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
LATER = BEFORE + timedelta(minutes=1)
SERVING = Serving("e", "a", {"EndpointConfigName": "old"}, {"ModelName": "m"}, BEFORE, has_policy=True)
GONE = ClientError(
    {"Error": {"Code": "ValidationException", "Message": "Could not find endpoint."}}, "DescribeEndpoint"
)
BUSY = ClientError({"Error": {"Code": "ValidationException", "Message": "Cannot update in-progress"}}, "UpdateEndpoint")


def answer(status: str, config: str = "old", *, stage: str | None = None, **members: Any) -> dict[str, Any]:
    """What DescribeEndpoint says."""
    found = {"EndpointStatus": status, "EndpointConfigName": config, "LastModifiedTime": LATER, **members}
    if stage:
        variant = {"VariantName": "a", "VariantStatus": [{"Status": stage, "StartTime": LATER}]}
        found["PendingDeploymentSummary"] = {"EndpointConfigName": "new", "ProductionVariants": [variant]}
    return found


class Recorded:
    """SageMaker as its answers to DescribeEndpoint, one after the other."""

    def __init__(self, *answers: dict[str, Any] | ClientError, refuses: bool = False) -> None:
        self._answers: Iterator[dict[str, Any] | ClientError] = iter(answers)
        self._refuses = refuses
        self.updates: list[dict[str, Any]] = []

    def describe_endpoint(self, EndpointName: str) -> dict[str, Any]:
        found = next(self._answers)
        if isinstance(found, ClientError):
            raise found
        return found

    def update_endpoint(self, **request: Any) -> None:
        self.updates.append(request)
        if self._refuses:
            raise BUSY


def watched(*answers: dict[str, Any] | ClientError) -> tuple[rollout.Outcome, str, str]:
    """The outcome, its reason, and what was shown."""
    out = io.StringIO()
    outcome, reason = watch(Recorded(*answers), SERVING, "new", Progress(out), Polling(sleep=lambda seconds: None))
    return outcome, reason, out.getvalue()


def test_each_stage_is_shown_with_its_end() -> None:
    outcome, _, shown = watched(
        answer("Updating"),
        answer("Updating", stage="Creating"),
        answer("Updating", stage="ActivatingTraffic"),
        answer("Updating", stage="Baking"),
        answer("Updating", stage="ActivatingTraffic"),
        answer("Updating", "new"),
        answer("InService", "new"),
    )
    assert outcome == "deployed"
    ended = [line.split("  ")[1] for line in shown.splitlines() if "Succeeded" in line]
    assert ended == ["Start new instances", "Shift traffic", "Watch", "Shift traffic (2)", "End old instances"]


def test_in_service_with_the_old_configuration_is_a_rollback() -> None:
    outcome, reason, shown = watched(
        answer("Updating", stage="Baking"),
        answer("RollingBack", stage="Baking"),
        answer("InService", FailureReason="The alarm\nrings."),
    )
    assert (outcome, reason) == ("rolled back", "The alarm rings.")
    assert [line.split()[:2] for line in shown.splitlines()] == [
        ["Watch", "Executing"],
        ["Watch", "Failed"],
        ["Roll", "back"],
        ["Roll", "back"],
    ]


def test_a_rollback_without_a_reason_is_one() -> None:
    assert watched(answer("InService"))[:2] == ("rolled back", "SageMaker gives no reason")


def test_an_answer_from_before_the_update_is_no_rollback() -> None:
    stale = answer("InService", LastModifiedTime=BEFORE)
    assert watched(stale, stale, answer("Updating"), answer("InService", "new"))[0] == "deployed"


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (GONE, "endpoint e was deleted during the deployment: terraform apply creates it again"),
        (answer("InService", "another"), "e serves another now, which somebody else has deployed meanwhile"),
        (
            answer("UpdateRollbackFailed", FailureReason="No capacity."),
            "e is UpdateRollbackFailed: No capacity. new may",
        ),
        (answer("Failed"), "e is Failed: SageMaker gives no reason"),
    ],
)
def test_what_is_neither_success_nor_rollback_is_an_error(last: dict[str, Any] | ClientError, expected: str) -> None:
    with pytest.raises(UserError, match=expected):
        watched(answer("Updating"), last)


def test_a_refusal_of_what_has_begun_is_a_beginning() -> None:
    """The first answer was lost, and the repeated request met its own update."""
    sagemaker = Recorded(answer("Updating", stage="Creating"), refuses=True)
    rollout.begin(sagemaker, SERVING, "new", {})
    assert sagemaker.updates == [{"EndpointName": "e", "EndpointConfigName": "new", "RetainDeploymentConfig": True}]


def test_a_refusal_because_of_another_deployment_is_one() -> None:
    with pytest.raises(ClientError, match="in-progress"):
        rollout.begin(Recorded(answer("Updating"), refuses=True), SERVING, "new", {})
