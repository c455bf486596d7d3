"""The life of a transform job: bring the model, start it, transform every object, end."""

from __future__ import annotations

import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

from localaws.runtime.serving import ModelServer, ServingError
from localaws.services.sagemaker.inference.served_model import HostingFailure, ServedModel, place
from localaws.services.sagemaker.jobs.lifecycle import Job, JobFailure
from localaws.services.sagemaker.jobs.reasons import MAX_REASON
from localaws.services.sagemaker.jobs.s3 import DataError
from localaws.services.sagemaker.transform.capture import capture
from localaws.services.sagemaker.transform.log import TransformLog
from localaws.services.sagemaker.transform.objects import Objects, Source
from localaws.services.sagemaker.transform.sender import Sender
from localaws.services.sagemaker.transform.settings import batch_environment, processing_of, settings_of
from localaws.services.sagemaker.transform.transforming import Failure, Stopped, Transformation

__all__ = ["run"]

_HEALTH_SECONDS = 600.0
_FLUSH_SECONDS = 1.0
# Nothing is under way by then but requests that nobody waits for any more.
_GRACE_SECONDS = 1.0


def run(job: Job, started: bool) -> None:
    """Bring the job's record to its end."""
    store, record = job.stack.store, job.record
    changes: dict[str, Any] = {"TransformJobStatus": "Stopped"}
    log = TransformLog(job.stack, record.name)
    try:
        if started:
            store.update(record, TransformStartTime=job.stack.clock())
            changes = _execute(job, log)
    except Stopped:
        pass
    except JobFailure as failure:
        changes = {"TransformJobStatus": "Failed", "FailureReason": str(failure)[:MAX_REASON]}
    log.flush()
    store.update(record, **changes, TransformEndTime=job.stack.clock())


def _execute(job: Job, log: TransformLog) -> dict[str, Any]:
    request, model = job.described, job.record.internal["model"]
    assert isinstance(model, ServedModel)
    objects = Objects(job.session, model.role_arn or "", job.stack.region)
    data = request["TransformInput"]["DataSource"]["S3DataSource"]
    try:
        sources = objects.sources(data["S3Uri"], data["S3DataType"])
    except DataError as error:
        log.data(str(error))
        raise JobFailure(f"ClientError: {error}") from error
    server = _server(job, model, log)
    try:
        failures, done = _transform(job, objects, server, sources, log)
    finally:
        server.stop(_GRACE_SECONDS)
    if config := request.get("DataCaptureConfig"):
        try:
            output = request["TransformOutput"]["S3OutputPath"]
            capture(objects, config, output, done, request["TransformStartTime"], job.ml)
        except DataError as error:
            raise JobFailure(f"ClientError: Failed to store captured data. {error}") from error
    if failures:
        rest = f" ({len(failures)} of {len(sources)} objects failed.)" if len(sources) > 1 else ""
        raise JobFailure(failures[0].reason[: MAX_REASON - len(rest)] + rest)
    return {"TransformJobStatus": "Completed"}


def _server(job: Job, model: ServedModel, log: TransformLog) -> ModelServer:
    """The model, started; raises JobFailure, or Stopped."""
    request, directory = job.described, job.ml.parent
    try:
        specs = place(model, job.session, job.stack.region, directory / "model")
    except HostingFailure as failure:
        raise JobFailure(f"ClientError: {failure}") from failure
    more = batch_environment(request)
    several = len(specs) > 1
    own = request.get("Environment", {})
    server = ModelServer(
        [dataclasses.replace(spec, environment={**spec.environment, **more, **own}) for spec in specs],
        work_dir=directory / "instance",
        images=job.stack.images,
        environment=job.credentials_environment(),
        on_line=lambda container, line: log.container(line, container if several else None),
        mode="Serial",
        network=model.network,
    )
    failed: list[ServingError] = []

    def begin() -> None:
        try:
            server.start(_HEALTH_SECONDS)
        except ServingError as error:
            failed.append(error)

    starting = threading.Thread(target=begin, name=f"start-{job.record.name}", daemon=True)
    starting.start()
    while starting.is_alive():
        starting.join(0.2)
        if job.stop.is_set():
            server.stop(0)
            starting.join()
            raise Stopped
    if failed:
        raise JobFailure(f"AlgorithmError: See job logs for more information. {failed[0]}")
    return server


def _transform(
    job: Job, objects: Objects, server: ModelServer, sources: list[Source], log: TransformLog
) -> tuple[list[Failure], list[Source]]:
    """Every object; one that fails does not keep the others from being transformed. Raises Stopped."""
    request = job.described
    settings = settings_of(request, server.execution_parameters())
    log.data(str(settings))
    log.flush()
    given = request["TransformInput"]
    content_type = given.get("ContentType", "")
    scratch = job.ml.parent / "output"
    scratch.mkdir()
    workers = min(settings.concurrent, len(sources))
    with (
        ThreadPoolExecutor(settings.concurrent, f"send-{job.record.name}") as pool,
        ThreadPoolExecutor(workers, f"transform-{job.record.name}") as readers,
    ):
        transformation = Transformation(
            request,
            objects,
            settings,
            processing_of(request, job.stack.clock),
            Sender(
                server,
                content_type,
                request["TransformOutput"].get("Accept") or "",
                settings.timeout_seconds,
                settings.retries,
                job.stop,
            ),
            log,
            job.stop,
            Path(scratch),
            pool,
            # One payload more than can be sent is read ahead.
            threading.Semaphore(settings.concurrent + 1),
        )
        try:
            running = [readers.submit(transformation.one, source, number) for number, source in enumerate(sources)]
            failures: list[Failure] = []
            done: list[Source] = []
            for source, future in zip(sources, running, strict=True):
                while not wait([future], _FLUSH_SECONDS).done:
                    log.flush()
                try:
                    future.result()
                    done.append(source)
                except Failure as failure:
                    failures.append(failure)
        except Stopped:
            readers.shutdown(wait=False, cancel_futures=True)
            pool.shutdown(wait=False, cancel_futures=True)
            server.stop(0)
            raise
    return failures, done
