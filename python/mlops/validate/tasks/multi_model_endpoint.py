"""Task 8: one endpoint that serves several models, or that did until its schedule deleted it."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from mlops.aws.s3 import split_uri
from mlops.validate import ended_endpoint
from mlops.validate.account import Account
from mlops.validate.results import CheckFailed, Evidence, Result
from mlops.validate.search import Listing, find
from mlops.validate.serving import models_of, multi_model_uri
from mlops.validate.stored_models import NO_MODEL, UnusableModelError, read_archive

__all__ = ["BUILT", "MAX_ARCHIVES", "REMEDY", "TITLE", "check"]

TITLE = "Multi-model endpoint"
REMEDY = "terraform apply -var student_id={student_id}"
BUILT = True

_ADD = "mlops models add {student_id} MODEL_TAR_GZ"
MAX_ARCHIVES = 100  # under an endpoint's prefix, that are read
_MAX_FAULTS = 3
_ENDPOINTS = Listing("endpoint", "list_endpoints", "Endpoints", "Endpoint", done="InService")


def check(account: Account) -> Result:
    """An endpoint in service whose container is in multi-model mode over at least two model archives.

    Of several such endpoints one that satisfies counts; where none does, one that answered until its schedule deleted
    it, with its models still in the bucket. Otherwise the newest one's fault is reported.
    """
    remedy = REMEDY.format(student_id=account.student_id)
    try:
        return find(account, _ENDPOINTS, lambda endpoint: _examined(account, endpoint, remedy), remedy)
    except CheckFailed as failed:
        return _ended(account, failed, remedy)


def _examined(account: Account, endpoint: dict[str, Any], remedy: str) -> Result:
    name, arn = _ENDPOINTS.name(endpoint), _ENDPOINTS.arn(endpoint)
    evidence = Evidence(arn, endpoint["EndpointStatus"], endpoint["LastModifiedTime"])
    described = account.ask("sagemaker", "describe_endpoint", EndpointName=name)
    config = account.ask("sagemaker", "describe_endpoint_config", EndpointConfigName=described["EndpointConfigName"])
    try:
        models = models_of(account, config)
    except ClientError as error:
        if account.ownership.tag_of(arn) != account.student_id:
            raise
        raise CheckFailed(f"a model of {name} does not exist any more", remedy, evidence) from error
    foreign = account.ownership.check(name, arn, config, models)
    uri = multi_model_uri(models)
    if uri is None:
        raise CheckFailed(f"{name} is not in multi-model mode", remedy, evidence)
    if endpoint["EndpointStatus"] != "InService":
        reason = f": {described['FailureReason']}" if "FailureReason" in described else ""
        raise CheckFailed(f"{name} is {endpoint['EndpointStatus']}, not InService{reason}", remedy, evidence)
    if foreign:
        raise CheckFailed(foreign, remedy, evidence)
    names = _several_models(account, name, uri, evidence)
    return Result(True, f"serves different models from {uri}, such as {names}", (evidence,))


def _ended(account: Account, failed: CheckFailed, remedy: str) -> Result:
    """The result of an endpoint that its schedule deleted; raises the failure of those in service where none counts."""
    found = ended_endpoint.find(account, lambda models: multi_model_uri(models) is not None)
    if found is None:
        raise failed
    evidence = Evidence(found.schedule_arn, "ended by its schedule", found.time)
    if found.fault:
        raise CheckFailed(f"{found.fault}; {failed}", remedy, evidence)
    uri = multi_model_uri(found.models)
    assert uri is not None
    names = _several_models(account, found.name, uri, evidence)
    message = f"{found.name} served different models from {uri}, such as {names}, until its schedule ended it"
    return Result(True, message, (evidence, Evidence(found.config_arn, found.answered)))


def _several_models(account: Account, endpoint: str, uri: str, evidence: Evidence) -> str:
    """The names of two different models under the endpoint's prefix."""
    bucket, key = split_uri(uri)
    if not uri.startswith("s3://") or key.endswith(".tar.gz"):
        remedy = REMEDY.format(student_id=account.student_id)
        raise CheckFailed(f"{endpoint} names {uri or 'no place'} for its models, not an S3 prefix", remedy, evidence)
    models, faults = _models(account, bucket, f"{key.rstrip('/')}/")
    if len(models) < 2:
        add = _ADD.format(student_id=account.student_id)
        why = f": {'; '.join(faults[:_MAX_FAULTS])}" if faults else ""
        raise CheckFailed(f"there are {len(models)} different models under {uri}, not several{why}", add, evidence)
    return " and ".join(models)


def _models(account: Account, bucket: str, prefix: str) -> tuple[list[str], list[str]]:
    """The names of the first two archives of different models, or of the only one, and why others did not count."""
    found: dict[str, str] = {}
    faults: list[str] = []
    for each in account.every("s3", "list_objects_v2", "Contents", Bucket=bucket, Prefix=prefix):
        if not each["Key"].endswith(".tar.gz"):
            continue
        name = each["Key"].removeprefix(prefix)
        try:
            model = read_archive(account, f"s3://{bucket}/{each['Key']}")
        except UnusableModelError as error:
            faults.append(f"{name}, {error}")
            continue
        if not model.has_model:
            faults.append(f"{name}, {NO_MODEL}")
        elif model.identity in found:
            faults.append(f"{name}, which is the same model as {found[model.identity]}")
        else:
            found[model.identity] = name
        if len(found) == 2 or len(found) + len(faults) == MAX_ARCHIVES:
            break
    return list(found.values()), faults
