"""A stack's home folder, its lock and its state file, and how processes are told apart."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from localaws import background
from localaws.runtime import leftovers, processes
from localaws.stack_lock import LockError
from localaws.state import Home, home


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b"null", b'"x"', b'{"pid": 1}', b"\xff\xfe", b'{"pid": "x", "endpoint_url": 3}']
)
def test_a_damaged_state_file_of_no_stack_is_ignored(tmp_path: Path, text: bytes) -> None:
    place = Home(tmp_path / "home")
    place.create()
    place.state_file.write_bytes(text)
    assert place.process() is None
    assert place.running() is None
    assert not background.down(place)


def test_a_lock_whose_process_cannot_be_seen_is_respected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("localaws.stack_lock._PATIENCE_SECONDS", 0.1)
    place = Home(tmp_path / "home")
    place.create()
    place.stack_lock_file.write_text('{"pid": 1, "started": "on another machine"}')
    with place.stack_lock_file.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        for act in (place.process, place.lock, lambda: background.down(place)):
            with pytest.raises(LockError, match="a process that cannot be seen from here"):
                act()
    assert place.process() is None


def test_a_home_may_be_relative_or_in_the_user_s_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.setenv("LOCALAWS_HOME", "here")
    assert home().path == tmp_path / "here"
    monkeypatch.setenv("LOCALAWS_HOME", "~/here")
    assert home().path == tmp_path / "user" / "here"
    (tmp_path / "link").symlink_to(tmp_path / "here")
    monkeypatch.setenv("LOCALAWS_HOME", "link")
    assert home().path == tmp_path / "here", "one folder has one name"


def test_the_state_file_is_its_owner_s_only(tmp_path: Path) -> None:
    place = Home(tmp_path)
    place.state_file.with_suffix(".new").touch(mode=0o666)
    running = background.RunningStack(1, "http://127.0.0.1:1", "us-east-1", "123456789012", "key", "secret", None)
    place.write(running)
    assert place.state_file.stat().st_mode & 0o777 == 0o600


def test_processes_are_found_without_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS."""
    monkeypatch.setattr(processes, "_PROC", Path("/nonexistent"))
    process = processes.find(os.getpid())
    assert process is not None
    assert process == processes.find(os.getpid())
    with subprocess.Popen(["sleep", "600"]) as child:
        (listed,) = (each for each in processes.table() if each.process.pid == child.pid)
        assert (listed.parent, listed.command) == (os.getpid(), "sleep 600")
        assert processes.send(listed.process, signal.SIGKILL)
    assert processes.find(child.pid) is None


def test_supervisors_of_another_installation_are_found_and_other_homes_left_alone(tmp_path: Path) -> None:
    program = [sys.executable, "-c", "import time; time.sleep(600)", "/elsewhere/localaws/images"]
    with (
        subprocess.Popen([*program, "supervisor", str(tmp_path / "work" / "job" / "plan.json")]) as left,
        subprocess.Popen([*program, "supervisor", str(tmp_path / "work2" / "job" / "plan.json")]) as other,
        subprocess.Popen(["sleep", "600"], cwd=tmp_path, env={"PWD": str(tmp_path / "work" / "job")}) as users,
    ):
        try:
            leftovers.kill(tmp_path / "work")
            assert left.wait(timeout=20) == -signal.SIGKILL
            assert (other.poll(), users.poll()) == (None, None)
        finally:
            for process in (left, other, users):
                process.kill()
