"""A package `tiny` that must be built, by a backend that pip has to fetch first."""

from __future__ import annotations

import zipfile
from pathlib import Path

__all__ = ["write_package", "write_wheel"]

# A build backend that pip fetches from a folder: an isolated build without a network.
BACKEND = """
import os, zipfile

WHEEL = "Wheel-Version: 1.0\\nGenerator: tiny\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"


def _build(folder, files):
    name = "tiny-2-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        files["tiny-2.dist-info/METADATA"] = "Metadata-Version: 2.1\\nName: tiny\\nVersion: 2\\nRequires-Dist: numpy\\n"
        files["tiny-2.dist-info/WHEEL"] = WHEEL
        files["tiny-2.dist-info/entry_points.txt"] = "[console_scripts]\\ntiny-says = tiny:main\\n"
        files["tiny-2.dist-info/RECORD"] = "".join(f"{file},,\\n" for file in files)
        for file, text in files.items():
            wheel.writestr(file, text)
    return name


def build_wheel(folder, config_settings=None, metadata_directory=None):
    return _build(folder, {"tiny.py": open("tiny.py").read()})


def build_editable(folder, config_settings=None, metadata_directory=None):
    return _build(folder, {"tiny.pth": os.getcwd()})


def build_sdist(folder, config_settings=None):
    raise NotImplementedError
"""
PYPROJECT = '[build-system]\nrequires = ["tinybackend"]\nbuild-backend = "tinybackend"\n'
TINY = "import numpy\n\n\ndef main():\n    print('tiny', 2)\n"


def write_wheel(folder: Path, name: str, version: str, files: dict[str, str]) -> None:
    """A wheel of text files in `folder`."""
    info = f"{name}-{version}.dist-info"
    files = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{file},,\n" for file in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        for file, text in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(file, text)


def write_package(folder: Path) -> None:
    """Write `tiny`, the source of the package, and `wheels`, where its build backend is."""
    (folder / "wheels").mkdir(parents=True)
    write_wheel(folder / "wheels", "tinybackend", "1", {"tinybackend.py": BACKEND})
    (folder / "tiny").mkdir()
    (folder / "tiny" / "pyproject.toml").write_text(PYPROJECT)
    (folder / "tiny" / "tiny.py").write_text(TINY)
