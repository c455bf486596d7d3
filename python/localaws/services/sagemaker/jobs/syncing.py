"""Directories that are copied to S3 while a job runs: continuous outputs and checkpoints."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType

from localaws.runtime.folders import Entry, Folder, FolderError
from localaws.services.sagemaker.jobs.s3 import S3, DataError, left_out, place

__all__ = ["ContinuousUpload"]

INTERVAL_SECONDS = 1.0


class ContinuousUpload:
    """Copies new and changed files of a folder under `uri` every second, and a last time at the end.

    A file is sent once it has not changed between two looks, so that no half-written file is published; the last look
    sends everything. Entering starts a thread, leaving ends it and raises DataError where the last copy fails. `folder`
    opens the folder, anew for each look: the job may have replaced it. `log` hears what is left out at the end.
    """

    def __init__(
        self, s3: S3, folder: Callable[[], Folder], uri: str, kms_key: str | None, log: Callable[[str], None]
    ) -> None:
        self._s3, self._folder, self._uri, self._kms_key, self._log = s3, folder, uri, kms_key, log
        self._seen: dict[str, tuple[int, int]] = {}
        self._sent: dict[str, tuple[int, int]] = {}
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"sync-{uri}", daemon=True)

    def __enter__(self) -> ContinuousUpload:
        # What is there already came from S3 and is not sent back.
        with self._folder() as folder:
            self._sent = {entry.path: entry.stamp for entry in folder.entries() if entry.is_file}
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()
        if kind is None:
            try:
                self._last()
            except (FolderError, FileNotFoundError) as lost:
                raise DataError(f"Unable to upload to {self._uri} ({lost})") from lost

    def _run(self) -> None:
        while not self._end.wait(INTERVAL_SECONDS):
            try:
                with self._folder() as folder:
                    now = [entry for entry in folder.entries() if entry.is_file]
                    self._send(folder, [entry for entry in now if self._seen.get(entry.path) == entry.stamp])
            except (DataError, FolderError, FileNotFoundError):
                continue  # the last copy tells
            self._seen = {entry.path: entry.stamp for entry in now}

    def _last(self) -> None:
        with self._folder() as folder:
            for entry in folder.entries():
                if entry.is_file:
                    self._send(folder, [entry])
                elif not entry.is_folder:
                    self._log(left_out(folder, entry.path, link=entry.is_link))

    def _send(self, folder: Folder, entries: list[Entry]) -> None:
        for entry in entries:
            if self._sent.get(entry.path) != entry.stamp:
                with folder.read(entry.parts) as body:
                    self._s3.upload_stream(body, place(self._uri).below(entry.path), self._kms_key)
                self._sent[entry.path] = entry.stamp
