"""Processing jobs: CreateProcessingJob and its siblings.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

from localaws.api.errors import validation_error
from localaws.iam import Principal
from localaws.runtime.folders import FolderError
from localaws.runtime.images import ImageTableError, UnknownImageError
from localaws.runtime.run import ContainerResult, ContainerRun, NoCommandError, run_container
from localaws.services.sagemaker.jobs import checks, reasons
from localaws.services.sagemaker.jobs.lifecycle import ML, Job, JobFailure, start
from localaws.services.sagemaker.jobs.s3 import S3, DataError
from localaws.services.sagemaker.jobs.syncing import ContinuousUpload

if TYPE_CHECKING:
    from localaws.account import Account

__all__ = ["OPERATIONS"]

FAMILY = "ProcessingJob"
LOG_GROUP = "/aws/sagemaker/ProcessingJobs"
ROOT = "/opt/ml/processing"
CONFIG = (
    "ProcessingJobName",
    "ProcessingInputs",
    "ProcessingOutputConfig",
    "ProcessingResources",
    "RoleArn",
    "AppSpecification",
    "Environment",
    "NetworkConfig",
    "StoppingCondition",
    "ExperimentConfig",
)
DEFAULT_RUNTIME_SECONDS = 24 * 3600


def create_processing_job(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """CreateProcessingJob: check, record, and start in the background."""
    name = request["ProcessingJobName"]
    checks.check_name_is_free(stack, FAMILY, name)
    checks.check_image(stack, request["AppSpecification"]["ImageUri"])
    checks.check_instances(request["ProcessingResources"]["ClusterConfig"].get("InstanceCount", 1))
    for given in request.get("ProcessingInputs", ()):
        _check_input(given)
    for output in _outputs(request):
        checks.check_s3_uri(output["S3Output"]["S3Uri"])
        checks.check_local_path(output["S3Output"]["LocalPath"], "ProcessingOutput LocalPath", ROOT)
    credentials = stack.assume_role(request["RoleArn"], stack.store.arn_of(FAMILY, name))
    described = checks.echo("DescribeProcessingJob", request) | {"ProcessingJobStatus": "InProgress"}
    record = stack.store.create(FAMILY, name, described, request.get("Tags", ()))
    start(stack, record, credentials, LOG_GROUP, _run)
    return {"ProcessingJobArn": record.arn}


def describe_processing_job(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """DescribeProcessingJob."""
    return stack.store.describe(stack.store.get(FAMILY, request["ProcessingJobName"]))


def list_processing_jobs(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """ListProcessingJobs."""
    return stack.store.list(FAMILY, request)


def stop_processing_job(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """StopProcessingJob."""
    checks.stop(stack, stack.store.get(FAMILY, request["ProcessingJobName"]), "processing job")
    return {}


OPERATIONS = {
    "CreateProcessingJob": create_processing_job,
    "DescribeProcessingJob": describe_processing_job,
    "ListProcessingJobs": list_processing_jobs,
    "StopProcessingJob": stop_processing_job,
}


def _check_input(given: dict[str, Any]) -> None:
    name = given["InputName"]
    if "S3Input" not in given:
        raise validation_error(
            f"ProcessingInput {name!r} has no S3Input: the local stack reads S3 only (no DatasetDefinition)."
        )
    source = given["S3Input"]
    checks.check_s3_uri(source["S3Uri"])
    if given.get("AppManaged"):
        return
    if "LocalPath" not in source:
        raise validation_error(f"ProcessingInput {name!r} needs S3Input.LocalPath unless AppManaged is true.")
    checks.check_local_path(source["LocalPath"], f"ProcessingInput {name!r} LocalPath", ROOT)
    if source.get("S3InputMode") == "Pipe":
        raise validation_error(f"ProcessingInput {name!r}: the local stack has no S3InputMode Pipe; use File.")


def _outputs(described: dict[str, Any]) -> list[dict[str, Any]]:
    outputs = described.get("ProcessingOutputConfig", {}).get("Outputs", ())
    return [output for output in outputs if "S3Output" in output and not output.get("AppManaged")]


def _run(job: Job, started: bool) -> None:
    store, record = job.stack.store, job.record
    changes: dict[str, Any] = {"ProcessingJobStatus": "Stopped"}
    try:
        if started:
            store.update(record, ProcessingStartTime=job.stack.clock())
            changes = _execute(job)
    except JobFailure as failure:
        changes = {"ProcessingJobStatus": "Failed", "FailureReason": str(failure)[: reasons.MAX_REASON]}
    if message := job.record.internal.get("exit_message"):
        changes["ExitMessage"] = message
    store.update(record, **changes, ProcessingEndTime=job.stack.clock())


def _execute(job: Job) -> dict[str, Any]:
    s3 = S3(job.session, job.described["RoleArn"], job.stack.region)
    _lay_out(job)
    try:
        _download(job, s3)
    except DataError as error:
        raise JobFailure(f"ClientError: Failed to download data. {error}") from error
    if job.stop.is_set():
        return {"ProcessingJobStatus": "Stopped"}
    kms_key = job.described.get("ProcessingOutputConfig", {}).get("KmsKeyId")
    try:
        with ExitStack() as running:
            for output in _outputs(job.described):
                target = output["S3Output"]
                opened = partial(job.folder, target["LocalPath"], create=True)
                with opened():
                    pass
                if target["S3UploadMode"] == "Continuous":
                    running.enter_context(ContinuousUpload(s3, opened, target["S3Uri"], kms_key, job.log))
            result = _container(job)
        ended = _outcome(job, result)
        # Outputs at the end of the job are those of a job that ended well: a failed or stopped one uploads nothing.
        if ended["ProcessingJobStatus"] == "Completed":
            for output in _outputs(job.described):
                target = output["S3Output"]
                if target["S3UploadMode"] == "EndOfJob":
                    with job.folder(target["LocalPath"], create=True) as folder:
                        s3.upload(folder, target["S3Uri"], kms_key, job.log)
    except (DataError, FolderError) as error:
        raise JobFailure(f"ClientError: Failed to upload output data. {error}") from error
    return ended


def _outcome(job: Job, result: ContainerResult) -> dict[str, Any]:
    try:
        with job.folder(ML) as ml:
            message, left = reasons.exit_message(ml), reasons.read_failure(ml)
    except UnicodeDecodeError as error:
        raise JobFailure("ClientError: The file /opt/ml/output/message is not UTF-8 encoded.") from error
    job.record.internal["exit_message"] = message
    if result.stopped:
        return {"ProcessingJobStatus": "Stopped"}
    if result.timed_out:
        seconds = job.described.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", DEFAULT_RUNTIME_SECONDS)
        reason = f"ClientError: Processing job runtime exceeded MaxRuntimeInSeconds provided ({seconds})"
        return {"ProcessingJobStatus": "Stopped", "FailureReason": reason}
    if result.exit_code != 0:
        raise JobFailure(reasons.algorithm_error(message or left, result))
    return {"ProcessingJobStatus": "Completed"}


def _container(job: Job) -> ContainerResult:
    app = job.described["AppSpecification"]
    limit = job.described.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", DEFAULT_RUNTIME_SECONDS)
    run = ContainerRun(
        image=app["ImageUri"],
        entrypoint=app.get("ContainerEntrypoint"),
        arguments=list(app.get("ContainerArguments", ())),
        environment=job.credentials_environment()
        | {"PROCESSING_JOB_ARN": job.record.arn, "PROCESSING_JOB_NAME": job.record.name}
        | job.described.get("Environment", {}),
        ml_root=job.ml,
        on_line=job.log,
        timeout_seconds=limit,
        stop=job.stop,
        mode="processing",
        images=job.stack.images,
        grace_seconds=job.grace_seconds,
        network=not job.described.get("NetworkConfig", {}).get("EnableNetworkIsolation", False),
        threads=job.threads(),
    )
    try:
        return run_container(run)
    except (ImageTableError, NoCommandError, UnknownImageError) as error:
        raise JobFailure(f"ClientError: {error}") from error


def _download(job: Job, s3: S3) -> None:
    for given in job.described.get("ProcessingInputs", ()):
        source = given["S3Input"]
        if given.get("AppManaged"):
            continue
        kind = source.get("S3DataType", "S3Prefix")
        unzip = source.get("S3CompressionType") == "Gzip"
        with job.folder(source["LocalPath"], create=True) as folder:
            s3.download(source["S3Uri"], folder, kind, unzip=unzip)


def _lay_out(job: Job) -> None:
    """/opt/ml as a processing container finds it."""
    for directory in ("config", "output", "processing"):
        (job.ml / directory).mkdir(parents=True, exist_ok=True)
    config = {"ProcessingJobArn": job.record.arn} | {
        member: job.described[member] for member in CONFIG if member in job.described
    }
    (job.ml / "config" / "processingjobconfig.json").write_text(json.dumps(config), encoding="utf-8")
    hosts = {"current_host": "algo-1", "hosts": ["algo-1"]}
    (job.ml / "config" / "resourceconfig.json").write_text(json.dumps(hosts), encoding="utf-8")
