"""Executions: order, parallelism, branches, failure, stop and retry, on a SageMaker made for the test."""

from __future__ import annotations

import json
import re
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from pipeline_fakes import Bench, completed, failed, names, steps_of
from pipeline_steps import fail, gate, pipeline, processing

from localaws.api.errors import AwsError
from localaws.api.validation import parse

DEFINITIONS = sorted(Path(__file__).with_name("definitions").glob("*.json"))
OUTPUT = {"Get": "Steps.A.ProcessingOutputConfig.Outputs['out'].S3Output.S3Uri"}


def test_a_step_gets_the_outputs_of_the_step_it_refers_to(bench: Bench) -> None:
    where = {"Std:Join": {"On": "/", "Values": ["s3://b", {"Get": "Execution.PipelineExecutionId"}]}}
    execution = bench.execution(
        pipeline(processing("B", inputs={"in": OUTPUT}), processing("A", outputs={"out": where}))
    )

    assert execution.run().status == "Succeeded"

    assert names(bench) == ["A", "B"]
    second = bench.sagemaker.sent("CreateProcessingJob")[1]
    assert second["ProcessingInputs"][0]["S3Input"]["S3Uri"] == "s3://b/exec00000001"
    step = steps_of(execution)["B"]
    assert step["StepStatus"] == "Succeeded"
    assert step["AttemptCount"] == 1
    assert step["StartTime"] < step["EndTime"]
    assert step["Metadata"]["ProcessingJob"]["Arn"].startswith(
        "arn:aws:sagemaker:us-east-1:123456789012:processing-job/pipelines-exec00000001-B-"
    )


def test_independent_steps_run_at_the_same_time_up_to_the_limit(bench: Bench) -> None:
    bench.sagemaker.held = {"A", "B", "C"}
    execution = bench.execution(pipeline(*(processing(name) for name in "ABC")), max_parallel=2)
    thread, outcomes = bench.start(execution)
    for _ in range(2):
        assert bench.sagemaker.created.acquire(timeout=5)
    assert names(bench) in (["A", "B"], ["B", "A"])

    bench.sagemaker.release("A")
    assert bench.sagemaker.created.acquire(timeout=5)
    assert names(bench)[2] == "C"
    bench.sagemaker.release("B")
    bench.sagemaker.release("C")
    thread.join(5)
    assert outcomes[0].status == "Succeeded"


def test_depends_on_orders_steps_without_data(bench: Bench) -> None:
    execution = bench.execution(
        pipeline(processing("A", DependsOn=["B"]), processing("B", DependsOn=["C"]), processing("C"))
    )
    assert execution.run().status == "Succeeded"
    assert names(bench) == ["C", "B", "A"]


@pytest.mark.parametrize(("value", "ran", "not_run"), [("0.9", "Good", "Bad"), ("0.1", "Bad", "Good")])
def test_only_the_taken_branch_runs_and_is_listed(bench: Bench, value: str, ran: str, not_run: str) -> None:
    definition = pipeline(
        gate("Gate", {"Get": "Parameters.Auc"}, 0.5, yes=[processing("Good")], no=[processing("Bad")]),
        processing("After", DependsOn=[not_run]),
        parameters=[{"Name": "Auc", "Type": "Float"}],
    )
    execution = bench.execution(definition, {"Auc": value})

    assert execution.run().status == "Succeeded"

    steps = steps_of(execution)
    assert set(steps) == {"Gate", ran}
    assert steps["Gate"]["Metadata"] == {"Condition": {"Outcome": str(ran == "Good")}}


def test_a_fail_step_ends_the_execution_with_its_message(bench: Bench) -> None:
    message = {"Std:Join": {"On": " ", "Values": ["gate said", {"Get": "Steps.Gate.Outcome"}]}}
    execution = bench.execution(
        pipeline(gate("Gate", 1, 2), fail("Stop", message), processing("A", DependsOn=["Gate"]))
    )
    bench.sagemaker.held = {"A"}

    outcome = execution.run()

    assert outcome.status == "Failed"
    assert outcome.failure_reason == "Step failure: One or multiple steps failed."
    step = steps_of(execution)["Stop"]
    assert step["StepStatus"] == "Failed"
    assert step["FailureReason"] == "gate said false"
    assert step["Metadata"] == {"Fail": {"ErrorMessage": "gate said false"}}


