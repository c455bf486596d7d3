"""Attempts at a step: refused requests, retries, pauses, and earlier runs that are reused."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

from pipeline_fakes import Bench, completed, failed, names, steps_of
from pipeline_steps import pipeline, processing

from localaws.api.errors import AwsError, limit_exceeded

OUTPUT = {"Get": "Steps.A.ProcessingOutputConfig.Outputs['out'].S3Output.S3Uri"}


def test_a_refused_request_fails_the_step_in_the_words_of_aws(bench: Bench) -> None:
    bench.sagemaker.endings["A"] = [limit_exceeded("The account-level service limit is 0 Instances.")]
    execution = bench.execution(pipeline(processing("A")))
    assert execution.run().status == "Failed"
    assert steps_of(execution)["A"]["FailureReason"] == (
        "ClientError: Failed to invoke sagemaker:CreateProcessingJob. Error Details: The account-level service limit "
        "is 0 Instances.\nRetry not appropriate on execution of step with PipelineExecutionArn "
        "arn:aws:sagemaker:us-east-1:123456789012:pipeline/fake/execution/exec00000001 and StepId A. No retry policy "
        "configured for the exception type SAGEMAKER_RESOURCE_LIMIT."
    )


def test_throttling_is_tried_again_without_a_policy(bench: Bench) -> None:
    bench.sagemaker.endings["A"] = [AwsError("ThrottlingException", "Rate exceeded"), completed]
    policy = {"ExceptionType": ["Step.THROTTLING"], "IntervalSeconds": 1, "MaxAttempts": 2}
    execution = bench.execution(pipeline(processing("A", RetryPolicies=[policy])))
    began = time.monotonic()
    assert execution.run().status == "Succeeded"
    assert time.monotonic() - began > 0.9
    assert steps_of(execution)["A"]["AttemptCount"] == 2


def test_a_job_is_tried_again_as_its_policy_says(bench: Bench) -> None:
    bench.sagemaker.endings["A"] = [failed("CapacityError: Unable to provision requested ML compute capacity.")]
    policy = {
        "ExceptionType": ["SageMaker.CAPACITY_ERROR"],
        "IntervalSeconds": 1,
        "BackoffRate": 0.01,
        "MaxAttempts": 2,
    }
    execution = bench.execution(pipeline(processing("A", RetryPolicies=[policy])))
    assert execution.run().status == "Failed"
    step = steps_of(execution)["A"]
    assert step["AttemptCount"] == 3
    assert "Retries are exhausted for the exception type SAGEMAKER_CAPACITY_ERROR." in step["FailureReason"]
    jobs = [request["ProcessingJobName"] for request in bench.sagemaker.sent("CreateProcessingJob")]
    assert len(set(jobs)) == 3


def test_stop_interrupts_the_pause_before_a_retry(bench: Bench) -> None:
    bench.sagemaker.endings["A"] = [AwsError("ThrottlingException", "Rate exceeded")]
    policy = {"ExceptionType": ["Step.THROTTLING"], "IntervalSeconds": 3600}
    execution = bench.execution(pipeline(processing("A", RetryPolicies=[policy])))
    thread, outcomes = bench.start(execution)
    while not bench.sagemaker.sent("CreateProcessingJob"):
        threading.Event().wait(0.005)
    execution.stop()
    thread.join(5)
    assert outcomes[0].status == "Stopped"


def test_a_cached_step_reuses_the_earlier_run(bench: Bench) -> None:
    cache = {"Enabled": True, "ExpireAfter": "PT1H"}
    definition = pipeline(
        processing(
            "A",
            outputs={"out": {"Std:Join": {"On": "/", "Values": ["s3://b", {"Get": "Execution.PipelineExecutionId"}]}}},
            inputs={"in": "s3://b/in"},
            CacheConfig=cache,
        ),
        processing("B", inputs={"in": OUTPUT}),
    )
    assert bench.execution(definition).run().status == "Succeeded"
    second = bench.execution(definition)
    assert second.run().status == "Succeeded"

    step = steps_of(second)["A"]
    assert step["CacheHitResult"]["SourcePipelineExecutionArn"].endswith("/execution/exec00000001")
    assert "-exec00000001-A-" in step["Metadata"]["ProcessingJob"]["Arn"].replace("pipelines", "", 1)
    assert step["StepStatus"] == "Succeeded"
    # The outputs are those of the run that is reused, so the uncached step after it reads them.
    assert (
        bench.sagemaker.sent("CreateProcessingJob")[-1]["ProcessingInputs"][0]["S3Input"]["S3Uri"]
        == "s3://b/exec00000001"
    )
    assert names(bench) == ["A", "B", "B"]


def test_a_cached_step_runs_again_when_the_earlier_run_is_too_old(bench: Bench) -> None:
    definition = pipeline(processing("A", CacheConfig={"Enabled": True, "ExpireAfter": "PT1H"}))
    bench.execution(definition).run()
    bench.sagemaker.clock.now += timedelta(hours=1)
    assert bench.execution(definition).run().status == "Succeeded"
    assert names(bench) == ["A", "A"]


def test_a_failed_run_is_not_cached(bench: Bench) -> None:
    definition = pipeline(processing("A", CacheConfig={"Enabled": True}))
    bench.sagemaker.endings["A"] = [failed("AlgorithmError: once"), completed]
    assert bench.execution(definition).run().status == "Failed"
    assert bench.execution(definition).run().status == "Succeeded"
    assert names(bench) == ["A", "A"]
