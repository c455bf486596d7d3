"""What the endpoint tells CloudWatch, and what autoscaling makes of it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError
from inference.world import World

DIMENSION = {"ServiceNamespace": "sagemaker", "ScalableDimension": "sagemaker:variant:DesiredInstanceCount"}


def test_metrics_count_what_happened(world: World) -> None:
    endpoint = world.endpoint(world.config(world.model(seconds=0.02), count=2))
    for _ in range(6):
        world.invoke(endpoint)
    for status in (400, 404, 500):
        world.invoke(endpoint, f"fail {status}".encode())
    assert world.metric(endpoint, "Invocations", wanted=9) == 9
    assert world.metric(endpoint, "Invocation4XXErrors") == 2
    assert world.metric(endpoint, "Invocation5XXErrors") == 1
    assert world.metric(endpoint, "InvocationsPerInstance") == 4.5
    assert 20_000 <= world.metric(endpoint, "ModelLatency", statistic="Minimum") < 2_000_000
    assert 0 < world.metric(endpoint, "OverheadLatency", statistic="Average") < 1_000_000
    data = world.cloudwatch.list_metrics(
        Namespace="AWS/SageMaker", Dimensions=[{"Name": "EndpointName", "Value": endpoint}]
    )["Metrics"]
    assert {metric["MetricName"] for metric in data} >= {"Invocations", "ModelLatency", "OverheadLatency"}


@pytest.mark.slow
def test_batches_not_a_datum_for_each_request(world: World) -> None:
    endpoint = world.endpoint(world.config(world.model()))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: world.invoke(endpoint), range(200)))
    assert world.metric(endpoint, "Invocations", wanted=200) == 200
    points = world.cloudwatch.get_metric_data(
        MetricDataQueries=[
            {
                "Id": "m",
                "MetricStat": {
                    "Metric": {
                        "Namespace": "AWS/SageMaker",
                        "MetricName": "Invocations",
                        "Dimensions": [
                            {"Name": "EndpointName", "Value": endpoint},
                            {"Name": "VariantName", "Value": "A"},
                        ],
                    },
                    "Period": 3600,
                    "Stat": "SampleCount",
                },
            }
        ],
        StartTime=time.time() - 1800,
        EndTime=time.time() + 60,
    )["MetricDataResults"][0]["Values"]
    assert points == [200]


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


def wait_for(world: World, endpoint: str, count: int, seconds: float) -> None:
    end = time.monotonic() + seconds
    while instances(world, endpoint) != count:
        assert time.monotonic() < end, instances(world, endpoint)
        time.sleep(0.3)


def test_scales_out_to_the_maximum_and_not_beyond(world: World) -> None:
    endpoint = world.endpoint(world.config(world.model()))
    for _ in range(60):
        assert world.invoke(endpoint).status == 200
    # Registered now, so that the first look at the target counts all of them.
    scaling = register(world, endpoint, 1, 3, TargetValue=5, ScaleOutCooldown=0, ScaleInCooldown=300)
    wait_for(world, endpoint, 3, 30)
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
def test_the_minimum_is_a_reason_to_scale_and_pages_have_a_length(world: World) -> None:
    endpoint = world.endpoint(world.config(world.model()))
    scaling = register(world, endpoint, 2, 4, TargetValue=1000)
    wait_for(world, endpoint, 2, 30)
    world.settled(endpoint)
    scaling.register_scalable_target(**resource(endpoint), MinCapacity=3, MaxCapacity=4)
    wait_for(world, endpoint, 3, 30)
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


@pytest.mark.slow
def test_keeps_at_least_the_minimum_and_waits_for_its_cool_down(world: World) -> None:
    endpoint = world.endpoint(world.config(world.model()))
    register(world, endpoint, 2, 4, TargetValue=5, ScaleOutCooldown=600)
    wait_for(world, endpoint, 2, 30)
    for _ in range(60):
        world.invoke(endpoint)
    time.sleep(7)
    assert instances(world, endpoint) == 2


@pytest.mark.slow
def test_scales_in_when_traffic_has_gone(world: World) -> None:
    endpoint = world.endpoint(world.config(world.model(), count=3))
    register(world, endpoint, 1, 3, TargetValue=5, ScaleInCooldown=0)
    wait_for(world, endpoint, 1, 90)
    assert world.invoke(endpoint).status == 200
