"""Updates under traffic: nobody notices a good one, and a bad one changes nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError
from inference.world import World, unique


@dataclass
class Traffic:
    """Requests at a steady rate: when each began and ended, and what came back."""

    seen: list[tuple[float, float, int, str]] = field(default_factory=list)

    def failed(self) -> list[tuple[float, float, int, str]]:
        return [entry for entry in self.seen if entry[2] != 200]

    def answers(self, after: float = 0.0, before: float = float("inf")) -> set[str]:
        """What was answered to requests that began and ended between two moments."""
        return {text for began, ended, _, text in self.seen if began >= after and ended <= before}


@contextmanager
def traffic(world: World, endpoint: str, per_second: float = 50) -> Iterator[Traffic]:
    found, stop = Traffic(), threading.Event()

    def one() -> None:
        began = time.monotonic()
        answer = world.invoke(endpoint)
        found.seen.append((began, time.monotonic(), answer.status, answer.text))

    def run(pool: ThreadPoolExecutor) -> None:
        due = time.monotonic()
        while not stop.is_set():
            pool.submit(one)
            due += 1 / per_second
            time.sleep(max(0.0, due - time.monotonic()))

    with ThreadPoolExecutor(64) as pool:
        sender = threading.Thread(target=run, args=(pool,))
        sender.start()
        try:
            yield found
        finally:
            stop.set()
            sender.join()


def wait_until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.02)


def canary(seconds: int, *alarms: str, percent: int = 50) -> dict[str, Any]:
    policy: dict[str, Any] = {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {
                "Type": "CANARY",
                "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": percent},
                "WaitIntervalInSeconds": seconds,
            }
        }
    }
    if alarms:
        policy["AutoRollbackConfiguration"] = {"Alarms": [{"AlarmName": alarm} for alarm in alarms]}
    return policy


@pytest.mark.slow
def test_rollover_to_a_slow_model_loses_no_request(world: World) -> None:
    endpoint = world.endpoint(world.config(world.model("old")))
    config = world.config(world.model("new", load_seconds=5))
    with traffic(world, endpoint) as seen:
        time.sleep(0.5)
        began = time.monotonic()
        world.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=config)
        during = world.describe(endpoint)
        found = world.settled(endpoint)
        done = time.monotonic()
        time.sleep(0.5)
    assert during["EndpointStatus"] == "Updating"
    assert during["EndpointConfigName"] != config
    assert during["PendingDeploymentSummary"]["EndpointConfigName"] == config
    assert during["PendingDeploymentSummary"]["ProductionVariants"][0]["VariantStatus"][0]["Status"] == "Creating"
    assert (found["EndpointStatus"], found["EndpointConfigName"]) == ("InService", config)
    assert "PendingDeploymentSummary" not in found
    assert not seen.failed()
    assert seen.answers(before=began + 5) == {"old"}
    assert seen.answers(after=done) == {"new"}
    assert len(seen.seen) > 50 * 5


def test_update_keeps_requests_that_are_in_flight(world: World) -> None:
    endpoint = world.endpoint(world.config(world.model("old")))
    with ThreadPoolExecutor() as pool:
        slow = [pool.submit(world.invoke, endpoint, b"sleep 3") for _ in range(4)]
        time.sleep(0.5)
        world.update(endpoint, world.config(world.model("new")))
        assert [(answer.result().status, answer.result().text) for answer in slow] == [(200, "old")] * 4


def test_model_that_fails_its_health_check_changes_nothing(world: World) -> None:
    config = world.config(world.model("old"))
    endpoint = world.endpoint(config)
    with traffic(world, endpoint) as seen:
        found = world.update(endpoint, world.config(world.model("new", exits=True)))
    assert (found["EndpointStatus"], found["EndpointConfigName"]) == ("InService", config)
    assert found["FailureReason"] == (
        "The primary container for production variant A did not pass the ping health check. "
        "Please check CloudWatch logs for this endpoint."
    )
    assert not seen.failed()
    assert seen.answers() == {"old"}
    # The reason goes with the next update that succeeds.
    assert "FailureReason" not in world.update(endpoint, world.config(world.model("newer")))


@pytest.mark.slow
def test_canary_takes_its_part_and_then_all(world: World) -> None:
    endpoint = world.endpoint(world.config(world.model("old")))
    config = world.config(world.model("new"))
    with traffic(world, endpoint) as seen:
        world.sagemaker.update_endpoint(
            EndpointName=endpoint, EndpointConfigName=config, DeploymentConfig=canary(4, percent=30)
        )
        while "new" not in seen.answers():
            time.sleep(0.02)
        moved = time.monotonic()
        time.sleep(3)
        baking = [text for began, _, _, text in seen.seen if moved <= began <= moved + 3]
        found = world.settled(endpoint)
        done = time.monotonic()
        time.sleep(0.3)
    assert 0.15 < baking.count("new") / len(baking) < 0.45
    assert seen.answers(after=done) == {"new"}
    assert not seen.failed()
    assert found["LastDeploymentConfig"] == canary(4, percent=30)


@pytest.mark.slow
def test_linear_shift_and_termination_wait(world: World) -> None:
    endpoint = world.endpoint(world.config(world.model("old")))
    policy = {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {
                "Type": "LINEAR",
                "LinearStepSize": {"Type": "CAPACITY_PERCENT", "Value": 50},
                "WaitIntervalInSeconds": 1,
            },
            "TerminationWaitInSeconds": 1,
        }
    }
    began = time.monotonic()
    found = world.update(endpoint, world.config(world.model("new")), DeploymentConfig=policy)
    assert found["EndpointStatus"] == "InService"
    assert time.monotonic() - began >= 3
    assert world.invoke(endpoint).text == "new"


def alarm(world: World, endpoint: str, metric: str = "Invocation5XXErrors") -> str:
    name = unique("alarm")
    world.cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/SageMaker",
        MetricName=metric,
        Dimensions=[{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": "A"}],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
    )
    return name


def test_canary_whose_alarm_trips_is_rolled_back(world: World) -> None:
    config = world.config(world.model("old"))
    endpoint = world.endpoint(config)
    name = alarm(world, endpoint)
    world.sagemaker.update_endpoint(
        EndpointName=endpoint,
        EndpointConfigName=world.config(world.model("new")),
        DeploymentConfig=canary(60, name),
    )
    world.until(endpoint, lambda status: status == "Updating")
    time.sleep(1)
    world.invoke(endpoint, b"fail 500")
    found = world.settled(endpoint, 30)
    assert (found["EndpointStatus"], found["EndpointConfigName"]) == ("InService", config)
    assert found["FailureReason"] == (f"The deployment was rolled back because of alarms in state ALARM: {name}.")
    (state,) = world.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert state["StateValue"] == "ALARM"
    assert {world.invoke(endpoint).text for _ in range(20)} == {"old"}


def test_alarm_set_by_hand_rolls_back(world: World) -> None:
    endpoint = world.endpoint(world.config(world.model("old")))
    name = alarm(world, endpoint)
    world.sagemaker.update_endpoint(
        EndpointName=endpoint,
        EndpointConfigName=world.config(world.model("new")),
        DeploymentConfig=canary(60, name),
    )
    time.sleep(1.5)
    world.cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a person")
    assert name in world.settled(endpoint, 30)["FailureReason"]


def test_alarm_that_does_not_exist_rolls_back(world: World) -> None:
    endpoint = world.endpoint(world.config(world.model("old")))
    found = world.update(endpoint, world.config(world.model("new")), DeploymentConfig=canary(60, "nowhere"))
    assert found["FailureReason"] == "The alarms of AutoRollbackConfiguration do not exist: nowhere."


ROLLING = {
    "RollingUpdatePolicy": {
        "MaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": 1},
        "WaitIntervalInSeconds": 2,
        "RollbackMaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 100},
    }
}


def test_rolling_update_moves_all_traffic_at_once_and_waits(world: World) -> None:
    endpoint = world.endpoint(world.config(world.model("old"), count=2))
    config = world.config(world.model("new"), count=2)
    with traffic(world, endpoint, 20) as seen:
        began = time.monotonic()
        found = world.update(endpoint, config, DeploymentConfig=ROLLING)
        done = time.monotonic()
        wait_until(lambda: len(seen.answers(after=done)) > 0)
    assert (found["EndpointStatus"], found["EndpointConfigName"]) == ("InService", config)
    assert found["LastDeploymentConfig"] == ROLLING
    assert found["ProductionVariants"][0]["CurrentInstanceCount"] == 2
    assert done - began >= 2
    assert not seen.failed()
    assert seen.answers(after=done) == {"new"}


def test_rolling_update_whose_alarm_trips_is_rolled_back(world: World) -> None:
    config = world.config(world.model("old"))
    endpoint = world.endpoint(config)
    name = alarm(world, endpoint)
    policy = {
        "RollingUpdatePolicy": {**ROLLING["RollingUpdatePolicy"], "WaitIntervalInSeconds": 60},
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": name}]},
    }
    with traffic(world, endpoint, 20) as seen:
        world.sagemaker.update_endpoint(
            EndpointName=endpoint, EndpointConfigName=world.config(world.model("new")), DeploymentConfig=policy
        )
        wait_until(lambda: "new" in seen.answers())
        world.cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a person")
        found = world.settled(endpoint)
        done = time.monotonic()
        wait_until(lambda: len(seen.answers(after=done)) > 0)
    assert (found["EndpointStatus"], found["EndpointConfigName"]) == ("InService", config)
    assert name in found["FailureReason"]
    assert seen.answers(after=done) == {"old"}
    assert not seen.failed()


def test_retained_properties_survive_an_update(world: World) -> None:
    models = world.model("a"), world.model("b")
    endpoint = world.endpoint(world.config(*models))
    world.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName=endpoint,
        DesiredWeightsAndCapacities=[{"VariantName": "A", "DesiredWeight": 3, "DesiredInstanceCount": 2}],
    )
    world.settled(endpoint)
    config = world.config(*models)
    found = world.update(
        endpoint,
        config,
        RetainAllVariantProperties=True,
        ExcludeRetainedVariantProperties=[{"VariantPropertyType": "DesiredWeight"}],
    )
    first = found["ProductionVariants"][0]
    assert (first["CurrentInstanceCount"], first["CurrentWeight"]) == (2, 1)
    found = world.update(endpoint, world.config(*models))
    assert found["ProductionVariants"][0]["CurrentInstanceCount"] == 1


def test_configuration_in_service_must_not_be_deleted_before_an_update(world: World) -> None:
    old = world.config(world.model("old"))
    endpoint = world.endpoint(old)
    world.sagemaker.delete_endpoint_config(EndpointConfigName=old)
    with pytest.raises(ClientError, match=f'Could not find endpoint configuration "arn:.*/{old}"'):
        world.update(endpoint, world.config(world.model("new")))
    assert world.invoke(endpoint).text == "old"


def test_deployment_config_is_reused_only_when_asked(world: World) -> None:
    model = world.model()
    endpoint = world.endpoint(world.config(model), DeploymentConfig=canary(0))
    assert world.describe(endpoint)["LastDeploymentConfig"] == canary(0)
    found = world.update(endpoint, world.config(model), RetainDeploymentConfig=True)
    assert found["LastDeploymentConfig"] == canary(0)
    assert "LastDeploymentConfig" not in world.update(endpoint, world.config(model))
