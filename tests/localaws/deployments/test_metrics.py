"""What the endpoint tells CloudWatch."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
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
