"""The life of a training job: download, train, upload."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

from localaws.runtime.folders import Folder, FolderError
from localaws.runtime.images import ImageTableError, UnknownImageError
from localaws.runtime.run import ContainerResult, ContainerRun, NoCommandError, run_container
from localaws.services.sagemaker.jobs import reasons
from localaws.services.sagemaker.jobs.lifecycle import ML, Job, JobFailure
from localaws.services.sagemaker.jobs.metrics import MetricReader, as_logged
from localaws.services.sagemaker.jobs.packing import pack
from localaws.services.sagemaker.jobs.s3 import S3, DataError
from localaws.services.sagemaker.jobs.syncing import ContinuousUpload
from localaws.services.sagemaker.jobs.training_layout import lay_out, local_checkpoints

if TYPE_CHECKING:
    from localaws.account import Account
    from localaws.store import Record

__all__ = ["enter", "run"]

METRICS = "/aws/sagemaker/TrainingJobs"  # the namespace in CloudWatch
_FINAL = {
    "Completed": "Training job completed",
    "Failed": "Training job failed",
    "Stopped": "Training job stopped",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
}


def enter(stack: Account, record: Record, secondary: str, message: str, **changes: Any) -> None:
    """Go to a secondary status: the transition before it ends now and this one begins."""
    now = stack.clock()
    with stack.store.locked():
        *before, last = record.described.get("SecondaryStatusTransitions") or [None]
        passed = [*before, {**last, "EndTime": now}] if last else []
        current: dict[str, Any] = {"Status": secondary, "StartTime": now, "StatusMessage": message}
        if secondary in _FINAL:
            current["EndTime"] = now
        # A job that is asked to stop says so until it has ended, whatever it still does.
        if record.described["TrainingJobStatus"] != "Stopping" or secondary in _FINAL:
            changes["SecondaryStatus"] = secondary
        stack.store.update(record, SecondaryStatusTransitions=[*passed, current], **changes)


def run(job: Job, started: bool) -> None:
    """Bring the job's record to its end."""
    status, secondary, changes = "Stopped", "Stopped", dict[str, Any]()
    try:
        if started:
            status, secondary = _execute(job)
    except JobFailure as failure:
        status = secondary = "Failed"
        changes["FailureReason"] = str(failure)[: reasons.MAX_REASON]
    end = job.stack.clock()
    if begin := job.described.get("TrainingStartTime"):
        # Nothing is interrupted or cheaper here, so spot training is billed for what it took.
        seconds = max(1, round((end - begin).total_seconds()))
        changes |= {"TrainingTimeInSeconds": seconds, "BillableTimeInSeconds": seconds, "TrainingEndTime": end}
    enter(job.stack, job.record, secondary, _FINAL[secondary], TrainingJobStatus=status, **changes)


def _execute(job: Job) -> tuple[str, str]:
    described, stack = job.described, job.stack
    s3 = S3(job.session, described["RoleArn"], stack.region)
    lay_out(job.ml, described)
    enter(stack, job.record, "Downloading", "Downloading input data", TrainingStartTime=stack.clock())
    try:
        _download(job, s3)
    except DataError as error:
        raise JobFailure(f"ClientError: Data download failed:{error}") from error
    if job.stop.is_set():
        return "Stopped", "Stopped"
    enter(stack, job.record, "Training", "Training image download completed. Training in progress.")
    output = described["OutputDataConfig"]
    try:
        with ExitStack() as running:
            if checkpoints := described.get("CheckpointConfig"):
                folder = partial(job.folder, local_checkpoints(described), create=True)
                key = output.get("KmsKeyId")
                running.enter_context(ContinuousUpload(s3, folder, checkpoints["S3Uri"], key, job.log))
            result = _container(job)
        if result.exit_code != 0 and not (result.stopped or result.timed_out):
            # What a failed job left in /opt/ml/output/data is kept, its model is not.
            _upload_data(job, s3)
            with job.folder(ML) as ml:
                raise JobFailure(reasons.algorithm_error(reasons.read_failure(ml), result))
        enter(stack, job.record, "Uploading", "Uploading generated training model")
        _upload_model(job, s3, required=result.exit_code == 0)
        _upload_data(job, s3)
    except (DataError, FolderError) as error:
        raise JobFailure(f"ClientError: Artifact upload failed:{error}") from error
    if result.timed_out:
        return "Stopped", "MaxRuntimeExceeded"
    return ("Stopped", "Stopped") if result.stopped else ("Completed", "Completed")


