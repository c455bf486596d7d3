"""What Application Auto Scaling makes of an endpoint's invocations."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from inference.stacks import Clock, start_here
from inference.world import World

from localaws.services.sagemaker.deployments import scalable_targets

DIMENSION = {"ServiceNamespace": "sagemaker", "ScalableDimension": "sagemaker:variant:DesiredInstanceCount"}


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[World]:
    """A stack in this process, whose time a test can put forward."""
    yield from start_here(tmp_path_factory.mktemp("scaling"), clock)


def resource(endpoint: str) -> dict[str, str]:
    return {"ResourceId": f"endpoint/{endpoint}/variant/A", **DIMENSION}


def register(world: World, endpoint: str, least: int, most: int, **configuration: Any) -> Any:
    scaling = world.client("application-autoscaling")
    scaling.register_scalable_target(**resource(endpoint), MinCapacity=least, MaxCapacity=most)
    scaling.put_scaling_policy(
        **resource(endpoint),
        PolicyName=endpoint,
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
            **configuration,
        },
    )
    return scaling


def instances(world: World, endpoint: str) -> int:
    return int(world.describe(endpoint)["ProductionVariants"][0]["CurrentInstanceCount"])


def wait_for(world: World, endpoint: str, count: int, clock: Clock) -> None:
    """Wait until the variant has so many instances; the stack's time passes faster."""
    end = time.monotonic() + 60
    while instances(world, endpoint) != count:
        assert time.monotonic() < end, instances(world, endpoint)
        clock.advance(1)
        time.sleep(0.1)


def test_scales_out_to_the_maximum_and_not_beyond(world: World, clock: Clock) -> None:
    endpoint = world.endpoint(world.config(world.model()))
    for _ in range(60):
        assert world.invoke(endpoint).status == 200
    # Registered now, so that the first look at the target counts all of them.
    scaling = register(world, endpoint, 1, 3, TargetValue=5, ScaleOutCooldown=0, ScaleInCooldown=300)
    wait_for(world, endpoint, 3, clock)
    assert world.settled(endpoint)["EndpointStatus"] == "InService"
    assert world.invoke(endpoint).status == 200
    (activity,) = scaling.describe_scaling_activities(**resource(endpoint))["ScalingActivities"]
    assert activity["Description"] == "Setting desired instance count to 3."
    assert activity["Cause"].startswith(f"policy {endpoint} was triggered: 60 invocations in a minute, 5 an instance")
    assert activity["StatusCode"] == "Successful"
    assert activity["StatusMessage"].endswith("Change successfully fulfilled by sagemaker.")
    assert activity["StartTime"] <= activity["EndTime"]
    assert not scaling.describe_scaling_activities(**resource("other"))["ScalingActivities"]
    name = f"{endpoint}-z"
    variant = {"VariantName": "Z", "ModelName": world.model(), "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    world.sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
    with pytest.raises(ClientError, match=r'variant name\(s\) "A" must be deregistered as scalable targets'):
        world.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=name)


@pytest.mark.slow
def test_the_minimum_is_a_reason_to_scale_and_pages_have_a_length(world: World, clock: Clock) -> None:
    endpoint = world.endpoint(world.config(world.model()))
    scaling = register(world, endpoint, 2, 4, TargetValue=1000)
    wait_for(world, endpoint, 2, clock)
    world.settled(endpoint)
    scaling.register_scalable_target(**resource(endpoint), MinCapacity=3, MaxCapacity=4)
    wait_for(world, endpoint, 3, clock)
    world.settled(endpoint)
    causes = [
        activity["Cause"]
        for page in scaling.get_paginator("describe_scaling_activities").paginate(
            **resource(endpoint), PaginationConfig={"PageSize": 1}
        )
        for activity in page["ScalingActivities"]
    ]
    assert causes == ["minimum capacity was set to 3", "minimum capacity was set to 2"]


def test_targets_and_policies_go_with_their_endpoint(world: World) -> None:
    names = [world.endpoint(world.config(world.model())) for _ in range(2)]
    for name in names:
        scaling = register(world, name, 1, 2, TargetValue=5)
    gone, kept = names
    world.delete(gone)
    ids = [f"endpoint/{name}/variant/A" for name in names]
    targets = scaling.describe_scalable_targets(ServiceNamespace="sagemaker", ResourceIds=ids)["ScalableTargets"]
    assert [target["ResourceId"] for target in targets] == [f"endpoint/{kept}/variant/A"]
    assert not scaling.describe_scaling_policies(**resource(gone))["ScalingPolicies"]
    scaling.deregister_scalable_target(**resource(kept))
    assert not scaling.describe_scaling_policies(**resource(kept))["ScalingPolicies"]


def count_looks(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How often the endpoint's autoscaling has looked at its target since now."""
    looked: list[str] = []
    target = scalable_targets.target

    def counted(hosted: Any, variant: str) -> Any:
        looked.append(hosted.name)
        return target(hosted, variant)

    monkeypatch.setattr(scalable_targets, "target", counted)
    return lambda: looked.count(endpoint)


@pytest.mark.slow
def test_keeps_at_least_the_minimum_and_waits_for_its_cool_down(
    world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = world.endpoint(world.config(world.model()))
    register(world, endpoint, 2, 4, TargetValue=5, ScaleOutCooldown=600)
    wait_for(world, endpoint, 2, clock)
    for _ in range(60):
        world.invoke(endpoint)
    looks = count_looks(endpoint, monkeypatch)
    end = time.monotonic() + 60
    while looks() < 3:
        assert time.monotonic() < end
        clock.advance(1)
        time.sleep(0.1)
    assert instances(world, endpoint) == 2


@pytest.mark.slow
def test_scales_in_when_traffic_has_gone(world: World, clock: Clock) -> None:
    endpoint = world.endpoint(world.config(world.model(), count=3))
    register(world, endpoint, 1, 3, TargetValue=5, ScaleInCooldown=0)
    wait_for(world, endpoint, 1, clock)
    assert world.invoke(endpoint).status == 200
