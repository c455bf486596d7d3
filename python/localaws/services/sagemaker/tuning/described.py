"""What DescribeHyperParameterTuningJob gives back of a request.

AWS fills in what was not sent, and clients rely on it: SDK v2's `HyperparameterTuner.attach` goes over all three lists
of ranges, and reads ResourceConfig and MetricDefinitions without asking whether they are there, although the SDK itself
sends neither (it sends HyperParameterTuningResourceConfig; that AWS gives both for it follows from the SDK only).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from localaws.services.sagemaker.jobs.checks import echo
from localaws.services.sagemaker.jobs.metrics import built_in_definitions, objective_definition
from localaws.services.sagemaker.jobs.training_described import FLAGS, own_algorithm
from localaws.services.sagemaker.tuning.definitions import Definition, resources_of

if TYPE_CHECKING:
    from localaws.account import Account

__all__ = ["described_request"]

_SCALED = ("ContinuousParameterRanges", "IntegerParameterRanges")


def described_request(stack: Account, request: Mapping[str, Any], definitions: list[Definition]) -> dict[str, Any]:
    """The described members that a checked CreateHyperParameterTuningJob request gives, with the service's defaults."""
    described = echo("DescribeHyperParameterTuningJob", request)
    config = described["HyperParameterTuningJobConfig"]
    if "ParameterRanges" in config:
        described["HyperParameterTuningJobConfig"] = {**config, "ParameterRanges": _ranges(config["ParameterRanges"])}
    filled = [_definition(stack, definition) for definition in definitions]
    if "TrainingJobDefinition" in described:
        described["TrainingJobDefinition"] = filled[0]
    else:
        described["TrainingJobDefinitions"] = filled
    return described


def _ranges(given: Mapping[str, Any]) -> dict[str, Any]:
    scaled = {kind: [{"ScalingType": "Auto", **one} for one in given.get(kind, ())] for kind in _SCALED}
    return {**given, **scaled, "CategoricalParameterRanges": list(given.get("CategoricalParameterRanges", ()))}


def _definition(stack: Account, definition: Definition) -> dict[str, Any]:
    given = definition.given
    algorithm = dict(given["AlgorithmSpecification"])
    if own := own_algorithm(stack, algorithm["TrainingImage"], given.get("StaticHyperParameters", {})):
        algorithm["MetricDefinitions"] = [*built_in_definitions(own), objective_definition(definition.metric)]
    filled = {**FLAGS, **given, "AlgorithmSpecification": algorithm}
    if "HyperParameterRanges" in given:
        filled["HyperParameterRanges"] = _ranges(given["HyperParameterRanges"])
    if resources := given.get("HyperParameterTuningResourceConfig"):
        filled.setdefault("ResourceConfig", resources_of(resources))
    return filled
