"""https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from localaws.iam.actions.arns import Account, Format
from localaws.iam.actions.call import Call
from localaws.iam.actions.mapping import ServiceMapping
from localaws.iam.actions.parameters import first, texts

__all__ = ["MAPPING"]

_PACKAGE = Format.read("arn:${Partition}:sagemaker:${Region}:${Account}:model-package/${ModelPackageName}")
_MODEL = Format.read("arn:${Partition}:sagemaker:${Region}:${Account}:model/${ModelName}")
# Where the members of a job are: at the top, or in the definition of a tuning or monitoring job.
_JOBS = ("", "TrainingJobDefinition.", "TrainingJobDefinitions.", "MonitoringScheduleConfig.MonitoringJobDefinition.")


def _anywhere(*members: str) -> tuple[str, ...]:
    return tuple(f"{start}{member}" for member in members for start in _JOBS)


def _create_model_package(call: Call, account: Account) -> Iterator[tuple[str, str]]:
    """A version has no number yet: policies grant it on all versions of the group.

    https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-version.html#model-registry-version-xaccount
    """
    yield "CreateModelPackage", _package(call, account)
    if "ModelPackageGroupName" in call.parameters and "ModelPackageName" in call.parameters:
        name = first(call.parameters, "ModelPackageName")
        yield "CreateModelPackage", _PACKAGE.fill(account, {"ModelPackageName": name})


def _list_model_packages(call: Call, account: Account) -> Iterator[tuple[str, str]]:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-ram-discover.html"""
    yield "ListModelPackages", _package(call, account) if "ModelPackageGroupName" in call.parameters else "*"


def _package(call: Call, account: Account) -> str:
    """The ARN of all versions of the group that is named by name or ARN, or of the package without versions."""
    group = first(call.parameters, "ModelPackageGroupName", default="")
    start, is_arn, name = group.rpartition(":model-package-group/")
    if is_arn:
        return f"{start}:model-package/{name}/*"
    if group:
        return _PACKAGE.fill(account, {"ModelPackageName": f"{group}/*"})
    return _PACKAGE.fill(account, {"ModelPackageName": first(call.parameters, "ModelPackageName")})


def _model_arns(call: Call, account: Account) -> Iterator[str]:
    paths = (
        "ModelName",
        "ProductionVariants.ModelName",
        "ShadowProductionVariants.ModelName",
        "Specification.ModelName",
    )
    return (_MODEL.fill(account, {"ModelName": name}) for name in texts(call.parameters, *paths))