def test_a_fail_step_without_message_has_no_failure_reason(bench: Bench) -> None:
    execution = bench.execution(pipeline({"Name": "F", "Type": "Fail", "Arguments": {"ErrorMessage": ""}}))
    assert execution.run().status == "Failed"
    step = steps_of(execution)["F"]
    assert "FailureReason" not in step
    assert step["Metadata"] == {"Fail": {"ErrorMessage": ""}}


def test_a_failed_job_fails_its_step_and_stops_the_others(bench: Bench) -> None:
    bench.sagemaker.held = {"Slow", "A"}
    execution = bench.execution(pipeline(processing("A"), processing("Slow"), processing("Next", DependsOn=["A"])))
    thread, outcomes = bench.start(execution)
    for _ in range(2):
        assert bench.sagemaker.created.acquire(timeout=5)
    bench.sagemaker.release("A", failed("AlgorithmError: no such column, exit code: 1"))
    thread.join(5)

    assert outcomes[0].status == "Failed"
    steps = steps_of(execution)
    assert steps["A"]["FailureReason"] == "ClientError: AlgorithmError: no such column, exit code: 1"
    assert steps["Slow"]["StepStatus"] == "Stopped"
    assert set(steps) == {"A", "Slow"}
    assert names(bench, "StopProcessingJob") == ["Slow"]


def test_stop_ends_running_jobs_and_starts_nothing_more(bench: Bench) -> None:
    bench.sagemaker.held = {"A"}
    execution = bench.execution(pipeline(processing("A"), processing("B", DependsOn=["A"])))
    thread, outcomes = bench.start(execution)
    assert bench.sagemaker.created.acquire(timeout=5)

    execution.stop()
    thread.join(5)

    assert outcomes[0].status == "Stopped"
    assert {name: step["StepStatus"] for name, step in steps_of(execution).items()} == {"A": "Stopped"}
    assert names(bench) == ["A"]


def test_a_job_that_may_not_be_stopped_runs_to_its_end(bench: Bench) -> None:
    bench.sagemaker.held = {"A"}
    bench.sagemaker.refused["StopProcessingJob"] = AwsError(
        "AccessDeniedException", "User is not authorized to perform: StopProcessingJob", 403
    )
    execution = bench.execution(pipeline(processing("A"), processing("B", DependsOn=["A"])))
    thread, outcomes = bench.start(execution)
    assert bench.sagemaker.created.acquire(timeout=5)
    while not steps_of(execution)["A"]["Metadata"]:
        threading.Event().wait(0.005)
    execution.stop()
    assert thread.is_alive()
    assert steps_of(execution)["A"]["StepStatus"] == "Stopping"
    assert "is not authorized to perform: StopProcessingJob" in steps_of(execution)["A"]["FailureReason"]
    bench.sagemaker.release("A")
    thread.join(5)
    assert outcomes[0].status == "Stopped"
    assert steps_of(execution)["A"]["StepStatus"] == "Succeeded"
    assert names(bench) == ["A"]


