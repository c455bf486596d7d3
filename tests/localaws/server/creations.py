"""A request for every SageMaker operation that creates or starts something, with all its S3 locations."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jobs.world import BUCKET, SKLEARN, TRUST, XGBOOST, channel

__all__ = ["CREATIONS", "Ground", "lay"]

_CLUSTER = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
_READ = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
_STEPS = [{"Name": "Stop", "Type": "Fail", "Arguments": {"ErrorMessage": "on purpose"}}]
DEFINITION = json.dumps({"Version": "2020-12-01", "Metadata": {}, "Parameters": [], "Steps": _STEPS})


@dataclass(frozen=True)
class Ground:
    """What the requests refer to.

    Jobs fail before a process starts: nothing lies under `nothing`, and the object `manifest` is not a manifest.
    """

    role: str
    uri: str
    nothing: str
    model: str
    config: str
    pipeline: str
    group: str


def lay(session: Any) -> Ground:
    """Create a bucket, a role, a model, an endpoint configuration, a pipeline and a package group."""
    mark = uuid.uuid4().hex[:8]
    s3, iam, sagemaker = (session.client(name) for name in ("s3", "iam", "sagemaker"))
    bucket = f"{BUCKET}-{mark}"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="model.tar.gz", Body=b"x")
    s3.put_object(Bucket=bucket, Key="manifest", Body=b"x")
    s3.put_object(Bucket=bucket, Key="definition.json", Body=DEFINITION.encode())
    role = iam.create_role(RoleName=f"creator-{mark}", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    policy = json.dumps({"Version": "2012-10-17", "Statement": [_READ]})
    iam.put_role_policy(RoleName=f"creator-{mark}", PolicyName="data", PolicyDocument=policy)
    ground = Ground(role, f"s3://{bucket}", f"s3://{bucket}/nothing/", *(f"ground-{mark}" for _ in range(4)))
    sagemaker.create_model(**_model(ground, ground.model))
    sagemaker.create_endpoint_config(**_config(ground, ground.config))
    sagemaker.create_model_package_group(ModelPackageGroupName=ground.group)
    sagemaker.create_pipeline(**_pipeline(ground, ground.pipeline))
    return ground


def _container(ground: Ground) -> dict[str, Any]:
    return {"Image": XGBOOST, "ModelDataUrl": f"{ground.uri}/model.tar.gz"}


def _model(ground: Ground, name: str) -> dict[str, Any]:
    return {"ModelName": name, "ExecutionRoleArn": ground.role, "PrimaryContainer": _container(ground)}


def _config(ground: Ground, name: str) -> dict[str, Any]:
    variant = {"VariantName": "all", "ModelName": ground.model, "InitialInstanceCount": 1}
    return {
        "EndpointConfigName": name,
        "ProductionVariants": [{**variant, "InstanceType": "ml.m5.large"}],
        "DataCaptureConfig": {
            "EnableCapture": True,
            "InitialSamplingPercentage": 100,
            "DestinationS3Uri": f"{ground.uri}/captured",
            "CaptureOptions": [{"CaptureMode": "Input"}],
        },
    }


def _pipeline(ground: Ground, name: str) -> dict[str, Any]:
    location = {"Bucket": ground.uri.removeprefix("s3://"), "ObjectKey": "definition.json"}
    return {"PipelineName": name, "RoleArn": ground.role, "PipelineDefinitionS3Location": location}


def _manifest(ground: Ground, name: str) -> dict[str, Any]:
    made = channel(name, f"{ground.uri}/manifest", "text/csv")
    made["DataSource"]["S3DataSource"]["S3DataType"] = "ManifestFile"
    return made


def _training(ground: Ground) -> dict[str, Any]:
    return {
        "RoleArn": ground.role,
        "AlgorithmSpecification": {"TrainingImage": XGBOOST, "TrainingInputMode": "File"},
        "InputDataConfig": [_manifest(ground, "train")],
        "OutputDataConfig": {"S3OutputPath": f"{ground.uri}/models"},
        "ResourceConfig": _CLUSTER,
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
    }


def _processing(ground: Ground, name: str) -> dict[str, Any]:
    source = {"S3Uri": ground.nothing, "LocalPath": "/opt/ml/processing/input", "S3DataType": "S3Prefix"}
    target = {"S3Uri": f"{ground.uri}/out", "LocalPath": "/opt/ml/processing/output", "S3UploadMode": "EndOfJob"}
    return {
        "ProcessingJobName": name,
        "RoleArn": ground.role,
        "AppSpecification": {"ImageUri": SKLEARN, "ContainerEntrypoint": ["true"]},
        "ProcessingInputs": [{"InputName": "in", "S3Input": {**source, "S3InputMode": "File"}}],
        "ProcessingOutputConfig": {"Outputs": [{"OutputName": "out", "S3Output": target}]},
        "ProcessingResources": {"ClusterConfig": _CLUSTER},
    }


def _tuning(ground: Ground, name: str) -> dict[str, Any]:
    continuous = [{"Name": "eta", "MinValue": "0.1", "MaxValue": "0.5"}]
    static = {"num_round": "2", "objective": "binary:logistic", "eval_metric": "auc"}
    return {
        "HyperParameterTuningJobName": name,
        "HyperParameterTuningJobConfig": {
            "Strategy": "Random",
            "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "validation:auc"},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 1},
            "ParameterRanges": {"ContinuousParameterRanges": continuous},
        },
        "TrainingJobDefinition": {
            **_training(ground),
            "InputDataConfig": [_manifest(ground, each) for each in ("train", "validation")],
            "StaticHyperParameters": static,
        },
    }


def _transform(ground: Ground, name: str) -> dict[str, Any]:
    source = {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": ground.nothing}}}
    return {
        "TransformJobName": name,
        "ModelName": ground.model,
        "TransformInput": source,
        "TransformOutput": {"S3OutputPath": f"{ground.uri}/transformed"},
        "TransformResources": {"InstanceCount": 1, "InstanceType": "ml.m5.large"},
    }


def _package(ground: Ground, name: str) -> dict[str, Any]:
    report = {"ContentType": "application/json", "S3Uri": f"{ground.uri}/report.json"}
    return {
        "ModelPackageGroupName": ground.group,
        "ModelPackageDescription": name,
        "InferenceSpecification": {
            "Containers": [_container(ground)],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
        "ModelMetrics": {"ModelQuality": {"Statistics": report}},
    }


CREATIONS: dict[str, Callable[[Ground, str], dict[str, Any]]] = {
    "CreateEndpoint": lambda ground, name: {"EndpointName": name, "EndpointConfigName": ground.config},
    "CreateEndpointConfig": _config,
    "CreateHyperParameterTuningJob": _tuning,
    "CreateModel": _model,
    "CreateModelPackage": _package,
    "CreateModelPackageGroup": lambda ground, name: {"ModelPackageGroupName": name},
    "CreatePipeline": _pipeline,
    "CreateProcessingJob": _processing,
    "CreateTrainingJob": lambda ground, name: {"TrainingJobName": name, **_training(ground)},
    "CreateTransformJob": _transform,
    "StartPipelineExecution": lambda ground, name: {
        "PipelineName": ground.pipeline,
        "PipelineExecutionDisplayName": name,
    },
    "UpdatePipeline": lambda ground, name: _pipeline(ground, ground.pipeline),
}
