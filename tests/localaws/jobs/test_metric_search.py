"""Metrics are read out of the log, whatever expression the user gave."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from localaws.api.errors import AwsError
from localaws.services.sagemaker.jobs.metrics import MetricReader

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LINE = "a" * 60 + "! loss=0.25"


def reader(*expressions: str, warnings: list[str] | None = None) -> MetricReader:
    definitions = [{"Name": f"m{index}", "Regex": each} for index, each in enumerate(expressions)]
    return MetricReader(definitions, None, [].append if warnings is None else warnings.append)


def values(read: MetricReader) -> dict[str, float]:
    return {each["MetricName"]: each["Value"] for each in read.final()}


def test_the_first_group_is_the_value() -> None:
    read = reader(r"loss=([0-9.]+)", r"#011auc:(\S+)", r"\tauc:(\S+)", r"(x)?loss", r"(?<=auc:)(\d+)", r"no (value)")
    for line in ("loss=0.5\tauc:1", "nothing", "loss=0.25 ü\u2028", "no value"):
        read.read(line, NOW)
    read.close()
    assert values(read) == {"m0": 0.25, "m1": 1.0, "m2": 1.0, "m4": 1.0}
    assert read.history("m0") == [0.5, 0.25]


def test_two_definitions_may_share_a_name() -> None:
    read = MetricReader([{"Name": "m", "Regex": r"a=(\d)"}, {"Name": "m", "Regex": r"b=(\d)"}])
    read.read("a=1 b=2", NOW)
    read.close()
    assert read.history("m") == [1.0, 2.0]


@pytest.mark.parametrize("hostile", [r"(a|aa)+(\d)$", r"(a+)+(\d)$", ".*.*.*.*.*.*.*.*.*.*(x)", r"((a|b|ab)*)*(c)"])
def test_an_expression_that_backtracks_is_given_up_and_stops_nothing_else(hostile: str) -> None:
    warnings: list[str] = []
    read = reader(hostile, r"loss=([0-9.]+)", warnings=warnings)
    thread = threading.Thread(target=read.read, args=(LINE, NOW))
    thread.start()
    turns = 0
    while thread.is_alive():
        turns += 1  # this thread goes on: the lock of the interpreter is free
        thread.join(0.01)
    read.read("loss=0.5", NOW)
    read.close()
    assert turns > 3
    assert read.history("m1") == [0.25, 0.5]
    (warning,) = warnings
    assert "MetricDefinition 'm0'" in warning
    assert repr(hostile) in warning


@pytest.mark.parametrize("wrong", ["(", "a", "(a{99999999999})", "(" * 240, "(?P<a>x)(?P<a>y)"])
def test_an_expression_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(AwsError, match="MetricDefinition 'm0'"):
        reader(wrong)


def test_rounds_of_the_built_in_algorithm_take_no_time() -> None:
    """Each part could begin inside the one before it."""
    read = MetricReader([], "xgboost")
    read.read("[1]" + "\ttrain-auc:1" * 2000 + " ", NOW)
    read.read("[1]\ttrain-auc:0.5\tvalidation-auc:0.25", NOW)
    assert values(read) == {"train:auc": 0.5, "validation:auc": 0.25}
