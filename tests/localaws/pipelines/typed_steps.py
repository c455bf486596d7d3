# ruff: noqa: E501 (one request a line)
"""A step of each kind that sends a request, with parameters of each type to refer to."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from pipeline_steps import ROLE, gate, pipeline, processing

from localaws.services.sagemaker.pipelines.definition import parse_definition
from localaws.services.sagemaker.pipelines.errors import DefinitionError
from localaws.services.sagemaker.pipelines.validation import check_definition

FILE = {"PropertyFileName": "Report", "OutputName": "out", "FilePath": "report.json"}
PARAMETERS = [
    {"Name": "S", "Type": "String", "DefaultValue": "x"},
    {"Name": "I", "Type": "Integer", "DefaultValue": 1},
    {"Name": "F", "Type": "Float", "DefaultValue": 0.5},
    {"Name": "B", "Type": "Boolean", "DefaultValue": True},
]
TYPES = {"S": "String", "I": "Integer", "F": "Float", "B": "Boolean"}
JSON = {"Std:JsonGet": {"PropertyFile": {"Get": "Steps.A.PropertyFiles.Report"}, "Path": "a"}}
TRAINING = {
    "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
    "OutputDataConfig": {"S3OutputPath": "s3://b/models"},
    "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1},
    "RoleArn": ROLE,
    "StoppingCondition": {"MaxRuntimeInSeconds": 60},
}
TRANSFORM = {
    "ModelName": "m",
    "TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/in"}}},
    "TransformOutput": {"S3OutputPath": "s3://b/out"},
    "TransformResources": {"InstanceCount": 1, "InstanceType": "ml.m5.large"},
}
RANGE = {"Name": "eta", "MinValue": "0.1", "MaxValue": "0.3"}
TRIAL = {"StaticHyperParameters": {"num_round": "5"}, **{k: v for k, v in TRAINING.items() if k != "StoppingCondition"}, "StoppingCondition": {"MaxRuntimeInSeconds": 60}}  # fmt: skip
TRIAL["AlgorithmSpecification"] = {"TrainingImage": "image", "TrainingInputMode": "File"}
TUNING = {
    "HyperParameterTuningJobConfig": {
        "Strategy": "Bayesian",
        "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "validation:auc"},
        "ResourceLimits": {"MaxNumberOfTrainingJobs": 2, "MaxParallelTrainingJobs": 1},
        "ParameterRanges": {"ContinuousParameterRanges": [RANGE]},
    },
    "TrainingJobDefinition": TRIAL,
}
REGISTER = {
    "ModelPackageGroupName": "group",
    "InferenceSpecification": {
        "Containers": [{"Image": "image", "ModelDataUrl": "s3://b/m.tar.gz", "Environment": {"A": "b"}}],
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    },
    "ModelMetrics": {"ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": "s3://b/e.json"}}},
}
MODEL = {
    "ExecutionRoleArn": ROLE,
    "PrimaryContainer": {"Image": "image", "Environment": {"A": "b"}},
    "EnableNetworkIsolation": True,
}
KINDS = {
    "Processing": ("CreateProcessingJob", processing("X")["Arguments"]),
    "Training": ("CreateTrainingJob", TRAINING),
    "Tuning": ("CreateHyperParameterTuningJob", TUNING),
    "Transform": ("CreateTransformJob", TRANSFORM),
    "Model": ("CreateModel", MODEL),
    "RegisterModel": ("CreateModelPackage", REGISTER),
}


def get(name: str) -> dict[str, str]:
    return {"Get": name if "." in name else f"Parameters.{name}"}


def join(*values: Any) -> dict[str, Any]:
    return {"Std:Join": {"On": "-", "Values": list(values)}}


def check(document: Any) -> None:
    check_definition(parse_definition(json.dumps(document)))


def refusal(document: Any) -> Any:
    with pytest.raises(DefinitionError) as error:
        check(document)
    return error.value.refusal()


def with_step(kind: str, path: str, value: Any) -> dict[str, Any]:
    """A pipeline whose step X of a kind has `value` at `path`, after one step of each kind to refer to."""
    arguments = copy.deepcopy(KINDS[kind][1])
    node: Any = arguments
    *parents, last = path.split(".")
    for part in parents:
        node = node[int(part)] if isinstance(node, list) else node.setdefault(part, {})
    node[int(last) if isinstance(node, list) else last] = value
    step = {"Name": "X", "Type": kind, "Arguments": arguments}
    return pipeline(*EARLIER, step, parameters=PARAMETERS)


EARLIER = [
    processing("A", outputs={"out": "s3://b/out"}, PropertyFiles=[FILE]),
    *({"Name": kind, "Type": kind, "Arguments": arguments} for kind, (_, arguments) in KINDS.items()),
    gate("G", 1, 1),
]
