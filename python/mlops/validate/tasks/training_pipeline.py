"""Task 1: the training pipeline exists, registers only what passes a threshold, and has run through."""

from __future__ import annotations

import itertools
import json
from typing import Any

from botocore.exceptions import ClientError

from mlops.aws.names import pipeline_name
from mlops.validate import definition
from mlops.validate.account import Account
from mlops.validate.dataflow import flow_fault
from mlops.validate.results import CheckFailed, Evidence, Result

__all__ = ["BUILT", "REMEDY", "TITLE", "check"]

TITLE = "SageMaker Pipeline"
REMEDY = "terraform apply -var student_id={student_id}"
BUILT = True

_MAX_EXECUTIONS = 20
# What a step made, by the kind of its metadata: the call that describes it.
_MADE = {
    "ProcessingJob": ("describe_processing_job", "ProcessingJobName"),
    "TrainingJob": ("describe_training_job", "TrainingJobName"),
    "TransformJob": ("describe_transform_job", "TransformJobName"),
    "TuningJob": ("describe_hyper_parameter_tuning_job", "HyperParameterTuningJobName"),
    "Model": ("describe_model", "ModelName"),
    "RegisterModel": ("describe_model_package", "ModelPackageName"),
}
# Name and type of the steps that the assessment fixes; condition and registration are known by their types.
_NAMED_STEPS = {"PreprocessData": "Processing", "TrainModel": "Training", "EvaluateModel": "Processing"}


def check(account: Account) -> Result:
    """The definition first, then an execution that went through all of it."""
    name = pipeline_name(account.student_id)
    apply = REMEDY.format(student_id=account.student_id)
    try:
        pipeline = account.ask("sagemaker", "describe_pipeline", PipelineName=name)
    except ClientError as error:
        raise CheckFailed(f"there is no pipeline {name}", apply) from error
    arn = pipeline["PipelineArn"]
    found = Evidence(arn, pipeline["PipelineStatus"], pipeline.get("LastModifiedTime"))
    document = json.loads(pipeline["PipelineDefinition"])
    if fault := _fault(document) or account.ownership.check_named(name, arn, definition.resolved(document)):
        raise CheckFailed(fault, apply, found)
    steps = len(list(definition.steps(document)))
    executed = _succeeded(account, name, found)
    return Result(True, f"{steps} steps, registration gated; an execution has succeeded", (found, executed))


def _fault(document: dict[str, Any]) -> str | None:
    """What keeps a definition from being the assessment's, or ``None``."""
    steps = {step["Name"]: step for step in definition.steps(document)}
    for name, kind in _NAMED_STEPS.items():
        if steps.get(name, {}).get("Type") != kind:
            return f"the pipeline has no {kind.lower()} step {name}"
    image = steps["TrainModel"]["Arguments"].get("AlgorithmSpecification", {}).get("TrainingImage", "")
    if "xgboost" not in json.dumps(image):
        return f"TrainModel does not train the built-in XGBoost (its image is {image})"
    return _parameter_fault(document) or definition.gate_fault(document) or flow_fault(document)


def _parameter_fault(document: dict[str, Any]) -> str | None:
    parameters = {parameter["Name"]: parameter for parameter in document.get("Parameters", [])}
    for name in ("InputData", "ModelApprovalStatus"):
        if name not in parameters:
            return f"the pipeline has no parameter {name}"
        if not definition.uses(document["Steps"], f"Parameters.{name}"):
            return f"the parameter {name} is declared, but no step uses it"
    default = parameters["ModelApprovalStatus"].get("DefaultValue")
    if default != "PendingManualApproval":
        return f"ModelApprovalStatus defaults to {default}, not to PendingManualApproval"
    return None


def _succeeded(account: Account, name: str, found: Evidence) -> Evidence:
    run = f"mlops run pipeline {account.student_id}"
    executions = list(
        account.every("sagemaker", "list_pipeline_executions", "PipelineExecutionSummaries", PipelineName=name)
    )
    if not executions:
        raise CheckFailed("the pipeline was never executed", run, found)
    succeeded = [each for each in executions if each["PipelineExecutionStatus"] == "Succeeded"]
    if not succeeded:
        latest = max(executions, key=lambda each: each["StartTime"])
        state = Evidence(latest["PipelineExecutionArn"], latest["PipelineExecutionStatus"], latest["StartTime"])
        raise CheckFailed(f"none of {len(executions)} executions has succeeded", run, found, state)
    fault = f"no succeeded execution ran all of {', '.join(_NAMED_STEPS)} and the registration"
    for each in itertools.islice(succeeded, _MAX_EXECUTIONS):
        arn = each["PipelineExecutionArn"]
        steps = list(
            account.every(
                "sagemaker", "list_pipeline_execution_steps", "PipelineExecutionSteps", PipelineExecutionArn=arn
            )
        )
        if not _ran_all(steps):
            continue
        foreign = _foreign(account, steps)
        if foreign is None:
            return Evidence(arn, "Succeeded", each["StartTime"])
        fault = foreign
    raise CheckFailed(fault, run, found)


def _ran_all(steps: list[dict[str, Any]]) -> bool:
    """Whether the steps that the assessment names ran as jobs of their kinds, and one registered a model."""
    made = {
        (step["StepName"], kind)
        for step in steps
        if step["StepStatus"] == "Succeeded"
        for kind in step.get("Metadata", {})
    }
    jobs = {(name, f"{kind}Job") for name, kind in _NAMED_STEPS.items()}
    return jobs <= made and any(kind == "RegisterModel" for _, kind in made)


def _foreign(account: Account, steps: list[dict[str, Any]]) -> str | None:
    """What a step of an execution read or wrote outside of the student's bucket."""
    for step in steps:
        for kind, (operation, member) in _MADE.items():
            arn = step.get("Metadata", {}).get(kind, {}).get("Arn")
            if arn is None:
                continue
            name = arn if kind == "RegisterModel" else arn.rpartition("/")[2]
            try:
                uri = account.ownership.foreign(account.ask("sagemaker", operation, **{member: name}))
            except ClientError:  # deleted since
                continue
            if uri:
                return f"the step {step['StepName']} used {uri}, which is not in {account.ownership.bucket} ({arn})"
    return None
