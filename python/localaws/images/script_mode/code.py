"""The user's code: fetched, unpacked, its requirements installed."""

from __future__ import annotations

import importlib
import importlib.util
import logging
import shutil
import site
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from pathlib import Path

__all__ = ["ScriptError", "command", "fetch", "install_requirements"]


class ScriptError(Exception):
    """The user's code cannot be fetched, installed or run; the message is for /opt/ml/output/failure."""


def fetch(source: str | None, code: Path) -> None:
    """Put the code of `source` (s3:// tar.gz, tarball or directory) into `code`, unless it has some already."""
    code.mkdir(parents=True, exist_ok=True)
    if source is None or any(code.iterdir()):
        return
    if not source.startswith("s3://"):
        _unpack(Path(source), code, source)
        return
    with tempfile.TemporaryDirectory() as directory:
        packed = Path(directory, "source.tar.gz")
        _download(source, packed)
        _unpack(packed, code, source)


def _download(source: str, target: Path) -> None:
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    bucket, _, key = source.removeprefix("s3://").partition("/")
    try:
        boto3.client("s3").download_file(bucket, key, str(target))
    except (ClientError, BotoCoreError) as error:
        raise ScriptError(f"Unable to download the code {source}: {error}") from error


def _unpack(packed: Path, code: Path, source: str) -> None:
    if packed.is_dir():
        shutil.copytree(packed, code, dirs_exist_ok=True)
        return
    try:
        with tarfile.open(packed) as archive:
            archive.extractall(code, filter="data")
    except (tarfile.TarError, OSError) as error:
        raise ScriptError(f"Unable to unpack the code {source}: {error}") from error


def install_requirements(code: Path) -> None:
    """Install requirements.txt into this interpreter's environment, and make it importable at once."""
    requirements = code / "requirements.txt"
    if not requirements.exists():
        return
    install = [sys.executable, "-m", "pip", "install", "-r", str(requirements)]
    if importlib.util.find_spec("pip") is None and shutil.which("uv"):  # environments that uv makes have no pip
        install = ["uv", "pip", "install", "--python", sys.executable, "-r", str(requirements)]
    logging.info("Installing dependencies from requirements.txt: %s", " ".join(install))
    ended = subprocess.run(install, cwd=code, check=False)
    if ended.returncode:
        raise ScriptError(
            f'InstallRequirementsError:\nExitCode {ended.returncode}\nErrorMessage "pip could not install '
            f'requirements.txt; the log says why"\nCommand "{" ".join(install)}"'
        )
    importlib.invalidate_caches()
    site.addsitedir(sysconfig.get_path("purelib"))  # what was installed as editable is named by a .pth file


def command(program: str, code: Path, arguments: list[str]) -> list[str]:
    """The command line of the entry point: a script, a package (with setup.py) or any program."""
    if (code / "setup.py").exists():
        return [sys.executable, "-m", program.removesuffix(".py").replace("/", "."), *arguments]
    if not (code / program).exists():
        raise ScriptError(f"The entry point {program!r} is not in the code; there are: {_names(code)}")
    if program.endswith(".py"):
        return [sys.executable, program, *arguments]
    (code / program).chmod(0o755)
    return [f"./{program}", *arguments]


def _names(code: Path) -> str:
    return ", ".join(sorted(entry.name for entry in code.iterdir())) or "no files"