def _container(job: Job) -> ContainerResult:
    described, clock = job.described, job.stack.clock
    algorithm = described["AlgorithmSpecification"]
    image = algorithm["TrainingImage"]
    built_in = job.stack.images.runtime(image).algorithm
    reader = MetricReader(algorithm.get("MetricDefinitions", ()), built_in, job.log)
    job.record.internal["metrics"] = reader  # a tuning job decides by them while the job runs

    def on_line(line: str) -> None:
        reader.read(line, clock())
        job.log(as_logged(line))

    run = ContainerRun(
        image=image,
        entrypoint=algorithm.get("ContainerEntrypoint"),
        arguments=list(algorithm.get("ContainerArguments", ())),
        environment=job.credentials_environment()
        | {"TRAINING_JOB_ARN": job.record.arn, "TRAINING_JOB_NAME": job.record.name}
        | described.get("Environment", {}),
        ml_root=job.ml,
        on_line=on_line,
        timeout_seconds=described["StoppingCondition"]["MaxRuntimeInSeconds"],
        stop=job.stop,
        mode="train",
        images=job.stack.images,
        grace_seconds=job.grace_seconds,
        network=not described.get("EnableNetworkIsolation", False),
        threads=job.threads(),
    )
    try:
        return run_container(run)
    except (ImageTableError, NoCommandError, UnknownImageError) as error:
        raise JobFailure(f"ClientError: {error}") from error
    finally:
        reader.close()
        if metrics := reader.final():
            job.stack.store.update(job.record, FinalMetricDataList=metrics)
            job.stack.put_metrics(METRICS, reader.data(job.record.name))


def _download(job: Job, s3: S3) -> None:
    for channel in job.described.get("InputDataConfig", ()):
        source = channel["DataSource"]["S3DataSource"]
        unzip = channel.get("CompressionType") == "Gzip"
        with job.folder(f"{ML}/input/data/{channel['ChannelName']}", create=True) as folder:
            s3.download(source["S3Uri"], folder, source["S3DataType"], unzip=unzip)
    if checkpoints := job.described.get("CheckpointConfig"):
        with job.folder(local_checkpoints(job.described), create=True) as folder:
            # A folder, as for the upload: the checkpoints of job-10 are not those of job-1.
            s3.download(f"{checkpoints['S3Uri'].rstrip('/')}/", folder, required=False, strict=False)


def _upload_model(job: Job, s3: S3, required: bool) -> None:
    """Send /opt/ml/model; a job that was stopped may have none yet."""
    output = job.described["OutputDataConfig"]
    with job.folder(f"{ML}/model", create=True) as model:
        if not required and next(model.entries(), None) is None:
            return
        if output.get("CompressionType") == "NONE":
            uri = f"{_prefix(job)}/model/"
            s3.upload(model, uri, output.get("KmsKeyId"), job.log)
        else:
            uri = _upload_packed(job, s3, model, "model.tar.gz")
    job.stack.store.update(job.record, ModelArtifacts={"S3ModelArtifacts": uri})


def _upload_data(job: Job, s3: S3) -> None:
    with job.folder(f"{ML}/output/data", create=True) as data:
        if next(data.entries(), None):
            _upload_packed(job, s3, data, "output.tar.gz")


def _upload_packed(job: Job, s3: S3, folder: Folder, name: str) -> str:
    packed, uri = job.ml.parent / name, f"{_prefix(job)}/{name}"
    pack(folder, packed, job.log)
    s3.upload_file(packed, uri, job.described["OutputDataConfig"].get("KmsKeyId"))
    return uri


def _prefix(job: Job) -> str:
    return f"{job.described['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{job.record.name}/output"
