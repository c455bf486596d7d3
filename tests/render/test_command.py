"""`mlops render` as its user meets it, without the SDK."""

import subprocess
import sys
from pathlib import Path

import pytest

NO_SDK = (
    "import sys; sys.modules['sagemaker'] = None; import mlops.commands.render as r; sys.exit(r.main(sys.argv[1:]))"
)


@pytest.mark.parametrize("arguments", [[], ["--check"]])
def test_without_the_sdk_it_says_what_installs_it(arguments: list[str], tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", NO_SDK, *arguments, "--output", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr == "mlops render: the SageMaker SDK is not installed; `make render` installs it and renders\n"
    assert list(tmp_path.iterdir()) == []


def test_the_old_sdk_is_named(tmp_path: Path) -> None:
    (tmp_path / "sagemaker").mkdir()
    (tmp_path / "sagemaker" / "__init__.py").touch()
    (tmp_path / "sagemaker-2.257.0.dist-info").mkdir()
    (tmp_path / "sagemaker-2.257.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: sagemaker\nVersion: 2.257.0\n", encoding="utf-8"
    )
    script = "import sys; sys.path.insert(0, sys.argv.pop(1)); import mlops.commands.render as r; sys.exit(r.main([]))"
    result = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert result.stderr == (
        "mlops render: the SageMaker SDK here is 2.257.0, not 3; `make render` installs the right one and renders\n"
    )
