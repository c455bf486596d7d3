"""The demo's questions to the endpoints: raw rows in, scores out."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mlops.commands import models_invoke

__all__ = ["ask", "rows"]

_ROWS = 3


def ask(project: Path, outputs: Mapping[str, Any]) -> Iterator[str]:
    """Asks the real-time endpoint, then each model of the multi-model endpoint; gives a line for each to show.

    Args:
        project: the checkout, whose bundled data the rows are taken from.
        outputs: the root module's; endpoints that it did not make are null there.
    """
    models = json.loads((project / "rendered" / "bootstrap" / "bootstrap.json").read_text(encoding="utf-8"))
    sent = rows(project / "data" / "adult" / "adult.csv", models["features"])
    yield f"{_ROWS} raw rows, the first: {sent.splitlines()[0]}"
    questions: list[tuple[str | None, str | None]] = [(outputs["endpoint_name"], None)]
    questions += [(outputs["multi_model_endpoint_name"], f"{name}.tar.gz") for name in sorted(models["models"])]
    for endpoint, target in questions:
        if endpoint is None:
            continue
        began = time.monotonic()
        scores = models_invoke.ask(endpoint, sent, target).replace(",", " ").split()
        milliseconds = (time.monotonic() - began) * 1000
        shown = ", ".join(f"{float(score):.4f}" for score in scores)
        yield f"{endpoint}{f' ({target})' if target else ''}: {shown}  in {milliseconds:.0f} ms"


def rows(file: Path, features: list[str]) -> str:
    """The first raw rows of a data set, each with its features in the model's order, as CSV."""
    with file.open(encoding="utf-8", newline="") as stream:
        first = [row for _, row in zip(range(_ROWS), csv.DictReader(stream), strict=False)]
    return "\n".join(",".join(row[name] for name in features) for row in first)
