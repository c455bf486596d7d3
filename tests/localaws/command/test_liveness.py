"""Never two stacks in one home, never one that no command can end, whatever happened to it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from command.test_shutdown import processes_with, start_sleeping_job

from localaws import background
from localaws.runtime import leftovers, processes
from localaws.state import Home, NotAHomeError

LOCALAWS = [sys.executable, "-m", "localaws"]


@pytest.fixture
def environ(tmp_path: Path) -> Iterator[dict[str, str]]:
    environ = {**os.environ, "LOCALAWS_HOME": str(tmp_path / "a home")}
    yield environ
    subprocess.run([*LOCALAWS, "down"], env=environ, check=True, capture_output=True, timeout=60)


def run(environ: dict[str, str], *words: str) -> tuple[int, str]:
    done = subprocess.run([*LOCALAWS, *words], env=environ, capture_output=True, text=True, timeout=120, check=False)
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") <= 1, done.stderr
    return done.returncode, done.stdout + done.stderr


def start(environ: dict[str, str], *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*LOCALAWS, *words], env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def recorded(environ: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(environ["LOCALAWS_HOME"], "stack.json").read_text())
    return found


def stop_supervisors(stack: Any) -> None:
    """They do not notice then that their stack has gone."""
    found = [each for each in processes.table() if f"{leftovers.SUPERVISOR} {stack.home.path}/" in each.command]
    assert found
    for each in found:
        processes.send(each.process, signal.SIGSTOP)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.full
@pytest.mark.slow
def test_a_frozen_stack_is_reported_kept_alone_and_ended(environ: dict[str, str]) -> None:
    run(environ, "up")
    first = recorded(environ)["pid"]
    belongings = Path(environ["LOCALAWS_HOME"], "work", "a-file")
    belongings.touch()
    os.kill(first, signal.SIGSTOP)
    assert run(environ, "status") == (
        4,
        f"localaws does not answer (pid {first}): it is busy or frozen; `localaws down` ends it\n",
    )
    code, words = run(environ, "up")
    assert code == 1
    assert f"(pid {first}) but does not answer: it is busy or frozen" in words
    assert "end it and lose its state with `localaws down`" in words
    code, words = run(environ, "serve")
    assert code == 1
    assert f"already runs (pid {first}): end it with `localaws down`" in words
    assert run(environ, "env")[0] == 1
    assert run(environ, "logs")[0] == 0
    assert belongings.exists(), "the other commands left it alone"
    assert run(environ, "down") == (0, "localaws is down\n")
    assert processes.find(first) is None
    assert not belongings.exists()
    assert run(environ, "up")[0] == 0
    assert recorded(environ)["pid"] != first


@pytest.mark.slow
def test_a_stack_that_does_not_end_is_killed_with_its_jobs(own_stack: Any) -> None:
    marker = start_sleeping_job(own_stack)
    process = own_stack.home.process()
    assert background.down(own_stack.home, grace_seconds=0)
    assert processes.find(process.pid) is None
    assert processes_with(marker) == []
    assert not own_stack.home.work_dir.exists()
    assert not own_stack.home.state_file.exists()


def test_down_ends_the_jobs_of_a_killed_stack(own_stack: Any) -> None:
    marker = start_sleeping_job(own_stack)
    supervisors = [
        each for each in processes.table() if f"{leftovers.SUPERVISOR} {own_stack.home.path}" in each.command
    ]
    assert supervisors
    for each in supervisors:
        processes.send(each.process, signal.SIGSTOP)
    process = own_stack.home.process()
    processes.send(process, signal.SIGKILL)
    until(lambda: own_stack.home.process() is None)
    assert processes_with(marker)
    assert not background.down(own_stack.home), "none was running"
    assert processes_with(marker) == []
    assert not own_stack.home.work_dir.exists()


def test_up_ends_the_jobs_of_a_killed_stack(own_stack: Any) -> None:
    marker = start_sleeping_job(own_stack)
    stop_supervisors(own_stack)
    os.kill(own_stack.running.pid, signal.SIGKILL)
    until(lambda: own_stack.home.process() is None)
    _, started = background.up(own_stack.home, 0, "us-east-1", "123456789012")
    assert started
    assert processes_with(marker) == []


def test_two_that_start_at_once_share_one_stack(environ: dict[str, str]) -> None:
    starting = [start(environ, "up") for _ in range(3)]
    said = [process.communicate(timeout=120)[0] for process in starting]
    assert [process.returncode for process in starting] == [0, 0, 0], said
    url = recorded(environ)["endpoint_url"]
    assert sorted(words.partition(" (")[0] for words in said) == [
        f"localaws is up at {url}",
        f"localaws was up already at {url}",
        f"localaws was up already at {url}",
    ]


def test_of_two_in_the_foreground_one_is_refused(environ: dict[str, str]) -> None:
    serving = [start(environ, "serve") for _ in range(2)]
    until(lambda: any(process.poll() is not None for process in serving))
    (refused,) = (process for process in serving if process.poll() is not None)
    (served,) = (process for process in serving if process is not refused)
    assert refused.returncode == 1
    words, _ = refused.communicate()
    assert re.search(rf"already runs( at http://\S+)? \(pid {served.pid}\): end it with `localaws down`", words), words
    assert run(environ, "up")[1].startswith("localaws was up already at"), "it waits for one that is starting"
    assert run(environ, "down") == (0, "localaws is down\n")
    assert served.wait(timeout=30) == 0
    served.communicate()


@pytest.mark.slow
def test_up_and_down_at_the_same_time_leave_one_stack_or_none(environ: dict[str, str]) -> None:
    run(environ, "up")
    commands = [start(environ, words) for words in ("down", "up", "down", "up")]
    said = [process.communicate(timeout=120)[0] for process in commands]
    assert [process.returncode for process in commands] == [0, 0, 0, 0], said
    stacks = [each for each in processes.table() if f"--log {environ['LOCALAWS_HOME']}/stack.log" in each.command]
    code, words = run(environ, "status")
    assert (len(stacks), code) in ((1, 0), (0, 3)), words


def test_a_stack_whose_state_file_is_damaged_is_ended(environ: dict[str, str]) -> None:
    run(environ, "up")
    state = Path(environ["LOCALAWS_HOME"], "stack.json")
    first = recorded(environ)
    for text in ("", "{", "[]", json.dumps({**first, "endpoint_url": 3}), json.dumps({**first, "pid": 1})):
        state.write_text(text)
        code, words = run(environ, "status")
        assert code == 4
        assert f"(pid {first['pid']}); if it stays so, `localaws down` ends it" in words
        assert run(environ, "env")[0] == 1
    assert run(environ, "down") == (0, "localaws is down\n")
    assert processes.find(first["pid"]) is None
    assert run(environ, "up")[1].startswith("localaws is up at")


def test_a_reused_process_number_is_not_ended(environ: dict[str, str]) -> None:
    run(environ, "up")
    running = recorded(environ)
    os.kill(running["pid"], signal.SIGKILL)
    with subprocess.Popen(["sleep", "600"]) as other:
        try:
            process = processes.find(other.pid)
            assert process is not None
            place = Path(environ["LOCALAWS_HOME"])
            (place / "stack.json").write_text(json.dumps({**running, "pid": other.pid}))
            (place / "stack.lock").write_text(json.dumps({"pid": process.pid, "started": process.started}))
            assert run(environ, "status") == (3, "localaws is not running\n")
            assert run(environ, "down") == (0, "localaws was not running\n")
            assert other.poll() is None
            assert not processes.send(processes.Process(other.pid, "another time"), signal.SIGKILL)
            assert other.poll() is None
        finally:
            other.kill()


def test_a_removed_home_ends_its_stack(tmp_path: Path) -> None:
    place = Home(tmp_path / "home")
    running, _ = background.up(place, 0, "us-east-1", "123456789012")
    place.path.rename(tmp_path / "elsewhere")
    until(lambda: processes.find(running.pid) is None)
    background._children.pop(running.pid).wait()


def test_a_folder_with_work_of_the_user_s_is_refused(tmp_path: Path) -> None:
    thesis = tmp_path / "work" / "thesis.txt"
    thesis.parent.mkdir()
    thesis.touch()
    tmp_path.chmod(0o755)
    environ = {**os.environ, "LOCALAWS_HOME": str(tmp_path)}
    for words in ("up", "serve"):
        assert run(environ, words) == (
            1,
            f"localaws: {tmp_path}/work was not made by a stack: set LOCALAWS_HOME to another folder\n",
        )
    assert run(environ, "down")[0] == 0
    assert thesis.exists()
    assert tmp_path.stat().st_mode & 0o777 == 0o755, "its mode is the user's"
    with pytest.raises(NotAHomeError):
        Home(tmp_path).create()


@pytest.mark.parametrize("words", ["up", "serve"])
def test_a_folder_that_cannot_be_made_is_one_line(words: str) -> None:
    code, said = run({**os.environ, "LOCALAWS_HOME": "/dev/null/home"}, words)
    assert code == 1
    assert said == "localaws: /dev/null/home: Not a directory: see to it, or set another LOCALAWS_HOME\n"


def test_a_full_disk_is_one_line(environ: dict[str, str]) -> None:
    done = subprocess.run(
        ["bash", "-c", 'ulimit -f 0; exec "$@"', "bash", *LOCALAWS, "up"],
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "File too large: see to it, or set another LOCALAWS_HOME" in done.stderr
    assert done.stderr.count("\n") == 1
    assert run(environ, "status")[0] == 3
