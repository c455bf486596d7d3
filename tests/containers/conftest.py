"""Throw-away environments with the pins of AWS's images, for the oldest and newest that this machine can install."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

PINS = tomllib.loads(Path(__file__).with_name("pins.toml").read_text())
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
_used: list[str] = []


@dataclass(frozen=True)
class Environment:
    """A virtual environment with an image's pins; `python` is its interpreter."""

    image: str
    python: Path

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Run its Python, isolated from this project's packages, to the end."""
        command = [str(self.python), "-I", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False)


@functools.cache
def interpreter(version: str) -> Path | None:
    """A Python of this minor version on this machine: on the PATH or among pyenv's."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates = [shutil.which(f"python{version}"), *sorted(root.glob(f"versions/{version}.*/bin/python{version}"))]
    for candidate in filter(None, candidates):
        probe = "import sys; print('%d.%d' % sys.version_info[:2])"
        answer = subprocess.run([str(candidate), "-c", probe], capture_output=True, text=True, check=False)
        if answer.stdout.strip() == version:
            return Path(candidate)
    return None


def uv(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "uv", *map(str, arguments)], capture_output=True, text=True, check=False
    )


def installed(family: str, pin: dict, folder: Path) -> tuple[Environment | None, str]:
    """The environment with a pin, in the image's own Python or, failing that, in this one; and what was found out."""
    own = interpreter(pin["python"])
    python, version = (own, pin["python"]) if own else (Path(sys.executable), HERE)
    label = f"{family} {pin['image']} ({', '.join(pin['packages'])}) in Python {version}"
    made = uv("venv", "--quiet", "--no-python-downloads", "--python", python, folder)
    assert made.returncode == 0, made.stderr
    binary = folder / "bin/python"
    done = uv("pip", "install", "--quiet", "--only-binary", ":all:", "--python", binary, *pin["packages"])
    if done.returncode:
        return None, f"{label}: cannot be installed ({done.stderr.strip().splitlines()[-1].strip()})"
    return Environment(pin["image"], binary), f"{label}: used"


def first_installable(family: str, pins: list[dict], folder: Path) -> Environment:
    for pin in pins:
        environment, found = installed(family, pin, folder / pin["image"])
        _used.append(found)
        if environment:
            return environment
    pytest.fail(f"no pin of the {family} images can be installed here: " + "; ".join(_used))


def _environments(family: str, factory: pytest.TempPathFactory) -> dict[str, Environment]:
    return {
        "oldest": first_installable(family, PINS[family], factory.mktemp("oldest")),
        "newest": first_installable(family, PINS[family][::-1], factory.mktemp("newest")),
    }


@pytest.fixture(scope="session")
def sklearn_images(tmp_path_factory):
    return _environments("scikit-learn", tmp_path_factory)


@pytest.fixture(scope="session")
def xgboost_images(tmp_path_factory):
    return _environments("xgboost", tmp_path_factory)


def pytest_terminal_summary(terminalreporter):
    if _used:
        terminalreporter.section("pins of AWS's images")
        for line in _used:
            terminalreporter.write_line(line)
