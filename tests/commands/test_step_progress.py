"""What a person sees while an execution runs, on a terminal and in a file."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mlops.aws.executions import Execution, Step
from mlops.aws.polling import Polling
from mlops.commands.display.steps import Progress
from mlops.commands.run_pipeline import watch

START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
PREPROCESS = Step("PreprocessData", "Executing", START, None, kind="ProcessingJob", job="pipelines-x-PreprocessData")
TRAIN = Step(
    "TrainModel", "Executing", START + timedelta(seconds=12), None, kind="TrainingJob", job="pipelines-x-Train"
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def done(step: Step, seconds: int, status: str = "Succeeded", **more: str) -> Step:
    assert step.started
    return replace(step, status=status, ended=step.started + timedelta(seconds=seconds), **more)


def execution(*steps: Step, status: str = "Executing") -> Execution:
    return Execution("arn:execution", status, None, steps)


def screen(text: str) -> list[str]:
    """What a terminal shows in the end: the escape sequences for "up" and "erase the line" carried out."""
    lines: list[str] = [""]
    row = 0
    rest = text
    while rest:
        if rest.startswith("\x1b[1A"):
            row, rest = row - 1, rest[4:]
        elif rest.startswith("\x1b[2K"):
            lines[row], rest = "", rest[4:]
        elif rest.startswith("\x1b["):
            rest = rest[rest.index("m") + 1 :]
        elif rest[0] == "\n":
            row, rest = row + 1, rest[1:]
            lines += [""] * (row + 1 - len(lines))
        else:
            lines[row] += rest[0]
            rest = rest[1:]
    return [line for line in lines if line]


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
    out = Terminal()
    seconds = iter(range(5, 100, 5))
    progress = Progress(out, now=lambda: START + timedelta(seconds=next(seconds)))
    progress.show(execution(PREPROCESS))
    assert screen(out.getvalue()) == ["  PreprocessData                Executing      5 s"]
    progress.show(execution(PREPROCESS))
    assert screen(out.getvalue()) == ["  PreprocessData                Executing     10 s"]
    progress.show(execution(done(PREPROCESS, 12), TRAIN))
    assert screen(out.getvalue()) == [
        "  PreprocessData                Succeeded     12 s",
        "  TrainModel                    Executing      3 s",
    ]


def test_steps_that_run_at_once_are_all_shown() -> None:
    out = Terminal()
    progress = Progress(out, now=lambda: START + timedelta(seconds=20))
    progress.show(execution(PREPROCESS, TRAIN))
    progress.show(execution(PREPROCESS, done(TRAIN, 4)))
    assert screen(out.getvalue()) == [
        "  TrainModel                    Succeeded      4 s",
        "  PreprocessData                Executing     20 s",
    ]


def test_a_failure_says_why_within_the_columns() -> None:
    out = Terminal()
    reason = "ClientError: " + "the column income is not there; " * 8
    progress = Progress(out, columns=60)
    progress.show(execution(done(PREPROCESS, 2, "Failed", failure=reason), status="Failed"))
    shown = screen(out.getvalue())
    assert shown[0] == "  PreprocessData                Failed         2 s"
    assert " ".join(line.strip() for line in shown[1:]) == reason.strip()
    assert max(map(len, shown)) <= 60


def test_long_names_and_narrow_terminals_do_not_wrap() -> None:
    out = Terminal()
    step = replace(PREPROCESS, name="PreprocessEverythingThatCanBePreprocessed")
    Progress(out, columns=40, now=lambda: START).show(execution(step))
    assert max(map(len, screen(out.getvalue()))) < 40


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
