"""Which SDK configuration a Python gets that starts in a shell with `localaws env`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from localaws import environment

HOOK = Path(environment.__file__).with_name("sdk_hook")
SHOW = "import os, sys; print(os.environ['SAGEMAKER_USER_CONFIG_OVERRIDE'], *sorted(sys.modules))"


def started(site: Path, configured: str = "/home/any-release.yaml", program: str = SHOW) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path.append({str(site)!r}); import sitecustomize; {program}"],
        env={**os.environ, "PYTHONPATH": str(HOOK), "SAGEMAKER_USER_CONFIG_OVERRIDE": configured},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("distribution", "file"),
    [
        ("sagemaker-2.130.0.dist-info", os.devnull),
        ("sagemaker-2.157.0.dist-info", os.devnull),
        ("sagemaker-2.158.0.dist-info", "/home/bucket.yaml"),
        ("sagemaker-2.198.1.dist-info", "/home/bucket.yaml"),
        ("sagemaker-2.199.0.dist-info", "/home/no-telemetry.yaml"),
        ("sagemaker-2.257.0-py3.11.egg-info", "/home/no-telemetry.yaml"),
        ("sagemaker-3.27.0.dist-info", "/home/no-telemetry.yaml"),
        ("sagemaker-2.dev0.dist-info", os.devnull),
        ("sagemaker_core-2.27.0.dist-info", "/home/any-release.yaml"),
        ("boto3-1.43.0.dist-info", "/home/any-release.yaml"),
    ],
)
def test_each_release_gets_what_it_accepts(tmp_path: Path, distribution: str, file: str) -> None:
    (tmp_path / distribution).mkdir()
    assert started(tmp_path)[0] == file


def test_a_configuration_of_the_user_s_own_stays(tmp_path: Path) -> None:
    (tmp_path / "sagemaker-2.257.0.dist-info").mkdir()
    assert started(tmp_path, "/home/jane/config.yaml")[0] == "/home/jane/config.yaml"


def test_it_imports_no_module_that_python_has_not_loaded_at_its_start(tmp_path: Path) -> None:
    loaded = set(started(tmp_path)[1:])
    plain = subprocess.run(
        [sys.executable, "-c", SHOW],
        env={**os.environ, "SAGEMAKER_USER_CONFIG_OVERRIDE": "x"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert loaded - set(plain) <= {
        "sitecustomize",
        "importlib",
        "importlib._bootstrap",
        "importlib._bootstrap_external",
        "warnings",
        "_warnings",
    }


def test_another_sitecustomize_runs_too(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.path.append('/of/the/user')\n")
    said = started(tmp_path, program=f"print(sys.path[-1], sitecustomize.__file__, {str(HOOK)!r} in sys.path)")
    assert said == ["/of/the/user", str(tmp_path / "sitecustomize.py"), "False"]


def test_an_error_in_the_other_one_is_not_hidden(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import no_such_module\n")
    with pytest.raises(subprocess.CalledProcessError) as failed:
        started(tmp_path)
    assert "No module named 'no_such_module'" in failed.value.stderr
