"""An endpoint update: begin it, and tell its outcome and its present stage from DescribeEndpoint's answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from botocore.exceptions import ClientError

from mlops.aws.errors import UserError
from mlops.deployment.serving import Serving, describe_endpoint

__all__ = ["Outcome", "begin", "describe", "goes_on", "outcome", "stage"]

_CHANGING = ("Creating", "Updating", "SystemUpdating", "RollingBack")
Outcome = Literal["deployed", "rolled back"]


def begin(sagemaker: Any, serving: Serving, config: str, retain: dict[str, Any]) -> None:
    """Calls UpdateEndpoint with the endpoint's own deployment policy.

    An answer can be lost on its way: where the service refuses what it has already begun, that is a beginning too.
    """
    if serving.has_policy:
        retain = retain | {"RetainDeploymentConfig": True}
    try:
        sagemaker.update_endpoint(EndpointName=serving.endpoint, EndpointConfigName=config, **retain)
    except ClientError:
        found = sagemaker.describe_endpoint(EndpointName=serving.endpoint)
        pending = found.get("PendingDeploymentSummary", {}).get("EndpointConfigName")
        if config not in (found["EndpointConfigName"], pending):
            raise


def describe(sagemaker: Any, name: str) -> dict[str, Any]:
    """DescribeEndpoint's answer; raises UserError where the endpoint does not exist any more."""
    deleted = f"endpoint {name} was deleted during the deployment: terraform apply creates it again"
    return describe_endpoint(sagemaker, name, deleted)


def goes_on(found: dict[str, Any], serving: Serving, config: str) -> bool:
    """Whether an update to ``config`` has not ended yet, by a DescribeEndpoint answer."""
    status, name = found["EndpointStatus"], found["EndpointConfigName"]
    # An answer from before UpdateEndpoint took effect is none.
    stale = status == "InService" and name != config and found["LastModifiedTime"] <= serving.changed
    return status in _CHANGING or stale


def outcome(found: dict[str, Any], serving: Serving, config: str) -> tuple[Outcome, str]:
    """How an update to ``config`` ended, and the reason of a rollback.

    InService alone says nothing: after a rollback too the endpoint is in service, with the previous configuration.
    What tells is the configuration's name.

    Raises:
        UserError: another deployment took its place, or the endpoint was left between both configurations.
    """
    status, name = found["EndpointStatus"], found["EndpointConfigName"]
    reason = " ".join(str(found.get("FailureReason") or "SageMaker gives no reason").split())
    if status == "InService" and name == config:
        return "deployed", ""
    if status == "InService" and name == serving.config_name:
        return "rolled back", reason
    if status == "InService":
        raise UserError(f"{serving.endpoint} serves {name} now, which somebody else has deployed meanwhile")
    raise UserError(
        f"{serving.endpoint} is {status}: {reason} {config} may be in use and stays; "
        "deploy what should serve once more, or delete the endpoint and create it again (terraform apply)"
    )


def stage(found: dict[str, Any]) -> tuple[str, datetime | None] | None:
    """The stage in VariantStatus's words, or RollingBack, and when it began; None where nothing is pending.

    Two stages of one kind in a row differ by their beginning.
    """
    if found["EndpointStatus"] == "RollingBack":
        return "RollingBack", None
    variants = found.get("PendingDeploymentSummary", {}).get("ProductionVariants", ())
    for status in (status for variant in variants for status in variant.get("VariantStatus", ())):
        return str(status["Status"]), status.get("StartTime")
    return None