def test_a_defect_of_the_stack_fails_the_step_and_ends_the_execution(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", seen.append)
    bench.sagemaker.endings["A"] = [lambda request: {"Status": 1 // 0}]
    execution = bench.execution(pipeline(processing("A"), processing("B", DependsOn=["A"])))
    assert execution.run().status == "Failed"
    assert steps_of(execution)["A"]["FailureReason"].startswith("InternalServerError: ")
    assert [args.exc_type for args in seen] == [ZeroDivisionError]


def test_a_retried_execution_runs_only_what_did_not_succeed(bench: Bench) -> None:
    bench.sagemaker.endings["B"] = [failed("AlgorithmError: once"), completed]
    definition = pipeline(processing("A", outputs={"out": "s3://b/a"}), processing("B", inputs={"in": OUTPUT}))
    first = bench.execution(definition)
    assert first.run().status == "Failed"

    again = bench.execution(definition, earlier=first.succeeded())

    assert again.run().status == "Succeeded"
    assert names(bench) == ["A", "B", "B"]
    assert list(steps_of(again)) == ["A", "B"]


def test_a_condition_reads_a_property_file(bench: Bench) -> None:
    files = [{"PropertyFileName": "Report", "OutputName": "out", "FilePath": "evaluation.json"}]
    auc = {"Std:JsonGet": {"PropertyFile": {"Get": "Steps.A.PropertyFiles.Report"}, "Path": "m['auc'].values[1]"}}
    definition = pipeline(
        processing("A", outputs={"out": "s3://b/evaluation/"}, PropertyFiles=files),
        gate("Gate", auc, 0.9, no=[fail("Low", {"Std:Join": {"On": " ", "Values": ["AUC", auc]}})]),
    )
    bench.objects["s3://b/evaluation/evaluation.json"] = json.dumps({"m": {"auc": {"values": [0, 0.875]}}})
    execution = bench.execution(definition)
    assert execution.run().status == "Failed"
    assert steps_of(execution)["Low"]["FailureReason"] == "AUC 0.875"

    bench.objects["s3://b/evaluation/evaluation.json"] = json.dumps({"m": {"f1": 1}})
    execution = bench.execution(definition)
    assert execution.run().status == "Failed"
    assert steps_of(execution)["Gate"]["FailureReason"] == (
        "ClientError: Unable to find JSON path 'm['auc'].values[1]' in property file 'Report' of step 'A': "
        "there is no 'auc' (there is: f1)."
    )

    bench.objects.clear()
    execution = bench.execution(definition)
    assert execution.run().status == "Failed"
    assert steps_of(execution)["Gate"]["FailureReason"] == (
        "ClientError: Unable to read s3://b/evaluation/evaluation.json: The specified key does not exist."
    )


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: path.stem)
def test_definitions_of_the_sdks_make_requests_that_the_api_accepts(bench: Bench, path: Path) -> None:
    artifacts = {"S3ModelArtifacts": "s3://b/model.tar.gz"}
    for step in ("TrainModel", "TrainingJob"):
        bench.sagemaker.endings[step] = [lambda request: {"Status": "Completed", "ModelArtifacts": artifacts}]
    report = json.dumps({"binary_classification_metrics": {"auc": {"value": 0.93}}})
    for folder in ("pipelines-test/evaluation", "sagemaker-test/pipeline/evaluation"):
        bench.objects[f"s3://{folder}/evaluation.json"] = report
    execution = bench.execution(path.read_text())

    assert execution.run().status == "Succeeded", execution.listed()

    for operation, request in bench.sagemaker.requests:
        assert parse(operation, request) == request
    created = [operation for operation, _ in bench.sagemaker.requests if operation.startswith("Create")]
    assert created[:5] == [
        "CreateProcessingJob",
        "CreateTrainingJob",
        "CreateProcessingJob",
        "CreateModelPackageGroup",
        "CreateModelPackage",
    ]
    (package,) = bench.sagemaker.sent("CreateModelPackage")
    containers = package["InferenceSpecification"]["Containers"]
    assert [container["ModelDataUrl"] for container in containers] == ["s3://b/model.tar.gz"]
    assert package["MetadataProperties"]["GeneratedBy"].endswith("/execution/exec00000001")


def test_a_custom_job_prefix_stands_in_front_of_job_names(bench: Bench) -> None:
    step = processing("A")
    step["Arguments"]["ProcessingJobName"] = "prep"
    assert bench.execution(pipeline(step, processing("Step_" + "x" * 50))).run().status == "Succeeded"
    own, made = sorted(request["ProcessingJobName"] for request in bench.sagemaker.sent("CreateProcessingJob"))[::-1]
    assert re.fullmatch(r"prep-exec00000001-[A-Za-z0-9]{10}", own)
    assert re.fullmatch(r"pipelines-exec00000001-Step-x{24}-[A-Za-z0-9]{10}", made)
    assert len(made) == 63


def test_the_overhead_of_a_step_is_milliseconds(bench: Bench) -> None:
    chain = [processing("S0"), *(processing(f"S{i}", DependsOn=[f"S{i - 1}"]) for i in range(1, 20))]
    execution = bench.execution(pipeline(*chain))
    began = time.process_time()
    assert execution.run().status == "Succeeded"
    assert (time.process_time() - began) / 20 < 0.05
