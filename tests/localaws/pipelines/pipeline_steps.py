"""Steps and definitions for tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ROLE = "arn:aws:iam::123456789012:role/pipelines-test"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
ANY_JOB = {
    "AppSpecification": {"ImageUri": IMAGE, "ContainerEntrypoint": ["/bin/sh", "-c"]},
    "ProcessingResources": {"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}},
}


def processing(
    name: str, *, inputs: Mapping[str, Any] | None = None, outputs: Mapping[str, Any] | None = None, **members: Any
) -> dict[str, Any]:
    """A small processing step."""
    arguments: dict[str, Any] = {
        "AppSpecification": {"ImageUri": "image"},
        "ProcessingResources": {
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
        },
        "RoleArn": ROLE,
    }
    if inputs:
        arguments["ProcessingInputs"] = [
            {
                "InputName": key,
                "S3Input": {
                    "S3Uri": uri,
                    "LocalPath": f"/opt/ml/processing/{key}",
                    "S3DataType": "S3Prefix",
                    "S3InputMode": "File",
                },
            }
            for key, uri in inputs.items()
        ]
    if outputs:
        arguments["ProcessingOutputConfig"] = {
            "Outputs": [
                {
                    "OutputName": key,
                    "S3Output": {"S3Uri": uri, "LocalPath": f"/opt/ml/processing/{key}", "S3UploadMode": "EndOfJob"},
                }
                for key, uri in outputs.items()
            ]
        }
    return {"Name": name, "Type": "Processing", "Arguments": arguments, **members}


def fail(name: str, message: Any = "no good", **members: Any) -> dict[str, Any]:
    """A fail step."""
    return {"Name": name, "Type": "Fail", "Arguments": {"ErrorMessage": message}, **members}


def gate(
    name: str, left: Any, right: Any, *, yes: Any = (), no: Any = (), kind: str = "GreaterThanOrEqualTo", **members: Any
) -> dict[str, Any]:
    """A condition step with one comparison."""
    condition = {"Type": kind, "LeftValue": left, "RightValue": right}
    arguments = {"Conditions": [condition], "IfSteps": list(yes), "ElseSteps": list(no)}
    return {"Name": name, "Type": "Condition", "Arguments": arguments, **members}


def pipeline(*steps: Mapping[str, Any], parameters: Any = ()) -> dict[str, Any]:
    """A definition of these steps."""
    return {"Version": "2020-12-01", "Parameters": list(parameters), "Steps": list(steps)}


def shell(name: str, command: str, role_arn: str, **members: Any) -> dict[str, Any]:
    """A processing step that runs one line of shell."""
    step = processing(name, **members)
    app = {**ANY_JOB["AppSpecification"], "ContainerArguments": [command]}
    step["Arguments"].update(ANY_JOB, AppSpecification=app, RoleArn=role_arn)
    return step


ROUNDS = {"Name": "Rounds", "Type": "Integer", "DefaultValue": 2}
GATE = pipeline(
    gate("Gate", {"Get": "Parameters.Rounds"}, 1, no=[fail("TooFew", "too few rounds")]), parameters=[ROUNDS]
)