_DEFINITIONS = ("DataQuality", "ModelBias", "ModelExplainability", "ModelQuality")
_VARIANTS = ("ProductionVariants.", "ShadowProductionVariants.")
_FILE_SYSTEM = "InputDataConfig.DataSource.FileSystemDataSource."
_KEYS: Mapping[str, tuple[str, ...]] = {
    "sagemaker:AcceleratorTypes": (*(f"{each}AcceleratorType" for each in _VARIANTS), "AcceleratorTypes"),
    "sagemaker:CustomerMetadataProperties/${MetadataKey}": ("CustomerMetadataProperties",),
    "sagemaker:CustomerMetadataPropertiesToRemove": ("CustomerMetadataPropertiesToRemove",),
    "sagemaker:DirectInternetAccess": ("DirectInternetAccess",),
    "sagemaker:EnableRemoteDebug": ("RemoteDebugConfig.EnableRemoteDebug",),
    "sagemaker:FileSystemAccessMode": _anywhere(f"{_FILE_SYSTEM}FileSystemAccessMode"),
    "sagemaker:FileSystemDirectoryPath": _anywhere(f"{_FILE_SYSTEM}DirectoryPath"),
    "sagemaker:FileSystemId": _anywhere(f"{_FILE_SYSTEM}FileSystemId"),
    "sagemaker:FileSystemType": _anywhere(f"{_FILE_SYSTEM}FileSystemType"),
    "sagemaker:InstanceTypes": (
        *_anywhere("ResourceConfig.InstanceType", "ResourceConfig.InstanceGroups.InstanceType"),
        *_anywhere("HyperParameterTuningResourceConfig.InstanceType"),
        *_anywhere("HyperParameterTuningResourceConfig.InstanceConfigs.InstanceType"),
        "ProcessingResources.ClusterConfig.InstanceType",
        *_anywhere("MonitoringResources.ClusterConfig.InstanceType"),
        "JobResources.ClusterConfig.InstanceType",
        "TransformResources.InstanceType",
        *(f"{each}InstanceType" for each in _VARIANTS),
        "InstanceType",
        "ResourceSpec.InstanceType",
    ),
    "sagemaker:InterContainerTrafficEncryption": _anywhere(
        "EnableInterContainerTrafficEncryption", "NetworkConfig.EnableInterContainerTrafficEncryption"
    ),
    "sagemaker:KeepAlivePeriod": ("ResourceConfig.KeepAlivePeriodInSeconds",),
    "sagemaker:MaxRuntimeInSeconds": _anywhere("StoppingCondition.MaxRuntimeInSeconds"),
    "sagemaker:MinimumInstanceMetadataServiceVersion": (
        "InstanceMetadataServiceConfiguration.MinimumInstanceMetadataServiceVersion",
    ),
    "sagemaker:ModelApprovalStatus": ("ModelApprovalStatus",),
    "sagemaker:ModelLifeCycle:Stage": ("ModelLifeCycle.Stage",),
    "sagemaker:ModelLifeCycle:StageStatus": ("ModelLifeCycle.StageStatus",),
    "sagemaker:NetworkIsolation": _anywhere("EnableNetworkIsolation", "NetworkConfig.EnableNetworkIsolation"),
    "sagemaker:OutputKmsKey": (
        *_anywhere("OutputDataConfig.KmsKeyId", "MonitoringOutputConfig.KmsKeyId"),
        "ProcessingOutputConfig.KmsKeyId",
        "TransformOutput.KmsKeyId",
        *(f"{kind}JobOutputConfig.KmsKeyId" for kind in _DEFINITIONS),
    ),
    "sagemaker:PipelineVersionId": ("PipelineVersionId",),
    "sagemaker:RootAccess": ("RootAccess",),
    "sagemaker:ServerlessMaxConcurrency": tuple(f"{each}ServerlessConfig.MaxConcurrency" for each in _VARIANTS),
    "sagemaker:ServerlessMemorySize": tuple(f"{each}ServerlessConfig.MemorySizeInMB" for each in _VARIANTS),
    "sagemaker:TargetModel": ("TargetModel",),
    "sagemaker:VolumeKmsKey": (
        *_anywhere("ResourceConfig.VolumeKmsKeyId", "HyperParameterTuningResourceConfig.VolumeKmsKeyId"),
        *_anywhere("MonitoringResources.ClusterConfig.VolumeKmsKeyId"),
        "ProcessingResources.ClusterConfig.VolumeKmsKeyId",
        "JobResources.ClusterConfig.VolumeKmsKeyId",
        "TransformResources.VolumeKmsKeyId",
        "KmsKeyId",
    ),
    "sagemaker:VpcSecurityGroupIds": (
        *_anywhere("VpcConfig.SecurityGroupIds", "NetworkConfig.VpcConfig.SecurityGroupIds"),
        "SecurityGroupIds",
    ),
    "sagemaker:VpcSubnets": (
        *_anywhere("VpcConfig.Subnets", "NetworkConfig.VpcConfig.Subnets"),
        "SubnetId",
        "SubnetIds",
    ),
}

MAPPING = ServiceMapping(
    members={
        "AutoMLJobJobName": ("AutoMLJobName",),
        "ClusterId": ("ClusterName",),
        **{f"{kind}JobDefinitionName": ("JobDefinitionName",) for kind in _DEFINITIONS},
        "InferenceRecommendationsJobName": ("JobName",),
        "MlflowTrackingServerName": ("TrackingServerName",),
        "ModelPackageName": ("ModelPackageArnList",),
        "MonitoringScheduleAlertName": ("MonitoringAlertName",),
    },
    rules={"CreateModelPackage": _create_model_package, "ListModelPackages": _list_model_packages},
    keys={**_KEYS, "sagemaker:ModelArn": _model_arns},
    roles=(
        *_anywhere("RoleArn"),
        "ClusterRole",
        "DefaultSpaceSettings.ExecutionRole",
        "DefaultUserSettings.ExecutionRole",
        "DomainSettings.RStudioServerProDomainSettings.DomainExecutionRoleArn",
        "DomainSettingsForUpdate.RStudioServerProDomainSettingsForUpdate.DomainExecutionRoleArn",
        "ExecutionRoleArn",
        "InstanceGroups.ExecutionRole",
        "RestrictedInstanceGroups.ExecutionRole",
        "UserSettings.ExecutionRole",
        "ValidationSpecification.ValidationRole",
    ),
    passed_to="sagemaker.amazonaws.com",
    tagging="AddTags",
)
