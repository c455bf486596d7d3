"""What an endpoint serves now, and whether a deployment can begin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from mlops.aws.errors import UserError, is_not_found
from mlops.deployment.configuration import chosen_variant

__all__ = ["Serving", "containers", "describe_endpoint", "read"]

_READY = ("InService", "UpdateRollbackFailed")


@dataclass(frozen=True)
class Serving:
    """An endpoint before a deployment.

    ``config`` and ``model`` are the answers of DescribeEndpointConfig, and of DescribeModel for the variant that is
    deployed to; ``changed`` is the endpoint's LastModifiedTime.
    """

    endpoint: str
    variant: str
    config: dict[str, Any]
    model: dict[str, Any]
    changed: datetime
    has_policy: bool

    @property
    def config_name(self) -> str:
        """The configuration in service."""
        return str(self.config["EndpointConfigName"])

    @property
    def model_name(self) -> str:
        """The model in service."""
        return str(self.model["ModelName"])


def describe_endpoint(sagemaker: Any, name: str, missing: str | None = None) -> dict[str, Any]:
    """DescribeEndpoint's answer; raises UserError, with the message `missing`, where there is no such endpoint."""
    try:
        found: dict[str, Any] = sagemaker.describe_endpoint(EndpointName=name)
    except ClientError as error:
        if not is_not_found(error):
            raise
        raise UserError(
            missing
            or f"there is no endpoint {name}: terraform apply creates it (endpoint_hours ends it), or name yours with "
            "--endpoint"
        ) from error
    return found


def read(sagemaker: Any, name: str, variant: str | None) -> Serving:
    """Describes the endpoint ``name`` with its configuration and model.

    Raises:
        UserError: there is no such endpoint, it changes at present, or its configuration is gone.
    """
    endpoint = describe_endpoint(sagemaker, name)
    if endpoint["EndpointStatus"] not in _READY:
        raise UserError(
            f"endpoint {name} is {endpoint['EndpointStatus']}: wait until it is InService "
            f"(aws sagemaker wait endpoint-in-service --endpoint-name {name}) and try again"
        )
    config_name = endpoint["EndpointConfigName"]
    try:
        config = sagemaker.describe_endpoint_config(EndpointConfigName=config_name)
    except ClientError as error:
        if not is_not_found(error):
            raise
        raise UserError(
            f"endpoint {name} serves the configuration {config_name}, which has been deleted: SageMaker cannot update "
            "it any more; delete the endpoint and create it again (terraform apply)"
        ) from error
    chosen = chosen_variant(config, variant)
    model = next(each["ModelName"] for each in config["ProductionVariants"] if each["VariantName"] == chosen)
    return Serving(
        endpoint=name,
        variant=chosen,
        config=config,
        model=sagemaker.describe_model(ModelName=model),
        changed=endpoint["LastModifiedTime"],
        has_policy="LastDeploymentConfig" in endpoint,
    )


def containers(model: dict[str, Any]) -> list[dict[str, Any]]:
    """The containers of a DescribeModel answer, one or several."""
    several: list[dict[str, Any]] = model.get("Containers") or [model["PrimaryContainer"]]
    return several
