"""Writing outputs so that a failure leaves none, and so that the same content is the same bytes."""

from __future__ import annotations

import errno
import gzip
import io
import json
import shutil
import tarfile
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

# 2000-01-01: the serving toolkit packs the code into a zip, which knows no year before 1980.
_FIXED_TIME = 946684800


class Outputs:
    """A folder of outputs that appear together at the end, or, when the block raises, not at all.

    Files are written to a hidden folder inside `root` and moved into place on a clean exit. `root` and its folders may
    exist: SageMaker makes (and mounts) them before the job starts.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._staged: list[str] = []

    def __enter__(self) -> Outputs:
        self._root.mkdir(parents=True, exist_ok=True)
        self._stage = Path(tempfile.mkdtemp(prefix=".partial-", dir=str(self._root)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._publish()
        finally:
            shutil.rmtree(str(self._stage))

    def write(self, name: str, content: bytes) -> None:
        """Stage `content` as the file `name`, a path under the root such as `train/train.csv`."""
        target = self._stage / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        self._staged.append(name)

    def _publish(self) -> None:
        published: list[Path] = []
        try:
            for name in self._staged:
                target = self._root / name
                target.parent.mkdir(parents=True, exist_ok=True)
                published.append(target)
                _move(self._stage / name, target)
        except OSError:
            for target in published:
                if target.exists():
                    target.unlink()
            raise


def _move(source: Path, target: Path) -> None:
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # The target's folder is a mount of its own: bring the bytes over first, then rename there.
        partial = target.with_name(f".partial-{target.name}")
        shutil.copyfile(str(source), str(partial))
        partial.replace(target)


def json_bytes(document: Any) -> bytes:
    """JSON with sorted keys, one space of indentation and a final newline; NaN is refused with ValueError."""
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode("utf-8")


def tar_gz(files: dict[str, bytes]) -> bytes:
    """A .tar.gz of `files` (path → content) whose bytes depend on them alone: order, owner, modes, times are fixed."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in sorted(files):
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.mode = len(files[name]), _FIXED_TIME, 0o644
            archive.addfile(member, io.BytesIO(files[name]))
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=packed, mode="wb", compresslevel=9, mtime=0) as stream:
        stream.write(plain.getvalue())
    return packed.getvalue()
