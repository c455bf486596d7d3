"""Directories that are copied to S3 while a job runs: continuous outputs and checkpoints."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType

from localaws.sagemaker.jobs.s3 import S3, place

__all__ = ["ContinuousUpload"]

INTERVAL_SECONDS = 1.0


class ContinuousUpload:
    """Copies new and changed files of `directory` under `uri` every second, and a last time at the end.

    A file is sent once it has not changed between two looks, so that no half-written file is published; the last look
    sends everything. Entering starts a thread, leaving ends it and raises DataError where the last copy fails.
    """

    def __init__(self, s3: S3, directory: Path, uri: str, kms_key: str | None = None) -> None:
        self._s3, self._directory, self._uri, self._kms_key = s3, directory, uri, kms_key
        self._seen: dict[Path, tuple[int, int]] = {}
        self._sent: dict[Path, tuple[int, int]] = {}
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"sync-{directory.name}", daemon=True)

    def __enter__(self) -> ContinuousUpload:
        # What is there already came from S3 and is not sent back.
        self._sent = self._look()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()
        if kind is None:
            self._send(self._look())

    def _run(self) -> None:
        from localaws.sagemaker.jobs.s3 import DataError

        while not self._end.wait(INTERVAL_SECONDS):
            now = self._look()
            settled = {file: stamp for file, stamp in now.items() if self._seen.get(file) == stamp}
            self._seen = now
            try:
                self._send(settled)
            except (DataError, FileNotFoundError):
                continue  # the last copy tells

    def _look(self) -> dict[Path, tuple[int, int]]:
        found = {}
        for file in self._directory.rglob("*"):
            try:
                status = file.lstat()
            except FileNotFoundError:
                continue
            if file.is_file() and not file.is_symlink():
                found[file] = (status.st_mtime_ns, status.st_size)
        return found

    def _send(self, files: dict[Path, tuple[int, int]]) -> None:
        for file, stamp in sorted(files.items()):
            if self._sent.get(file) != stamp:
                target = place(self._uri).below(file.relative_to(self._directory).as_posix())
                self._s3.upload_file(file, str(target), self._kms_key)
                self._sent[file] = stamp
