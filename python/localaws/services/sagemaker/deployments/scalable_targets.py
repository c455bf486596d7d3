"""An endpoint's variants at Application Auto Scaling, which is moto's: targets, policies, and what became of them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from localaws.motobridge import backends
from localaws.motobridge.lock import MOTO_LOCK

if TYPE_CHECKING:
    from localaws.services.sagemaker.deployments.endpoint import DeployedEndpoint

__all__ = ["begin_activity", "deregister", "end_activity", "policies", "target"]

_NAMESPACE, _DIMENSION = "sagemaker", "sagemaker:variant:DesiredInstanceCount"
_METRIC = "SageMakerVariantInvocationsPerInstance"


def _backend(endpoint: DeployedEndpoint) -> Any:
    return backends.autoscaling(endpoint.stack.account_id, endpoint.stack.region)


def _resource(endpoint: DeployedEndpoint, variant: str) -> str:
    return f"endpoint/{endpoint.name}/variant/{variant}"


def target(endpoint: DeployedEndpoint, variant: str) -> Any:
    """The variant's scalable target as moto has it; None where it is not registered."""
    backend = _backend(endpoint)
    with MOTO_LOCK:
        return backend.targets.get(_DIMENSION, {}).get(_resource(endpoint, variant))


def policies(endpoint: DeployedEndpoint, variant: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Name and configuration of the variant's target-tracking policies that follow its invocations per instance."""
    with MOTO_LOCK:
        found = list(_backend(endpoint).policies.values())
    for policy in found:
        configuration = policy.target_tracking_scaling_policy_configuration
        if policy.resource_id != _resource(endpoint, variant) or not configuration:
            continue
        predefined = configuration.get("PredefinedMetricSpecification", {}).get("PredefinedMetricType")
        if predefined == _METRIC:
            yield str(policy.policy_name), configuration


def deregister(endpoint: DeployedEndpoint) -> None:
    """Forget the targets of an endpoint that is deleted, as AWS does without saying so.

    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-delete-with-scaling.html
    """
    backend = _backend(endpoint)
    with MOTO_LOCK:
        for resource in [name for name in backend.targets.get(_DIMENSION, {}) if name.split("/")[1] == endpoint.name]:
            backend.deregister_scalable_target(_NAMESPACE, resource, _DIMENSION)


def begin_activity(endpoint: DeployedEndpoint, variant: str, count: int, cause: str) -> dict[str, Any]:
    """Put a scaling activity on record, which DescribeScalingActivities lists; see `end_activity`."""
    activity = {
        "ActivityId": str(uuid.uuid4()),
        "ServiceNamespace": _NAMESPACE,
        "ResourceId": _resource(endpoint, variant),
        "ScalableDimension": _DIMENSION,
        "Description": f"Setting desired instance count to {count}.",
        "Cause": cause,
        "StartTime": endpoint.stack.clock().timestamp(),
        "StatusCode": "InProgress",
        "StatusMessage": f"Successfully set desired instance count to {count}. Waiting for change to be fulfilled by "
        "sagemaker.",
    }
    backend = _backend(endpoint)
    with MOTO_LOCK:
        backend.localaws_activities = [*getattr(backend, "localaws_activities", ()), activity]
    return activity


def end_activity(endpoint: DeployedEndpoint, activity: dict[str, Any], count: int, failure: str) -> None:
    """Say how an activity ended: `failure` is empty where the variant has the instances."""
    with MOTO_LOCK:
        activity["EndTime"] = endpoint.stack.clock().timestamp()
        activity["StatusCode"] = "Failed" if failure else "Successful"
        activity["StatusMessage"] = (
            f"Failed to set desired instance count to {count}: {failure}"
            if failure
            else f"Successfully set desired instance count to {count}. Change successfully fulfilled by sagemaker."
        )
