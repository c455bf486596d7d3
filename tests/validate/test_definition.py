"""Is registration really gated? The product's definition is; each way of nearly doing it is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mlops.validate.definition import gate_fault, steps, uses


def condition(document: dict[str, Any]) -> dict[str, Any]:
    return next(step for step in document["Steps"] if step["Type"] == "Condition")


def register(document: dict[str, Any]) -> dict[str, Any]:
    return next(step for step in steps(document) if step["Type"] == "RegisterModel")


def test_the_product_s_own_definition_is_gated(definition: dict[str, Any]) -> None:
    assert gate_fault(definition) is None


def test_a_negated_condition_is_a_gate_too(definition: dict[str, Any]) -> None:
    arguments = condition(definition)["Arguments"]
    arguments["IfSteps"], arguments["ElseSteps"] = arguments["ElseSteps"], arguments["IfSteps"]
    assert gate_fault(definition) is None


def no_register(document: dict[str, Any]) -> None:
    condition(document)["Arguments"]["IfSteps"] = []


def no_condition(document: dict[str, Any]) -> None:
    document["Steps"] = [step for step in document["Steps"] if step["Type"] != "Condition"] + [register(document)]


def registers_beside(document: dict[str, Any]) -> None:
    document["Steps"].append({**register(document), "Name": "RegisterAnyway"})


def registers_after(document: dict[str, Any]) -> None:
    moved = {**register(document), "DependsOn": [condition(document)["Name"]]}
    condition(document)["Arguments"]["IfSteps"] = []
    document["Steps"].append(moved)


def registers_in_both(document: dict[str, Any]) -> None:
    condition(document)["Arguments"]["ElseSteps"].append({**register(document), "Name": "RegisterTheBadOneToo"})


def looks_at_nothing(document: dict[str, Any]) -> None:
    condition(document)["Arguments"]["Conditions"] = [{"Type": "Equals", "LeftValue": 1, "RightValue": 1}]


def looks_at_training_data(document: dict[str, Any]) -> None:
    left = condition(document)["Arguments"]["Conditions"][0]["LeftValue"]
    left["Std:JsonGet"]["PropertyFile"] = {"Get": "Steps.PreprocessData.PropertyFiles.PreprocessReport"}


def fails_silently(document: dict[str, Any]) -> None:
    condition(document)["Arguments"]["ElseSteps"] = []


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (no_register, "the pipeline has no step that registers the model"),
        (no_condition, "the pipeline registers without any condition"),
        (registers_beside, "RegisterAnyway registers the model whatever the condition CheckQuality says"),
        (registers_after, "does not decide on registration: RegisterModel"),
        (registers_in_both, "the condition CheckQuality registers the model in both of its branches"),
        (looks_at_nothing, "the condition CheckQuality does not look at what EvaluateModel measured"),
        (looks_at_training_data, "the condition CheckQuality does not look at what EvaluateModel measured"),
        (fails_silently, "the condition CheckQuality leads to no Fail step that says why"),
    ],
)
def test_nearly_a_gate(spoil: Callable[[dict[str, Any]], None], fault: str, definition: dict[str, Any]) -> None:
    spoil(definition)
    assert fault in (gate_fault(definition) or "")


def test_a_second_condition_does_not_hide_the_gate(definition: dict[str, Any]) -> None:
    other = {"Name": "Other", "Type": "Condition", "Arguments": {"Conditions": [], "IfSteps": [], "ElseSteps": []}}
    definition["Steps"].insert(0, other)
    assert gate_fault(definition) is None


def test_references_are_found_at_any_depth() -> None:
    assert uses({"a": [{"b": {"Get": "Parameters.X"}}]}, "Parameters.X")
    assert not uses({"a": ["Parameters.X", {"Get": "Parameters.XY"}]}, "Parameters.X")
