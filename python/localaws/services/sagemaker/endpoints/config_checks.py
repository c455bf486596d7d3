"""What SageMaker refuses of an endpoint configuration, beyond its API model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from localaws.api.errors import validation_error
from localaws.services.sagemaker.inference.served_model import ServedModel, served_model
from localaws.services.sagemaker.jobs.checks import check_s3_uri, check_server

if TYPE_CHECKING:
    from localaws.account import Account

__all__ = ["check_config"]

_SERVERLESS_MEMORY_MB = (1024, 2048, 3072, 4096, 5120, 6144)
# What an instance-based variant has and a serverless one cannot have.
_INSTANCE_MEMBERS = (
    "InstanceType",
    "InitialInstanceCount",
    "VolumeSizeInGB",
    "CoreDumpConfig",
    "ManagedInstanceScaling",
    "RoutingConfig",
    "InferenceAmiVersion",
    "ModelDataDownloadTimeoutInSeconds",
    "ContainerStartupHealthCheckTimeoutInSeconds",
)
_NOT_SERVED = {
    "ExplainerConfig": "online explainability",
    "CrossRegionTrafficConfig": "cross-Region traffic",
}
_VARIANT_NOT_SERVED = {
    "InstancePools": "instance pools",
    "AcceleratorType": "Elastic Inference",
    "AcceleratorPartitionLayouts": "accelerator partitions",
    "CapacityReservationConfig": "capacity reservations",
}


def check_config(stack: Account, request: Mapping[str, Any]) -> None:
    """Raise AWS's refusal of a CreateEndpointConfig request, or one in its manner."""
    for member, what in _NOT_SERVED.items():
        if member in request:
            raise validation_error(
                f"The local stack does not serve {what}: leave out {member}, or run this against AWS."
            )
    production, shadows = request["ProductionVariants"], request.get("ShadowProductionVariants", [])
    names = [variant["VariantName"] for variant in (*production, *shadows)]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise validation_error(f"Variant names must be unique; given more than once: {', '.join(twice)}.")
    if shadows and (len(production) != 1 or len(shadows) != 1):
        raise validation_error(
            "With ShadowProductionVariants, exactly one variant can be specified for ProductionVariants and one for "
            f"ShadowProductionVariants; given are {len(production)} and {len(shadows)}."
        )
    models = [_check_variant(stack, variant) for variant in (*production, *shadows)]
    if sum(variant.get("InitialVariantWeight", 1.0) for variant in production) <= 0:
        raise validation_error("At least one production variant must have an InitialVariantWeight above 0.")
    _check_together(request, models)
    if asynchronous := request.get("AsyncInferenceConfig"):
        _check_asynchronous(request, asynchronous, models)
    if capture := request.get("DataCaptureConfig"):
        _check_capture(capture)
        for model in models:
            if model.role_arn is None:
                raise validation_error(
                    f"DataCaptureConfig needs a role that may write to {capture['DestinationS3Uri']}: model "
                    f"{model.name} has no ExecutionRoleArn."
                )


def _check_variant(stack: Account, variant: Mapping[str, Any]) -> ServedModel:
    name = variant["VariantName"]
    for member, what in _VARIANT_NOT_SERVED.items():
        if member in variant:
            raise validation_error(f"The local stack does not have {what}: leave out {member} of variant {name}.")
    if "ModelName" not in variant:
        raise validation_error(
            f"ModelName of variant {name} is missing: the local stack does not host inference components."
        )
    model = served_model(stack, variant["ModelName"])
    for container in model.containers:
        check_server(stack, container.image)
    if serverless := variant.get("ServerlessConfig"):
        _check_serverless(name, variant, serverless, model)
        return model
    for member in ("InstanceType", "InitialInstanceCount"):
        if member not in variant:
            raise validation_error(
                f"{member} of variant {name} is missing: a variant without ServerlessConfig must have InstanceType and "
                "InitialInstanceCount."
            )
    return model


def _check_serverless(name: str, variant: Mapping[str, Any], serverless: Mapping[str, Any], model: ServedModel) -> None:
    for member in _INSTANCE_MEMBERS:
        if member in variant:
            raise validation_error(f"{member} cannot be specified together with ServerlessConfig (variant {name}).")
    memory = serverless["MemorySizeInMB"]
    if memory not in _SERVERLESS_MEMORY_MB:
        raise validation_error(
            f"MemorySizeInMB {memory} of variant {name} is not one of {', '.join(map(str, _SERVERLESS_MEMORY_MB))}."
        )
    provisioned = serverless.get("ProvisionedConcurrency", 0)
    if provisioned > serverless["MaxConcurrency"]:
        raise validation_error(
            f"ProvisionedConcurrency {provisioned} of variant {name} is more than its MaxConcurrency "
            f"{serverless['MaxConcurrency']}."
        )
    if model.multi_model:
        raise validation_error(f"Multi-model containers cannot be served by a serverless variant ({name}).")


def _check_together(request: Mapping[str, Any], models: list[ServedModel]) -> None:
    """What a serverless configuration as a whole, and a multi-model one, cannot have."""
    variants = [*request["ProductionVariants"], *request.get("ShadowProductionVariants", [])]
    serverless = ["ServerlessConfig" in variant for variant in variants]
    if any(serverless):
        if not all(serverless):
            raise validation_error("Serverless and instance-based variants cannot be mixed in one configuration.")
        for member in (
            "AsyncInferenceConfig",
            "DataCaptureConfig",
            "KmsKeyId",
            "ShadowProductionVariants",
            "VpcConfig",
        ):
            if member in request:
                raise validation_error(f"{member} is not supported for serverless endpoints.")
        if len(variants) > 1:
            raise validation_error("A serverless endpoint can have only one production variant.")
    if len(models) > 1 and any(model.multi_model for model in models):
        raise validation_error("An endpoint with a multi-model container can have only one variant.")


def _check_asynchronous(request: Mapping[str, Any], asynchronous: Mapping[str, Any], models: list[ServedModel]) -> None:
    output = asynchronous["OutputConfig"]
    if "S3OutputPath" not in output:
        raise validation_error("S3OutputPath of AsyncInferenceConfig is missing: it says where the answers go.")
    for member in ("S3OutputPath", "S3FailurePath"):
        if member in output:
            check_s3_uri(output[member])
    if len(models) > 1:
        raise validation_error("An asynchronous endpoint can have only one production variant and no shadow variant.")
    if models[0].multi_model:
        raise validation_error("Multi-model containers cannot be served by an asynchronous endpoint.")
    if models[0].role_arn is None:
        raise validation_error(
            f"AsyncInferenceConfig needs a role that may write to {output['S3OutputPath']}: model {models[0].name} has "
            "no ExecutionRoleArn."
        )


def _check_capture(capture: Mapping[str, Any]) -> None:
    check_s3_uri(capture["DestinationS3Uri"])
    modes = [option["CaptureMode"] for option in capture["CaptureOptions"]]
    if len(set(modes)) != len(modes):
        raise validation_error(f"CaptureOptions name a CaptureMode twice: {', '.join(modes)}.")
    header = capture.get("CaptureContentTypeHeader", {})
    both = {name.lower() for name in header.get("CsvContentTypes", ())} & {
        name.lower() for name in header.get("JsonContentTypes", ())
    }
    if both:
        raise validation_error(f"Content types cannot be captured both as CSV and as JSON: {', '.join(sorted(both))}.")
