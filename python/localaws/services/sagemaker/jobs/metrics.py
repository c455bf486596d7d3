"""Metrics that SageMaker reads out of a training job's log."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from localaws.api.errors import validation_error
from localaws.services.sagemaker.jobs.metric_search import SECONDS, MetricSearch

__all__ = ["BUILT_IN", "MetricReader", "as_logged", "built_in_definitions", "objective_definition"]

NUMBER = r"([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?|nan|inf|-inf)"
_ROUND = re.compile(r"\[\d+\]((?:#011(?:train|validation)-[^:#]+:[^\s#]+)+)$")
_ENTRY = re.compile(rf"#011(train|validation)-([^:#]+):{NUMBER}")
BUILT_IN = ("xgboost",)
# Of the metrics that the algorithm can log, those that AWS's descriptions list: a job has 40 definitions at most.
_DESCRIBED = (
    *("accuracy", "auc", "aucpr", "cox-nloglik", "error", "f1", "f1_binary", "gamma-deviance", "gamma-nloglik"),
    *("logloss", "mae", "map", "merror", "mlogloss", "mse", "ndcg", "poisson-nloglik", "rmse", "tweedie-nloglik"),
)


def as_logged(line: str) -> str:
    """A line as CloudWatch Logs holds it: the log agent of training jobs writes a tab as #011."""
    return line.replace("\t", "#011")


def built_in_definitions(algorithm: str) -> list[dict[str, str]]:
    """The MetricDefinitions that a description shows for a built-in algorithm, which nobody has sent."""
    if algorithm not in BUILT_IN:
        return []
    names = [f"{channel}:{metric}" for channel in ("train", "validation") for metric in _DESCRIBED]
    return [{"Name": name, "Regex": _expression(name)} for name in names]


def objective_definition(metric: str) -> dict[str, str]:
    """The definition under which a tuning job's description names a built-in algorithm's objective once more."""
    return {"Name": "ObjectiveMetric", "Regex": _expression(metric)}


def _expression(name: str) -> str:
    """How the service reads a metric `channel:name` of built-in XGBoost out of the log."""
    return rf".*\[[0-9]+\].*#011{name.replace(':', '-')}:([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?).*"


class MetricReader:
    """Collects the values of every metric, in the order in which they are logged.

    `definitions`: [{"Name", "Regex"}] of the request; the first group of the expression is the value. `algorithm`: a
    built-in algorithm, whose own metrics are read as well. `warn` gets a line for each expression that is given up.
    Raises ValidationException for an expression that is none. Call `close` at the end.
    """

    def __init__(
        self,
        definitions: Iterable[Mapping[str, str]],
        algorithm: str | None = None,
        warn: Callable[[str], None] = lambda message: None,
    ) -> None:
        self._warn = warn
        self._search: MetricSearch | None = None
        self._algorithm = algorithm
        self._last: dict[str, tuple[float, datetime]] = {}
        self._values: dict[str, list[float]] = {}
        self._times: dict[str, list[datetime]] = {}
        self._expressions: list[tuple[str, str]] = []
        own = built_in_definitions(algorithm) if algorithm else []
        for definition in definitions:
            if definition in own:  # read below, each once, and nan and inf as well
                continue
            try:
                expression = re.compile(definition["Regex"])
            except (re.error, OverflowError, RecursionError) as error:
                raise validation_error(
                    f"MetricDefinition {definition['Name']!r}: {definition['Regex']!r} is no valid pattern: {error}."
                ) from error
            if expression.groups < 1:
                raise validation_error(
                    f"MetricDefinition {definition['Name']!r}: {definition['Regex']!r} needs a group around the value."
                )
            self._expressions.append((definition["Name"], definition["Regex"]))

    def read(self, line: str, now: datetime) -> None:
        """Take the metrics of one line of output (with its tabs)."""
        logged = as_logged(line)
        if self._expressions and self._search is None:
            self._search = MetricSearch([expression for _, expression in self._expressions])
        for index, found in self._search.find(line) if self._search else ():
            name, expression = self._expressions[index]
            if found is not None:
                self._take(name, found, now)
            else:
                self._warn(
                    f"MetricDefinition {name!r} is not read any more: its Regex {expression!r} takes more than "
                    f"{SECONDS:g} s for one line of the log. Use fewer repetitions within each other."
                )
        if self._algorithm == "xgboost" and (entries := _ROUND.search(logged)):
            for channel, metric, value in _ENTRY.findall(entries[1]):
                self._take(f"{channel}:{metric}", value, now)

    def close(self) -> None:
        """End the search; what was read stays."""
        if self._search is not None:
            self._search.close()

    def final(self) -> list[dict[str, Any]]:
        """FinalMetricDataList: the last value of each metric."""
        return [
            {"MetricName": name, "Value": value, "Timestamp": time}
            for name, (value, time) in sorted(self._last.items())
        ]

    def history(self, name: str) -> list[float]:
        """Every value of a metric so far, oldest first; safe to call from another thread than the reader's."""
        return list(self._values.get(name, ()))

    def data(self, job: str) -> list[dict[str, Any]]:
        """Every value of every metric as CloudWatch's PutMetricData takes it, for the training job `job`."""
        dimensions = [{"Name": "TrainingJobName", "Value": job}]
        return [
            {"MetricName": name, "Dimensions": dimensions, "Unit": "None", "Value": value, "Timestamp": time}
            for name, values in self._values.items()
            for value, time in zip(values, self._times[name], strict=True)
            if math.isfinite(value)  # CloudWatch takes no other
        ]

    def _take(self, name: str, text: str, now: datetime) -> None:
        try:
            value = float(text)
        except ValueError:
            return  # SageMaker leaves out what is no number, too
        self._last[name] = (value, now)
        self._values.setdefault(name, []).append(value)
        self._times.setdefault(name, []).append(now)
