"""Types of command-line arguments; each says what it refuses and what it takes."""

from __future__ import annotations

import argparse
import re

__all__ = ["instance_type", "percent", "positive", "whole_number"]


def whole_number(text: str, low: int, high: int | None = None) -> int:
    """An integer from ``low`` to ``high``, as argparse wants it."""
    rule = f"a whole number, {low} or more" if high is None else f"a whole number from {low} to {high}"
    if re.fullmatch(r"-?[0-9]{1,18}", text) is None or not low <= int(text) <= (int(text) if high is None else high):
        raise argparse.ArgumentTypeError(f"{text!r} is not {rule}")
    return int(text)


def positive(text: str) -> int:
    """1 or more."""
    return whole_number(text, 1)


def percent(text: str) -> int:
    """0 to 100."""
    return whole_number(text, 0, 100)


def instance_type(text: str) -> str:
    """The form of an instance type's name; SageMaker knows which there are."""
    if re.fullmatch(r"ml\.[a-z0-9-]+\.[a-z0-9-]+", text) is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not an instance type of SageMaker, such as ml.m5.large")
    return text
