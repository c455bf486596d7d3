"""The tar files in which a training job's model and output data go to S3."""

from __future__ import annotations

import stat
import tarfile
from collections.abc import Callable
from pathlib import Path

from localaws.runtime.folders import Entry, Folder
from localaws.services.sagemaker.jobs.s3 import left_out

__all__ = ["pack"]


def pack(folder: Folder, target: Path, log: Callable[[str], None]) -> None:
    """Write what is below `folder` to the gzip-compressed tar file `target`; raises FolderError.

    Links stay links: what one leads to is not read. `log` hears what is left out, such as a pipe.
    """
    with tarfile.open(target, "w:gz", compresslevel=6) as archive:
        for entry in folder.entries():
            member = _member(entry)
            if entry.is_file:
                with folder.read(entry.parts) as body:
                    archive.addfile(member, body)
            elif entry.is_folder:
                member.type = tarfile.DIRTYPE
                archive.addfile(member)
            elif entry.is_link:
                member.type, member.linkname = tarfile.SYMTYPE, folder.link(entry.parts)
                archive.addfile(member)
            else:
                log(left_out(folder, entry.path, link=False))


def _member(entry: Entry) -> tarfile.TarInfo:
    member = tarfile.TarInfo(entry.path)
    member.mode, member.mtime = stat.S_IMODE(entry.status.st_mode), entry.status.st_mtime
    member.uid, member.gid = entry.status.st_uid, entry.status.st_gid
    member.size = entry.status.st_size if entry.is_file else 0
    return member
