"""What every job goes through: a place in the queue, a directory, a thread, a log, an end."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import boto3

from localaws.iam import RoleSession
from localaws.runtime.folders import Folder
from localaws.services.events import publish
from localaws.store import Record

if TYPE_CHECKING:
    from localaws.account import Account

__all__ = ["FINAL", "ML", "Job", "JobFailure", "StopSignal", "start"]

ML = "/opt/ml"
MAX_RUNNING_VARIABLE = "LOCALAWS_MAX_RUNNING_JOBS"
GRACE_VARIABLE = "LOCALAWS_STOP_GRACE_SECONDS"
FINAL = ("Completed", "Failed", "Stopped")
INTERNAL_ERROR = "InternalServerError: We encountered an internal error. Please try again."
_TICK_SECONDS = 0.2
# https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
_EVENTS = {
    "ProcessingJob": "SageMaker Processing Job State Change",
    "TrainingJob": "SageMaker Training Job State Change",
    "TransformJob": "SageMaker Transform Job State Change",
}


class JobFailure(Exception):
    """A job ends as Failed; the message is its FailureReason."""


class StopSignal(threading.Event):
    """Set when the job must stop: by its own Stop request or because the stack ends."""

    def __init__(self, shutdown: threading.Event) -> None:
        super().__init__()
        self._shutdown = shutdown

    def is_set(self) -> bool:
        return super().is_set() or self._shutdown.is_set()


class _Slots:
    """How many jobs run at once; the others wait in state Starting, as a job waits for instances on AWS."""

    def __init__(self) -> None:
        self._free = threading.Condition()
        self.running = 0

    @contextmanager
    def one(self, stop: StopSignal) -> Iterator[bool]:
        """Wait for a place; False when the job is stopped before it gets one."""
        most = int(os.environ.get(MAX_RUNNING_VARIABLE) or max(4, 2 * (os.cpu_count() or 1)))
        with self._free:
            while self.running >= most and not stop.is_set():
                self._free.wait(_TICK_SECONDS)
            stopped = stop.is_set()
            self.running += not stopped
        if stopped:
            yield False
            return
        try:
            yield True
        finally:
            with self._free:
                self.running -= 1
                self._free.notify()


_slots = _Slots()


@dataclass
class Job:
    """One running job. `ml` is the directory that its process sees as /opt/ml."""

    stack: Account
    record: Record
    credentials: RoleSession
    stop: StopSignal
    ml: Path
    log_group: str
    log_stream: str

    @property
    def described(self) -> dict[str, Any]:
        return self.record.described

    @property
    def session(self) -> boto3.Session:
        return self.stack.session(self.credentials)

    def folder(self, container_path: str, *, create: bool = False) -> Folder:
        """A folder of the container (`/opt/ml/…`), opened without following links; raises FolderError."""
        with Folder.open(self.ml, ML) as ml:
            return ml.folder(PurePosixPath(container_path).relative_to(ML).parts, create=create)

    def log(self, line: str) -> None:
        """Append one line to the job's CloudWatch Logs stream."""
        self.stack.put_logs(self.log_group, self.log_stream, [line])

    def credentials_environment(self) -> dict[str, str]:
        """The variables by which SDKs inside the job find the role's credentials, the region and this stack."""
        return self.stack.container_environment(self.credentials)

    def threads(self) -> int:
        """How many threads the job's libraries may use: the cores, shared by the jobs that run now."""
        return max(1, (os.cpu_count() or 1) // max(1, _slots.running))

    def grace_seconds(self) -> float:
        """How long a job may go on after SIGTERM (AWS: 120 s)."""
        return 1.0 if self.stack.shutdown.is_set() else float(os.environ.get(GRACE_VARIABLE) or 10)


def start(
    stack: Account, record: Record, credentials: RoleSession, log_group: str, run: Callable[[Job, bool], None]
) -> None:
    """Run `run(job, started)` in a background thread; `started` is False where the job was stopped while it waited.

    `run` sets the record's final status; `record.done` is set and the job's directory removed whatever happens.
    """
    directory = stack.work_dir / "jobs" / f"{record.family.arn_type}-{record.name}"
    stop = StopSignal(stack.shutdown)
    stream = f"{record.name}/algo-1-{int(time.time())}"
    job = Job(stack, record, credentials, stop, directory / "ml", log_group, stream)
    record.internal["stop"] = stop

    def body() -> None:
        try:
            with _slots.one(stop) as started:
                job.ml.mkdir(parents=True, exist_ok=True)
                run(job, started)
        finally:
            stack.container_credentials.close(credentials)
            shutil.rmtree(directory, ignore_errors=True)
            status = record.family.status_member
            if record.described[status] not in FINAL:  # a defect of the stack: its traceback is in the server's log
                stack.store.update(record, **{status: "Failed", "FailureReason": INTERNAL_ERROR})
            record.done.set()
            _publish(stack, record)

    stack.spawn(f"{record.family.kind}-{record.name}", body)


def _publish(stack: Account, record: Record) -> None:
    """The event of a job that has ended, with what Describe answers."""
    if detail_type := _EVENTS.get(record.family.kind):
        publish(stack, "aws.sagemaker", detail_type, stack.store.describe(record), [record.arn])
