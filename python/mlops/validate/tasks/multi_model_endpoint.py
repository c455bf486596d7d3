"""Task 8: one endpoint that serves several models."""

from __future__ import annotations

from typing import Any

from mlops.validate.account import Account, Evidence, Miss, Result

__all__ = ["REMEDY", "TITLE", "check"]

TITLE = "Multi-model endpoint"
REMEDY = "aws sagemaker create-endpoint --endpoint-name multi-model-{student_id} …"


def check(account: Account) -> Result:
    """An endpoint in service whose container is in multi-model mode over at least two model archives."""
    remedy = REMEDY.format(student_id=account.student_id)
    endpoints = [
        endpoint
        for endpoint in account.every("sagemaker", "list_endpoints", "Endpoints", NameContains=account.student_id)
        if account.is_hers(endpoint["EndpointName"], endpoint["EndpointArn"])
    ]
    if not endpoints:
        raise Miss(f"no endpoint has {account.student_id} in its name", remedy)
    for endpoint in endpoints:
        evidence = Evidence(endpoint["EndpointArn"], endpoint["EndpointStatus"], endpoint["LastModifiedTime"])
        prefix = _models_prefix(account, endpoint["EndpointName"])
        if prefix is None:
            continue
        if endpoint["EndpointStatus"] != "InService":
            raise Miss(f"the multi-model endpoint is {endpoint['EndpointStatus']}, not InService", remedy, evidence)
        bucket, _, key = prefix.removeprefix("s3://").partition("/")
        listed = account.every("s3", "list_objects_v2", "Contents", Bucket=bucket, Prefix=key)
        archives = [each["Key"] for each in listed if each["Key"].endswith(".tar.gz")]
        if len(archives) < 2:
            raise Miss(f"there are {len(archives)} models under {prefix}, not several", remedy, evidence)
        return Result(True, f"serves {len(archives)} models from {prefix}", (evidence,))
    raise Miss("none of the student's endpoints is in multi-model mode", remedy)


def _models_prefix(account: Account, name: str) -> str | None:
    """Where the endpoint's multi-model container finds its models; ``None`` where it has no such container."""
    described = account.ask("sagemaker", "describe_endpoint", EndpointName=name)
    config = account.ask("sagemaker", "describe_endpoint_config", EndpointConfigName=described["EndpointConfigName"])
    for variant in config["ProductionVariants"]:
        if "ModelName" not in variant:
            continue
        model = account.ask("sagemaker", "describe_model", ModelName=variant["ModelName"])
        containers: list[dict[str, Any]] = [model.get("PrimaryContainer", {}), *model.get("Containers", [])]
        for container in containers:
            if container.get("Mode") == "MultiModel":
                return str(container.get("ModelDataUrl", ""))
    return None
