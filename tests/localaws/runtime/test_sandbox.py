"""The sandbox of one container, without a stack."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from localaws.runtime import images, run, sandbox, visible
from localaws.runtime.run import ContainerResult, ContainerRun, NoCommandError, run_container

SKLEARN = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"

namespaces = pytest.mark.skipif(sandbox.kind() != "namespaces", reason="this machine has no user namespaces")


def _run(ml: Path, *words: str, lines: list[str] | None = None, **changes: Any) -> ContainerResult:
    ml.mkdir(exist_ok=True)
    said = lines if lines is not None else []
    arguments: dict[str, Any] = {
        "image": SKLEARN,
        "entrypoint": list(words),
        "arguments": [],
        "environment": {},
        "ml_root": ml,
        "on_line": said.append,
        "timeout_seconds": 30,
        "stop": threading.Event(),
        "mode": "processing",
    }
    return run_container(ContainerRun(**{**arguments, **changes}))


@namespaces
def test_the_directory_is_at_opt_ml_and_the_rest_of_opt_stays(tmp_path: Path) -> None:
    before = sorted(entry.name for entry in Path("/opt").iterdir() if entry.name != "ml")
    lines: list[str] = []
    result = _run(tmp_path / "ml", "sh", "-c", "echo hello > /opt/ml/made; ls /opt", lines=lines)
    assert result == ContainerResult(0)
    assert (tmp_path / "ml" / "made").read_text() == "hello\n"
    assert [line for line in lines if line != "ml"] == before
    assert "ml" in lines


def test_an_image_with_a_program_of_its_own_processes_without_an_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "images"
    shutil.copytree(images.PROGRAMS, programs)
    (programs / "counter").mkdir()
    (programs / "counter" / "main.py").write_text("import sys\ndef main():\n    print(*sys.argv[1:])\n    return 3\n")
    for module in (images, run, visible):
        monkeypatch.setattr(module, "PROGRAMS", programs)
    (tmp_path / "images.toml").write_text('[[image]]\nuri = "*/counter:*"\nprocesses = "counter"\n')
    lines: list[str] = []
    table = images.load_images(tmp_path)
    changes = {"entrypoint": None, "arguments": ["--rows", "7"], "images": table, "image": "1.dkr.ecr/counter:2.0"}
    result = _run(tmp_path / "ml", lines=lines, **changes)
    assert (result.exit_code, lines[-1]) == (3, "counter 2.0 --rows 7")
    with pytest.raises(NoCommandError, match=r"Image 1\.dkr\.ecr/counter:2\.0 has no entry point here"):
        _run(tmp_path / "ml", mode="train", **changes)


@namespaces
def test_nothing_of_a_job_is_left_in_tmp_or_on_the_process_table(tmp_path: Path) -> None:
    lines: list[str] = []
    script = "touch /tmp/of-this-job; (setsid sleep 77.7701 &) ; ps -e -o pid= | wc -l; echo $$"
    result = _run(tmp_path / "ml", "sh", "-c", script, lines=lines)
    assert result.exit_code == 0
    assert int(lines[0]) < 10  # it sees its own processes only
    assert not Path("/tmp/of-this-job").exists()
    assert not _processes("77.7701")


def _processes(text: str) -> list[Path]:
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if text.encode() in file.read_bytes():
                found.append(file)
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


@pytest.mark.parametrize("how", ["namespaces", "rewritten"])
def test_no_process_survives_a_killed_stack(tmp_path: Path, how: str) -> None:
    if how == "namespaces" and sandbox.kind() != how:
        pytest.skip("this machine has no user namespaces")
    number = f"88.{time.time_ns()}"
    # The stack's part is played by a process that runs one container and is then killed without warning.
    program = (
        "import threading, pathlib, sys\n"
        "from localaws.runtime import sandbox\n"
        f"sandbox.kind = lambda: {how!r}\n"
        "from localaws.runtime.run import *\n"
        f"command = ['sh', '-c', '(setsid sleep {number} &) ; sleep {number}']\n"
        f"run_container(ContainerRun({SKLEARN!r}, command, [], {{}},\n"
        f"  pathlib.Path({str(tmp_path)!r}), print, 60, threading.Event(), 'processing'))\n"
    )
    stack = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.DEVNULL)
    _until(lambda: len(_processes(f"sleep\0{number}")) >= 2)
    stack.send_signal(signal.SIGKILL)
    stack.wait()
    _until(lambda: not _processes(number))


def _until(condition: Any) -> None:
    end = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_where_the_kernel_refuses_paths_are_rewritten_and_the_log_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "kind", lambda: "rewritten")
    lines: list[str] = []
    script = "import os, sys; open(sys.argv[1], 'w').write(os.environ['WHERE'])"
    result = _run(
        tmp_path / "ml",
        "python3",
        "-c",
        script,
        "/opt/ml/out.txt",
        environment={"WHERE": "/opt/ml/model"},
        lines=lines,
    )
    assert result.exit_code == 0
    assert (tmp_path / "ml" / "out.txt").read_text() == str(tmp_path / "ml" / "model")
    assert lines == [sandbox.WARNINGS["rewritten"]]


def test_lines_come_while_the_program_runs(tmp_path: Path) -> None:
    times: list[float] = []
    script = "import sys, time; print('a'); time.sleep(1); print('b', end='')"
    _run(tmp_path / "ml", "python3", "-c", script, on_line=lambda line: times.append(time.monotonic()))
    assert len(times) == 2
    assert times[1] - times[0] > 0.7


def test_exit_codes_are_those_of_docker(tmp_path: Path) -> None:
    assert _run(tmp_path / "ml", "sh", "-c", "kill -9 $$").exit_code == 137
    assert _run(tmp_path / "ml", "nothing-of-the-kind").exit_code == 127
    assert _run(tmp_path / "ml", "/etc/passwd").exit_code == 126


def test_a_null_byte_in_a_command_is_one_line_in_the_log(tmp_path: Path) -> None:
    for words, environment in ((("echo", "a\0b"), {}), (("ec\0ho",), {}), (("echo",), {"A": "b\0"})):
        lines: list[str] = []
        assert _run(tmp_path / "ml", *words, lines=lines, environment=environment).exit_code == 126
        assert [line for line in lines if "exec: " in line and "embedded null" in line] == lines


def test_an_image_without_a_command_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoCommandError, match="has no entry point here: give the job one"):
        _run(tmp_path / "ml", entrypoint=None)
    assert images.PROGRAMS.is_dir()


def test_the_paths_that_a_command_reads(tmp_path: Path) -> None:
    script, program = tmp_path / "server" / "app.py", tmp_path / "venv" / "bin" / "gunicorn"
    for file in (script, program, tmp_path / "venv" / "pyvenv.cfg"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    words = [str(program), f"--config={script}", "app:app", "-b", "0.0.0.0:8080", "/not/there", "=/" + "x" * 5000]
    named = visible.named_paths(words)
    assert set(named) == {str(path) for path in (program, program.parent, tmp_path / "venv", script, script.parent)}
