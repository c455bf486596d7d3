"""Task 8: one endpoint that serves several models."""

from __future__ import annotations

from typing import Any

from mlops.operate.package import split_uri
from mlops.validate.account import Account, Evidence, Miss, Result
from mlops.validate.model_archive import fingerprint

__all__ = ["REMEDY", "TITLE", "check"]

TITLE = "Multi-model endpoint"
REMEDY = "terraform apply -var student_id={student_id}"
_ADD = "mlops models add {student_id} MODEL_TAR_GZ"
_MOST_BYTES = 64 * 1024 * 1024  # larger archives are not fetched, and told apart by their ETags
_MOST_FAULTS = 3


def check(account: Account) -> Result:
    """An endpoint in service whose container is in multi-model mode over at least two model archives.

    Of several such endpoints one that satisfies counts; where none does, the newest one's fault is told.
    """
    remedy = REMEDY.format(student_id=account.student_id)
    endpoints = [
        endpoint
        for endpoint in account.every(
            "sagemaker",
            "list_endpoints",
            "Endpoints",
            NameContains=account.student_id,
            SortBy="CreationTime",
            SortOrder="Descending",
        )
        if account.is_hers(endpoint["EndpointName"], endpoint["EndpointArn"])
    ]
    if not endpoints:
        raise Miss(f"no endpoint has {account.student_id} in its name", remedy)
    misses = []
    for endpoint in endpoints:
        try:
            return _checked(account, endpoint, remedy)
        except Miss as miss:
            misses.append(miss)
    # A fault of an endpoint that tries says more than that another one serves a single model.
    raise next((miss for miss in misses if miss.result.evidence), misses[0])


def _checked(account: Account, endpoint: dict[str, Any], remedy: str) -> Result:
    name = endpoint["EndpointName"]
    evidence = Evidence(endpoint["EndpointArn"], endpoint["EndpointStatus"], endpoint["LastModifiedTime"])
    described = account.ask("sagemaker", "describe_endpoint", EndpointName=name)
    found, prefix = _models_prefix(account, described["EndpointConfigName"])
    if not found:
        raise Miss("none of the student's endpoints is in multi-model mode", remedy)
    if endpoint["EndpointStatus"] != "InService":
        reason = f": {described['FailureReason']}" if "FailureReason" in described else ""
        raise Miss(f"{name} is {endpoint['EndpointStatus']}, not InService{reason}", remedy, evidence)
    bucket, key = split_uri(prefix)
    if not prefix.startswith("s3://") or key.endswith(".tar.gz"):
        raise Miss(f"{name} names {prefix or 'no place'} for its models, not an S3 prefix", remedy, evidence)
    models, faults = _models(account, bucket, f"{key.rstrip('/')}/")
    if len(models) < 2:
        add = _ADD.format(student_id=account.student_id)
        why = f": {'; '.join(faults[:_MOST_FAULTS])}" if faults else ""
        raise Miss(f"there are {len(models)} different models under {prefix}, not several{why}", add, evidence)
    return Result(True, f"serves different models from {prefix}, such as {' and '.join(models)}", (evidence,))


def _models(account: Account, bucket: str, prefix: str) -> tuple[list[str], list[str]]:
    """The names of the first two archives of different models, or of the only one, and why others did not count."""
    found: dict[str, str] = {}
    faults: list[str] = []
    for each in account.every("s3", "list_objects_v2", "Contents", Bucket=bucket, Prefix=prefix):
        if not each["Key"].endswith(".tar.gz"):
            continue
        name = each["Key"].removeprefix(prefix)
        if each["Size"] > _MOST_BYTES:
            identity: str | None = each["ETag"]
        else:
            identity = fingerprint(account.content(f"s3://{bucket}/{each['Key']}"))
        if identity is None:
            faults.append(f"{name} is no gzipped tar archive of a model")
        elif identity in found:
            faults.append(f"{name} is the same model as {found[identity]}")
        else:
            found[identity] = name
        if len(found) == 2:
            break
    return list(found.values()), faults


def _models_prefix(account: Account, config_name: str) -> tuple[bool, str]:
    """Whether a container of the configuration is in multi-model mode, and where it finds its models."""
    config = account.ask("sagemaker", "describe_endpoint_config", EndpointConfigName=config_name)
    for variant in config["ProductionVariants"]:
        if "ModelName" not in variant:
            continue
        model = account.ask("sagemaker", "describe_model", ModelName=variant["ModelName"])
        containers: list[dict[str, Any]] = [model.get("PrimaryContainer", {}), *model.get("Containers", [])]
        for container in containers:
            if container.get("Mode") == "MultiModel":
                return True, str(container.get("ModelDataUrl", ""))
    return False, ""
