"""What the demo prints."""

from __future__ import annotations

import io

import pytest

from mlops.demo.screen import Screen
from virtual_terminal import Terminal


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_times_are_split_into_terraform_jobs_and_the_rest() -> None:
    clock, log = Clock(), io.StringIO()
    screen = Screen(io.StringIO(), log, clock)
    for title, owner, seconds, jobs in (("up", "overhead", 1, 0), ("apply", "terraform", 60, 0), ("run", "jobs", 8, 6)):
        with screen.phase(title, owner) as phase:
            clock.now += seconds
            phase.job_seconds = jobs
    lines = screen.times().splitlines()
    assert lines[-2].split() == ["in", "all", "69.0", "s"]
    assert lines[-1] == "  of which Terraform 60.0 s, the jobs 6.0 s, the demo itself 3.0 s"
    assert log.getvalue() == "==> up\n==> apply\n==> run\n"


def test_a_phase_that_fails_is_timed_and_remembered() -> None:
    clock = Clock()
    screen = Screen(io.StringIO(), io.StringIO(), clock)

    def fail() -> None:
        with screen.phase("apply", "terraform"):
            clock.now += 2
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail()
    assert screen.current == "apply"
    assert screen.phases[0].seconds == 2


def test_of_terraform_s_lines_only_milestones_reach_a_file() -> None:
    out, log = io.StringIO(), io.StringIO()
    screen = Screen(out, log)
    said = ["aws_s3_bucket.this: Creating...", "", "Apply complete! Resources: 1 added, 0 changed, 0 destroyed."]
    for line in said:
        screen.terraform_line(line)
    assert out.getvalue() == "  Apply complete! Resources: 1 added, 0 changed, 0 destroyed.\n"
    assert log.getvalue().splitlines() == said


def test_on_a_terminal_one_line_moves_and_is_gone_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    out = Terminal()
    screen = Screen(out, io.StringIO())
    for line in ("aws_s3_bucket.this: Creating...", "aws_s3_bucket.this: Creation complete after 0s"):
        screen.terraform_line(line)
        assert out.screen() == [f"  {line}"]
    screen.terraform_line("Apply complete!")
    assert out.screen() == ["  Apply complete!"]
    assert out.cursor_is_shown


def test_a_phase_that_is_interrupted_leaves_the_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    out = Terminal()
    screen = Screen(out, io.StringIO())

    def interrupted() -> None:
        with screen.phase("apply", "terraform"):
            screen.terraform_line("aws_s3_bucket.this: Creating...")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert out.cursor_is_shown
    assert len(out.screen()) == 1, "the moving line is gone"
