"""Selectable inference content: what $SAGEMAKER_INFERENCE_OUTPUT names, row by row."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Sequence
from typing import Any

from .records import write_records

__all__ = ["encode", "select"]

# In the order in which answers have them.
_BINARY = ("predicted_label", "labels", "raw_score", "raw_scores")
_PROBABLE = (*_BINARY[:2], "probability", "probabilities", *_BINARY[2:])
_SCORE = ("predicted_score",)
_KEYS = {
    "reg:squarederror": _SCORE,
    "reg:logistic": _SCORE,
    "reg:gamma": _SCORE,
    "reg:absoluteerror": _SCORE,
    "reg:tweedie": _SCORE,
    "binary:logistic": _PROBABLE,
    "binary:logitraw": _BINARY,
    "binary:hinge": _BINARY,
    "multi:softmax": _BINARY,
    "multi:softprob": _PROBABLE,
}


def select(predictions: Any, keys: Sequence[str], objective: str, classes: str) -> list[dict[str, Any]]:
    """For each prediction the content of `keys`; NaN for a key that the objective does not have.

    Raises ValueError for an objective without selectable content.
    """
    if objective not in _KEYS:
        raise ValueError(f"Objective `{objective}` unsupported for selectable inference predictions.")
    fit = [key for key in _KEYS[objective] if key in keys]
    unfit = [key for key in dict.fromkeys(keys) if key not in fit]
    if unfit:
        logging.warning(
            "Selected key(s) %s incompatible for objective '%s'. Please use list of compatible selectable inference "
            "predictions: %s",
            set(unfit),
            objective,
            list(_KEYS[objective]),
        )
    return [
        {key: _content(key, prediction, objective, classes) for key in fit} | dict.fromkeys(unfit, math.nan)
        for prediction in predictions
    ]


def _content(key: str, prediction: Any, objective: str, classes: str) -> Any:
    several = objective == "multi:softprob"
    if key == "labels":
        return [0, 1] if objective.startswith("binary:") else list(range(int(classes)))
    if key == "predicted_label":
        return _label(prediction, objective)
    if key in ("probability", "raw_score", "predicted_score"):
        return max(prediction).item() if several else prediction.item()
    if several:
        return prediction.tolist()
    score = prediction.item()
    return [1.0 - score, score]


def _label(prediction: Any, objective: str) -> int | float:
    if objective == "multi:softprob":
        return int(prediction.argmax())
    if objective in ("binary:hinge", "multi:softmax"):
        return float(prediction)
    return int(prediction > (0.5 if objective == "binary:logistic" else 0))


def encode(selected: list[dict[str, Any]], keys: Sequence[str], accept: str, batch: bool) -> str | bytes:
    """The selected content in the accepted type; raises RuntimeError for another."""
    if accept == "application/json":
        return json.dumps({"predictions": selected})
    if accept == "application/jsonlines":
        return "".join(f"{json.dumps(row)}\n" for row in selected)
    if accept == "application/x-recordio-protobuf":
        return write_records(
            [{key: value if isinstance(value, list) else [value] for key, value in row.items()} for row in selected]
        )
    if accept == "text/csv":
        lines = [
            ",".join(f'"{row[key]}"' if isinstance(row[key], list) else str(row[key]) for key in keys)
            for row in selected
        ]
        return "\n".join(lines) + ("\n" if batch else "")
    raise RuntimeError(f"Cannot encode selected predictions into accept type '{accept}'.")
