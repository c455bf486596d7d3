"""What a job installs with pip: anything that can be built, seen by the job and its children, and by nothing else."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from localaws.runtime import virtual_environment
from localaws.runtime.images import ImageTable, ImageTableError, Runtime
from localaws.runtime.run import ContainerRun, run_container

from .tiny_package import write_package, write_wheel

SKLEARN = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"


class Job:
    """A job that runs shell commands; /opt/ml/tiny is the source of a package, /opt/ml/wheels are its index."""

    def __init__(self, folder: Path, python: str | None = None) -> None:
        self.ml = folder / "ml"
        write_package(self.ml)
        write_wheel(self.ml / "wheels", "six", "1.99", {"six.py": "__version__ = '1.99'\n"})
        self.images = ImageTable((Runtime("*", python or sys.executable, framework="sklearn"),))
        self.lines: list[str] = []

    def run(self, script: str) -> int:
        """The exit code of `script` in a POSIX shell; `lines` are what it printed."""
        self.lines = []
        offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/opt/ml/wheels", "PIP_CONFIG_FILE": "/dev/null"}
        words = ["sh", "-ec", script]
        job = ContainerRun(
            SKLEARN, words, [], offline, self.ml, self.lines.append, 120, threading.Event(), "processing", self.images
        )
        return run_container(job).exit_code


INSTALLS = {
    "folder": "python3 -m pip install /opt/ml/tiny",
    "current-folder": "cd /opt/ml/tiny && pip install .",
    "archive": "tar -C /opt/ml -czf /tmp/tiny-2.tar.gz tiny && pip3 install /tmp/tiny-2.tar.gz",
    "git": (
        "cd /opt/ml/tiny && git init -q && git add . && git -c user.name=a -c user.email=a@b.c commit -qm one && "
        "pip install git+file:///opt/ml/tiny"
    ),
    "requirements": "printf 'six\\n/opt/ml/tiny\\n' > /tmp/r.txt && pip install -r /tmp/r.txt",
    "editable": "cd /opt/ml/tiny && pip install -e .",
    "user": "pip install --user /opt/ml/tiny",
    "upgrade": "pip install --upgrade /opt/ml/tiny",
    "without-isolation": "pip install tinybackend && pip install --no-build-isolation /opt/ml/tiny",
    "target": (
        "pip install --no-deps --target /tmp/there /opt/ml/tiny && "
        "export PYTHONPATH=/tmp/there PATH=/tmp/there/bin:$PATH"
    ),
}


# Other tests of this file install the folder, by pip's own process and by its script.
REPEATED = ("folder", "git", "requirements", "upgrade")


@pytest.mark.parametrize("way", [pytest.param(way, marks=[pytest.mark.full] * (way in REPEATED)) for way in INSTALLS])
def test_a_package_that_must_be_built_is_installed(way: str, tmp_path: Path) -> None:
    job = Job(tmp_path)
    child = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import tiny; tiny.main()'], check=True)"
    code = job.run(f'{INSTALLS[way]} && python3 -c "import tiny; tiny.main()" && python -c "{child}" && tiny-says')
    assert code == 0, job.lines
    assert job.lines[-3:] == ["tiny 2"] * 3


def test_the_process_that_called_pip_imports_what_it_installed(tmp_path: Path) -> None:
    job = Job(tmp_path)
    program = (
        "import subprocess, sys; subprocess.run([sys.executable, '-m', 'pip', 'install', '-q', '/opt/ml/tiny'], "
        "check=True); import tiny; tiny.main()"
    )
    assert job.run(f'python3 -c "{program}"') == 0, job.lines
    assert job.lines[-1] == "tiny 2"


def test_a_newer_version_wins_in_this_job_alone(tmp_path: Path) -> None:
    import six

    first, second = Job(tmp_path / "one"), Job(tmp_path / "two")
    show = 'python3 -c "import six; print(six.__version__)"'
    assert first.run(f"pip install --upgrade six && {show}") == 0, first.lines
    assert first.lines[-1] == "1.99"
    assert second.run(show) == 0, second.lines
    assert second.lines == [six.__version__]
    here = subprocess.run([sys.executable, "-c", "import six; print(six.__version__)"], capture_output=True, check=True)
    assert here.stdout.decode().strip() == six.__version__ != "1.99"
    assert second.run('python3 -c "import tiny"') == 1


def test_what_the_runtime_has_is_not_installed_again(tmp_path: Path) -> None:
    job = Job(tmp_path)
    assert job.run("pip install numpy && pip uninstall -y numpy && python3 -c 'import numpy'") == 0, job.lines
    assert any(line.startswith("Requirement already satisfied: numpy") for line in job.lines)
    assert any("outside environment" in line for line in job.lines)


def test_scripts_of_the_runtime_see_what_the_job_installed(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("import tiny\n\n\ndef test_it():\n    tiny.main()\n")
    job = Job(tmp_path / "job")
    (job.ml / "test_it.py").write_text((tmp_path / "test_it.py").read_text())
    assert job.run("pip install -q /opt/ml/tiny && cd /opt/ml && pytest -q -p no:cacheprovider test_it.py") == 0, (
        job.lines
    )


def test_a_package_does_not_hide_the_standard_library(tmp_path: Path) -> None:
    job = Job(tmp_path)
    write_wheel(job.ml / "wheels", "pathlib", "1", {"pathlib.py": "raise ImportError('of Python 2')\n"})
    assert job.run('pip install pathlib && python3 -c "import pathlib; pathlib.Path()"') == 0, job.lines


def test_an_interpreter_that_is_not_in_an_environment_is_a_runtime_too(tmp_path: Path) -> None:
    base = getattr(sys, "_base_executable", sys.executable)
    job = Job(tmp_path, base)
    assert job.run("python3 -c 'import sys; print(sys.prefix != sys.base_prefix)'; python3 -m pip install six") == 0
    assert job.lines[0] == "True"
    assert job.run('python3 -c "import numpy"') == (0 if _has_numpy(base) else 1)


def _has_numpy(python: str) -> bool:
    return subprocess.run([python, "-I", "-c", "import numpy"], capture_output=True, check=False).returncode == 0


def test_an_interpreter_that_does_not_run_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no such library >&2\nexit 3\n")
    broken.chmod(0o755)
    with pytest.raises(ImageTableError) as refused:
        virtual_environment.write(str(broken), tmp_path / "environment")
    assert str(refused.value) == (f"python '{broken}' does not run (no such library); give a Python 3 interpreter.")
