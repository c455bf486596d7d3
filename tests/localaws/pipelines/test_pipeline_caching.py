"""Cache keys and durations, and the pauses of retry policies."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from localaws.api.errors import AwsError
from localaws.services.sagemaker.pipelines.caching import cache_key
from localaws.services.sagemaker.pipelines.durations import parse_duration
from localaws.services.sagemaker.pipelines.errors import DefinitionError
from localaws.services.sagemaker.pipelines.retries import RetryPolicy, error_type, job_failure_type, policy_for
from localaws.services.sagemaker.pipelines.steps import KINDS

PROCESSING = {
    "AppSpecification": {"ImageUri": "image", "ContainerArguments": ["a"]},
    "Environment": {"A": "1"},
    "ProcessingInputs": [{"InputName": "in", "S3Input": {"S3Uri": "s3://b/in"}}],
    "ProcessingOutputConfig": {"Outputs": [{"OutputName": "out", "S3Output": {"S3Uri": "s3://b/out"}}]},
    "ProcessingResources": {"ClusterConfig": {"InstanceType": "ml.m5.large"}},
    "RoleArn": "role",
    "StoppingCondition": {"MaxRuntimeInSeconds": 60},
}
TRAINING = {
    "AlgorithmSpecification": {"TrainingImage": "image"},
    "CheckpointConfig": {"S3Uri": "s3://b/checkpoints"},
    "DebugHookConfig": {"S3OutputPath": "s3://b/debug"},
    "DebugRuleConfigurations": [{"RuleConfigurationName": "r"}],
    "EnableManagedSpotTraining": False,
    "Environment": {"A": "1"},
    "HyperParameters": {"num_round": "100"},
    "InputDataConfig": [{"ChannelName": "train"}],
    "OutputDataConfig": {"S3OutputPath": "s3://b/out"},
    "ResourceConfig": {"InstanceType": "ml.m5.large"},
    "RoleArn": "role",
    "StoppingCondition": {"MaxRuntimeInSeconds": 60},
}
# https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-default-keys.html
RERUN = {
    "Processing": {"AppSpecification", "Environment", "ProcessingInputs"},
    "Training": {
        "AlgorithmSpecification",
        "CheckpointConfig",
        "DebugHookConfig",
        "DebugRuleConfigurations",
        "Environment",
        "HyperParameters",
        "InputDataConfig",
    },
}


@pytest.mark.parametrize(("kind", "arguments"), [("Processing", PROCESSING), ("Training", TRAINING)])
def test_a_step_runs_again_when_an_attribute_that_aws_names_changes(kind: str, arguments: dict[str, Any]) -> None:
    attributes = KINDS[kind].cached_attributes
    key = cache_key(attributes, arguments)
    changed = {
        name for name in arguments if cache_key(attributes, {**arguments, name: [arguments[name], "changed"]}) != key
    }
    assert changed == RERUN[kind]
    assert cache_key(attributes, dict(reversed(arguments.items()))) == key


@pytest.mark.parametrize("kind", ["Condition", "Fail", "Model", "RegisterModel"])
def test_steps_that_aws_does_not_cache(kind: str) -> None:
    assert KINDS[kind].cached_attributes == ()


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("P30D", timedelta(days=30)),
        ("30d", timedelta(days=30)),
        ("PT1H", timedelta(hours=1)),
        ("T16m", timedelta(minutes=16)),
        ("30dT5h", timedelta(days=30, hours=5)),
        ("P1Y2M3W", timedelta(days=365 + 60 + 21)),
        ("PT1M30S", timedelta(seconds=90)),
    ],
)
def test_durations(text: str, length: timedelta) -> None:
    assert parse_duration(text) == length


@pytest.mark.parametrize("text", ["", "P", "PT", "T", "1h", "P1H", "PT1D", "-P1D", "P1.5D", "one day"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(DefinitionError, match="is not an ISO 8601 duration"):
        parse_duration(text)


def test_pauses_grow_and_end() -> None:
    policy = RetryPolicy(("Step.THROTTLING",), interval_seconds=2, backoff_rate=3, max_attempts=3)
    assert [policy.delay(attempt, 0) for attempt in (1, 2, 3, 4)] == [2, 6, 18, None]
    timed = RetryPolicy(("Step.THROTTLING",), interval_seconds=60, max_attempts=None, expire_after_minutes=2)
    assert timed.delay(1, 59) == 60
    assert timed.delay(2, 60) is None


def test_the_first_policy_that_covers_a_failure_counts() -> None:
    own = RetryPolicy(("SageMaker.RESOURCE_LIMIT", "Step.THROTTLING"), interval_seconds=9)
    assert policy_for([own], "Step.THROTTLING") is own
    automatic = policy_for([own], "Step.SERVICE_FAULT")
    assert automatic is not None
    assert automatic.interval_seconds == 1
    assert policy_for([own], "SageMaker.CAPACITY_ERROR") is None
    assert policy_for([own], None) is None


def test_failures_are_told_apart_as_the_guide_names_them() -> None:
    assert error_type(AwsError("InternalFailure", "", 500)) == "Step.SERVICE_FAULT"
    assert error_type(AwsError("ThrottlingException", "")) == "Step.THROTTLING"
    assert error_type(AwsError("ResourceLimitExceeded", "")) == "SageMaker.RESOURCE_LIMIT"
    assert error_type(AwsError("ValidationException", "")) is None
    assert job_failure_type("InternalServerError: We encountered an internal error.") == "SageMaker.JOB_INTERNAL_ERROR"
    assert job_failure_type("CapacityError: Unable to provision.") == "SageMaker.CAPACITY_ERROR"
    assert job_failure_type("AlgorithmError: CapacityError, exit code: 1") is None
