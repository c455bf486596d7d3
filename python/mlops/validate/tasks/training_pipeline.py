"""Task 1: the training pipeline exists, registers only what passes a threshold, and has run through."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from mlops.operate.names import pipeline_name
from mlops.validate import definition
from mlops.validate.account import Account, Evidence, Miss, Result

__all__ = ["REMEDY", "TITLE", "check"]

TITLE = "SageMaker Pipeline"
REMEDY = "terraform apply -var student_id={student_id}"

# Name and type of the steps that the assessment fixes; condition and registration are known by their types.
_NAMED_STEPS = {"PreprocessData": "Processing", "TrainModel": "Training", "EvaluateModel": "Processing"}


def check(account: Account) -> Result:
    """The definition first, then an execution that went through all of it."""
    name = pipeline_name(account.student_id)
    apply = REMEDY.format(student_id=account.student_id)
    try:
        pipeline = account.ask("sagemaker", "describe_pipeline", PipelineName=name)
    except ClientError as error:
        raise Miss(f"there is no pipeline {name}", apply) from error
    found = Evidence(pipeline["PipelineArn"], pipeline["PipelineStatus"], pipeline.get("LastModifiedTime"))
    fault = _fault(json.loads(pipeline["PipelineDefinition"]))
    if fault:
        raise Miss(fault, apply, found)
    steps = len(list(definition.steps(json.loads(pipeline["PipelineDefinition"]))))
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
    return _parameter_fault(document) or definition.gate_fault(document)


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
        raise Miss("the pipeline was never executed", run, found)
    succeeded = [each for each in executions if each["PipelineExecutionStatus"] == "Succeeded"]
    if not succeeded:
        latest = max(executions, key=lambda each: each["StartTime"])
        state = Evidence(latest["PipelineExecutionArn"], latest["PipelineExecutionStatus"], latest["StartTime"])
        raise Miss(f"none of {len(executions)} executions has succeeded", run, found, state)
    for each in succeeded:
        arn = each["PipelineExecutionArn"]
        ran = account.every(
            "sagemaker", "list_pipeline_execution_steps", "PipelineExecutionSteps", PipelineExecutionArn=arn
        )
        done = {step["StepName"] for step in ran if step["StepStatus"] == "Succeeded"}
        if set(_NAMED_STEPS) <= done:
            return Evidence(arn, "Succeeded", each["StartTime"])
    raise Miss(f"no succeeded execution ran all of {', '.join(_NAMED_STEPS)}", run, found)
