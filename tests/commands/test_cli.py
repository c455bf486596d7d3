"""The mlops command as a whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mlops.cli import COMMANDS, main

MLOPS = str(Path(sys.executable).with_name("mlops"))


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    for command in COMMANDS:
        with pytest.raises(SystemExit) as ended:
            main([*command.PATH, "--help"])
        assert ended.value.code == 0
        assert f"usage: mlops {' '.join(command.PATH)} " in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["run"], ["no-such-thing"], ["logs"]])
def test_wrong_usage_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: mlops" in capsys.readouterr().err


def test_a_reader_that_goes_away_is_no_error() -> None:
    script = "import sys; sys.path.insert(0, ''); from mlops.entry import run_cli\n"
    script += "def work():\n  for n in range(100000): print(n)\n  return 0\n"
    script += "sys.exit(run_cli('mlops', work))"
    done = subprocess.run(
        ["bash", "-c", f'set -o pipefail; "{sys.executable}" -c "$0" | head -1', script], capture_output=True, text=True
    )
    assert done.stdout == "0\n"
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("nowhere")
def test_the_command_is_installed() -> None:
    done = subprocess.run([MLOPS, "run", "pipeline", "Jane"], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("mlops: student id 'Jane' is not usable")
