"""What a killed demo left running is found by its mark and ended, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mlops.aws.errors import UserError
from mlops.demo import leftovers

HOLDER = """
import signal, sys, time
from pathlib import Path
from mlops.demo import leftovers
if sys.argv[2] == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
with leftovers.alone(Path(sys.argv[1])):
    print("holds", flush=True)
    time.sleep(600)
"""


@contextmanager
def sleeping(**environment: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "600"], env={**os.environ, **environment}) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def holding(folder: Path, how: str = "") -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A shell (in make's place) whose child is a demo that holds the folder; the shell and the demo's number."""
    program = '"$0" -c "$1" "$2" "$3" & echo $!; wait'
    with subprocess.Popen(
        ["sh", "-c", program, sys.executable, HOLDER, str(folder), how], stdout=subprocess.PIPE, text=True
    ) as shell:
        assert shell.stdout is not None
        pid = int(shell.stdout.readline())
        assert shell.stdout.readline() == "holds\n"
        try:
            yield shell, pid
        finally:
            subprocess.run(["kill", "-9", str(pid)], capture_output=True)
            shell.kill()


def test_only_what_has_the_folder_s_mark_is_killed(tmp_path: Path) -> None:
    mine, other = tmp_path / "a demo", tmp_path / "a demo of another checkout"
    with (
        sleeping(**{leftovers.MARK: str(mine)}) as left,
        sleeping(**{leftovers.MARK: str(other)}) as others,
        sleeping(PWD=str(mine)) as users,
    ):
        assert leftovers.kill_marked(mine)
        assert left.wait(timeout=20) == -9
        assert others.poll() is None
        assert users.poll() is None
        assert not leftovers.kill_marked(mine)


def test_a_demo_of_a_living_make_is_left_alone(tmp_path: Path) -> None:
    with holding(tmp_path) as (shell, pid):
        said = rf"another demo runs in {tmp_path} \(pid {pid}\): wait for it, or end it"
        with pytest.raises(UserError, match=said), leftovers.alone(tmp_path):
            pass
        assert shell.poll() is None


@pytest.mark.parametrize("how", ["", "deaf"])
def test_a_demo_whose_make_was_killed_is_ended(tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if how:
        monkeypatch.setattr(leftovers, "_END_SECONDS", 0.2)
    with holding(tmp_path, how) as (shell, pid):
        shell.kill()
        shell.wait()
        with leftovers.alone(tmp_path):
            assert not leftovers._lives(pid)


def test_a_demo_that_has_just_begun_is_left_alone(tmp_path: Path) -> None:
    with holding(tmp_path):
        (tmp_path / "lock").write_text("")
        with pytest.raises(UserError, match=r"another demo runs in .* \(just started\)"), leftovers.alone(tmp_path):
            pass


def test_the_temporary_folder_is_short_private_and_the_same_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("x" * 100) / "build" / "demo"
    monkeypatch.setattr(leftovers.tempfile, "gettempdir", lambda: str(tmp_path))  # type: ignore[attr-defined]
    made = leftovers.temporary_folder(deep)
    assert made == leftovers.temporary_folder(deep)
    assert made.parent == tmp_path
    assert len(made.name) < 30
    assert made.stat().st_mode & 0o777 == 0o700
    made.rmdir()
    made.symlink_to(tmp_path)
    with pytest.raises(UserError, match="is another user's"):
        leftovers.temporary_folder(deep)
