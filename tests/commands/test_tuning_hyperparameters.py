"""What a plan says that XGBoost takes is what the image takes."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from localaws.images.xgboost_algorithm.hyperparameters import ALIASES, KNOWN, Interval

TERRAFORM = (Path(__file__).resolve().parents[2] / "modules" / "tuning" / "xgboost.tf").read_text(encoding="utf-8")
NUMBERS = {
    found["name"]: dict(re.findall(r"(\w+) = ([-\w.]+)", found["bounds"]))
    for found in re.finditer(r"^    (?P<name>\w+) += \{(?P<bounds>.*)\}$", TERRAFORM, re.MULTILINE)
}
TEXTS = set(re.findall(r'^    "(\w+)",$', TERRAFORM, re.MULTILINE))


def test_every_hyperparameter_is_there() -> None:
    assert NUMBERS.keys() | TEXTS == KNOWN.keys() | ALIASES.keys() | {"silent"}
    assert not NUMBERS.keys() & TEXTS


@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_a_numbers_ends_are_the_images(name: str) -> None:
    known = KNOWN[ALIASES.get(name, name)]
    assert isinstance(known.allowed, Interval)
    bounds = dict(NUMBERS[name])
    assert (bounds.pop("integer", "false") == "true") is (known.kind == "integer")
    low, high = (float(end) for end in known.allowed.text[1:-1].split(","))
    expected = {("min" if known.allowed.text[0] == "[" else "above"): low}
    if math.isfinite(high):
        expected["max" if known.allowed.text[-1] == "]" else "below"] = high
    assert {name: float(value) for name, value in bounds.items()} == expected
