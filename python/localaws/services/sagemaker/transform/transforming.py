"""One input object to one output object: split, send, assemble in order, store when whole."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localaws.services.sagemaker.jobs.s3 import DataError as StorageError
from localaws.services.sagemaker.jobs.s3 import place
from localaws.services.sagemaker.transform import processing
from localaws.services.sagemaker.transform.log import TransformLog
from localaws.services.sagemaker.transform.objects import Objects, Source
from localaws.services.sagemaker.transform.processing import Processing
from localaws.services.sagemaker.transform.records import MEBIBYTE, Batch, TooLarge, batches
from localaws.services.sagemaker.transform.sender import Refused, Sender, Unanswered
from localaws.services.sagemaker.transform.settings import Settings

__all__ = ["Failure", "Stopped", "Transformation"]

_TICK_SECONDS = 0.1
_LONGEST_MESSAGE = 600
_SEE_LOGS = "See job logs for more information."


class Failure(Exception):
    """An object that could not be transformed; `reason` goes into the job's FailureReason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Stopped(Exception):
    """The job is to stop."""


@dataclass
class Transformation:
    """What all objects of one job share. `slots` counts payloads in memory, over all objects."""

    request: Any
    objects: Objects
    settings: Settings
    processing: Processing
    sender: Sender
    log: TransformLog
    stop: threading.Event
    scratch: Path
    pool: ThreadPoolExecutor
    slots: threading.Semaphore

    def one(self, source: Source, number: int) -> None:
        """Transform one object and store its output; raises Failure and Stopped, and then stores nothing."""
        assembled = self.scratch / f"{number}.out"
        try:
            with assembled.open("wb") as out:
                for answer in self._answers(source):
                    out.write(answer)
            output = self.request["TransformOutput"]
            target = place(output["S3OutputPath"]).below(f"{source.relative}.out")
            self.objects.upload_file(assembled, str(target), output.get("KmsKeyId"))
        except StorageError as error:
            self.log.data(str(error), source.name)
            raise Failure(f"ClientError: {error}") from error
        finally:
            assembled.unlink(missing_ok=True)

    def _answers(self, source: Source) -> Iterator[bytes]:
        """What is kept of each mini-batch, in the order of the input."""
        given = self.request["TransformInput"]
        waiting: deque[tuple[Batch, Future[bytes]]] = deque()
        limit = self.settings.payload_bytes
        try:
            with self.objects.reader(source, given.get("CompressionType", "None")) as read:
                cut = batches(
                    read,
                    split=given.get("SplitType", "None") == "Line",
                    single=self.settings.strategy == "SINGLE_RECORD",
                    limit=limit,
                )
                while True:
                    # With nothing under way this waits for other objects' payloads to leave; else its own may.
                    while not self.slots.acquire(blocking=not waiting, timeout=None if waiting else _TICK_SECONDS):
                        if waiting:
                            yield self._finished(source, *waiting.popleft())
                        self._check_stop()
                    batch = next(cut, None)
                    if batch is None:
                        self.slots.release()
                        break
                    waiting.append((batch, self.pool.submit(self._transform, batch)))
                    while waiting and waiting[0][1].done():
                        yield self._finished(source, *waiting.popleft())
                while waiting:
                    yield self._finished(source, *waiting.popleft())
        except TooLarge as error:
            megabytes = error.limit // MEBIBYTE
            what = f"the record on line {error.line}" if error.line else "the object, which is one record,"
            raise self._failed(
                source,
                f"ClientError: {what} is larger than the payload limit of {megabytes} MB",
                "raise MaxPayloadInMB (at most 100)" + ("" if error.line else " or set SplitType to Line"),
            ) from error
        finally:
            for _, future in waiting:
                if future.cancel() or future.done():
                    self.slots.release()
                else:
                    future.add_done_callback(lambda _: self.slots.release())

    def _transform(self, batch: Batch) -> bytes:
        return self.processing.kept(batch.body, self._line_end(self.sender.send(self.processing.sent(batch.body))))

    def _line_end(self, answer: bytes) -> bytes:
        """AssembleWith Line ends every transformed record with a line break."""
        lines = self.request["TransformOutput"].get("AssembleWith", "None") == "Line"
        return answer + b"\n" if lines and answer and not answer.endswith(b"\n") else answer

    def _finished(self, source: Source, batch: Batch, future: Future[bytes]) -> bytes:
        where = f", {batch.where}" if batch.where else ""
        try:
            while True:
                try:
                    return future.result(_TICK_SECONDS)
                except NotYet:
                    self._check_stop()
        except Refused as error:
            self._check_stop()
            message = " ".join(error.message.split())[:_LONGEST_MESSAGE]
            kind = "ClientError" if error.status < 500 else "AlgorithmError"
            said = (
                f"{kind}: {error.status}"
                if error.status < 500
                else f"Bad HTTP status received from algorithm: {error.status}"
            )
            for line in (said, "", "Message:", *error.message.splitlines()):
                self.log.data(line, source.name)
            if where:
                self.log.data(f"The payload held {batch.where} of the object.", source.name)
            answered = f"container {error.hostname} answered {error.status}: {message}"
            raise Failure(f"{kind}: {_SEE_LOGS} {source.place}{where}: {answered}") from error
        except Unanswered as error:
            self._check_stop()
            self.log.data("Unable to get response from algorithm", source.name)
            self.log.data(str(error), source.name)
            raise Failure(
                f"AlgorithmError: {_SEE_LOGS} {source.place}{where}: unable to get response from algorithm: {error}"
            ) from error
        except processing.DataError as error:
            raise self._failed(source, f"ClientError: {error}", batch.where) from error
        finally:
            self.slots.release()

    def _failed(self, source: Source, said: str, more: str) -> Failure:
        self.log.data(f"{said} ({more})" if more else said, source.name)
        kind, _, text = said.partition(": ")
        tail = f" ({more})" if more else ""
        return Failure(f"{kind}: {_SEE_LOGS} {source.place}: {text}{tail}")

    def _check_stop(self) -> None:
        if self.stop.is_set():
            raise Stopped
