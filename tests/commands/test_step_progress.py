"""What a person sees while an execution runs, on a terminal and in a file."""

from __future__ import annotations

import io
import itertools
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mlops.aws.executions import Execution, Step
from mlops.aws.polling import Polling
from mlops.commands.display.steps import Progress
from mlops.commands.run_pipeline import watch
from virtual_terminal import Terminal

START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
PREPROCESS = Step("PreprocessData", "Executing", START, None, kind="ProcessingJob", job="pipelines-x-PreprocessData")
TRAIN = Step(
    "TrainModel", "Executing", START + timedelta(seconds=12), None, kind="TrainingJob", job="pipelines-x-Train"
)


@pytest.fixture(autouse=True)
def xterm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")


def done(step: Step, seconds: int, status: str = "Succeeded", **more: str) -> Step:
    assert step.started
    return replace(step, status=status, ended=step.started + timedelta(seconds=seconds), **more)


def execution(*steps: Step, status: str = "Executing") -> Execution:
    return Execution("arn:execution", status, None, steps)


def test_plain_output_has_one_line_for_each_change() -> None:
    out = io.StringIO()
    progress = Progress(out, now=lambda: START + timedelta(seconds=5))
    for _ in range(3):
        progress.show(execution(PREPROCESS))
    progress.show(execution(done(PREPROCESS, 12), TRAIN))
    progress.show(execution(done(PREPROCESS, 12), done(TRAIN, 3, note="cached")))
    assert out.getvalue() == (
        "  PreprocessData                Executing\n"
        "  PreprocessData                Succeeded     12 s\n"
        "  TrainModel                    Executing\n"
        "  TrainModel                    Succeeded      3 s  cached\n"
    )


def test_a_terminal_shows_the_running_seconds_in_place() -> None:
    out, now = Terminal(), [START + timedelta(seconds=5)]
    with Progress(out, 80, now=lambda: now[0], refresh=False) as progress:
        progress.show(execution(PREPROCESS))
        assert out.screen() == ["  PreprocessData                Executing      5 s"]
        now[0] += timedelta(seconds=5)
        progress.show(execution(PREPROCESS))
        assert out.screen() == ["  PreprocessData                Executing     10 s"]
        now[0] += timedelta(seconds=5)
        progress.show(execution(done(PREPROCESS, 12), TRAIN))
        assert out.screen() == [
            "  PreprocessData                Succeeded     12 s",
            "  TrainModel                    Executing      3 s",
        ]
        assert not out.cursor_is_shown
    assert out.cursor_is_shown
    assert len(out.screen()) == 2, "what ran at the end stays on the screen"


def test_the_last_step_leaves_nothing_but_its_row() -> None:
    out = Terminal()
    with Progress(out, 80, now=lambda: START, refresh=False) as progress:
        progress.show(execution(PREPROCESS))
        progress.show(execution(done(PREPROCESS, 12)))
    out.write("next\n")
    assert out.screen() == ["  PreprocessData                Succeeded     12 s", "next"]
    assert "Succeeded\x1b[0m" in out.getvalue(), "the status is coloured"


def test_ctrl_c_gives_the_cursor_back_and_keeps_what_ran() -> None:
    out = Terminal()

    def interrupted() -> None:
        with Progress(out, 80, now=lambda: START, refresh=False) as progress:
            progress.show(execution(PREPROCESS))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert out.cursor_is_shown
    assert out.screen() == ["  PreprocessData                Executing      0 s"]


def test_running_seconds_advance_between_snapshots() -> None:
    """A thread redraws the rows; the test waits for what it draws, not for a time."""
    drawn = threading.Event()
    calls = itertools.count()

    def now() -> datetime:
        seconds = next(calls)
        if seconds > 3:
            drawn.set()
        return START + timedelta(seconds=seconds)

    with Progress(Terminal(), 80, now=now) as progress:
        progress.show(execution(PREPROCESS))
        assert drawn.wait(30)


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_cannot_move_the_cursor_gets_plain_lines(term: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", term)
    out = Terminal()
    with Progress(out, 80, now=lambda: START, refresh=False) as progress:
        progress.show(execution(PREPROCESS))
        progress.show(execution(done(PREPROCESS, 12)))
    assert "\x1b" not in out.getvalue()
    assert len(out.screen()) == 2


def test_steps_that_run_at_once_are_all_shown() -> None:
    out = Terminal()
    with Progress(out, 80, now=lambda: START + timedelta(seconds=20), refresh=False) as progress:
        progress.show(execution(PREPROCESS, TRAIN))
        progress.show(execution(PREPROCESS, done(TRAIN, 4)))
    assert out.screen() == [
        "  TrainModel                    Succeeded      4 s",
        "  PreprocessData                Executing     20 s",
    ]


def test_a_failure_says_why_within_the_columns() -> None:
    out = Terminal()
    reason = "ClientError: " + "the column [income] is not there; " * 8
    with Progress(out, columns=60, refresh=False) as progress:
        progress.show(execution(done(PREPROCESS, 2, "Failed", failure=reason), status="Failed"))
    shown = out.screen()
    assert shown[0] == "  PreprocessData                Failed         2 s"
    assert " ".join(line.strip() for line in shown[1:]) == reason.strip(), "square brackets are no markup"
    assert max(map(len, shown)) <= 60


def test_long_names_and_narrow_terminals_do_not_wrap() -> None:
    out = Terminal()
    step = replace(PREPROCESS, name="PreprocessEverythingThatCanBePreprocessed")
    with Progress(out, columns=40, now=lambda: START, refresh=False) as progress:
        progress.show(execution(step))
    assert [len(line) < 40 for line in out.screen()] == [True]


class FakeSageMaker:
    """An execution that goes one snapshot on each time it is asked."""

    def __init__(self, snapshots: list[tuple[str, list[dict[str, object]]]]) -> None:
        self.snapshots = snapshots
        self.asked = -1

    def describe_pipeline_execution(self, PipelineExecutionArn: str) -> dict[str, object]:
        self.asked = min(self.asked + 1, len(self.snapshots) - 1)
        return {"PipelineExecutionStatus": self.snapshots[self.asked][0]}

    def list_pipeline_execution_steps(self, **request: str) -> dict[str, object]:
        steps = self.snapshots[self.asked][1]
        at = int(request.get("NextToken", "0"))
        more = {"NextToken": str(at + 1)} if at + 1 < len(steps) else {}
        return {"PipelineExecutionSteps": steps[at : at + 1], **more}


def step(name: str, status: str) -> dict[str, object]:
    return {"StepName": name, "StepStatus": status, "StartTime": START, "EndTime": START, "Metadata": {}}


def test_watching_asks_often_at_first_and_less_often_later() -> None:
    running = ("Executing", [step("A", "Executing")])
    ended = ("Succeeded", [step("A", "Succeeded"), step("B", "Succeeded")])
    now, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += 100

    sagemaker = FakeSageMaker([running] * 6 + [ended])
    last = watch(sagemaker, "arn:execution", Progress(io.StringIO()), Polling(sleep=sleep, clock=lambda: now[0]))
    assert slept == [0.5, 100 / 60, 200 / 60, 5.0, 5.0, 5.0]
    assert last.status == "Succeeded"
    assert [each.name for each in last.steps] == ["A", "B"], "all pages of steps are read"
