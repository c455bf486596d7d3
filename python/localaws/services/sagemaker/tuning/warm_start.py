"""Tuning jobs that learn from earlier ones.

https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-warm-start.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from localaws.api.errors import validation_error
from localaws.services.sagemaker.jobs.lifecycle import FINAL
from localaws.services.sagemaker.tuning.definitions import Definition
from localaws.services.sagemaker.tuning.strategies import Observation
from localaws.store import Record

if TYPE_CHECKING:
    from localaws.account import Account

__all__ = ["observations", "parents_best", "parents_of"]

IDENTICAL = "IdenticalDataAndAlgorithm"


def parents_of(stack: Account, request: Mapping[str, Any], definitions: list[Definition]) -> list[Record]:
    """The checked parents of a request, oldest first; raises ValidationException for parents that cannot be learnt
    from."""
    config = request.get("WarmStartConfig")
    if config is None:
        return []
    names = [each.get("HyperParameterTuningJobName", "") for each in config["ParentHyperParameterTuningJobs"]]
    if len(set(names)) < len(names):
        raise validation_error(f"ParentHyperParameterTuningJobs has a name twice: {', '.join(names)}.")
    parents = []
    for name in names:
        parent = stack.store.find("HyperParameterTuningJob", name)
        if parent is None:
            raise validation_error(f"The parent hyperparameter tuning job [{name}] does not exist.")
        _check(parent, definitions, identical=config["WarmStartType"] == IDENTICAL)
        parents.append(parent)
    return sorted(parents, key=lambda parent: parent.sequence)


def observations(parents: list[Record], index: int, definition: Definition) -> list[Observation]:
    """What the parents' trials say about the space of a definition, oldest trial first.

    A hyperparameter that the parent had fixed counts with its fixed value.
    """
    found = []
    for parent in parents:
        theirs = parent.internal["definitions"]
        their = theirs[min(index, len(theirs) - 1)]
        static = their.given.get("StaticHyperParameters", {})
        for trial in parent.internal["controller"].trials:
            if trial.definition is not their or trial.score is None:
                continue
            whole = {**static, **trial.point}
            point = {each.name: whole[each.name] for each in definition.space.dimensions if each.name in whole}
            if len(point) == len(definition.space.dimensions):
                found.append(Observation(point, trial.score, own=False))
    return found


def parents_best(request: Mapping[str, Any], parents: list[Record]) -> dict[str, dict[str, Any]]:
    """Tuning job → summary of its best trial, of parents with identical data; their scores compare with the child's."""
    if request.get("WarmStartConfig", {}).get("WarmStartType") != IDENTICAL:
        return {}
    return {
        parent.name: parent.described["BestTrainingJob"] for parent in parents if "BestTrainingJob" in parent.described
    }


def _check(parent: Record, definitions: list[Definition], *, identical: bool) -> None:
    status = parent.described["HyperParameterTuningJobStatus"]
    if status not in FINAL:
        raise validation_error(
            f"The parent hyperparameter tuning job [{parent.name}] is in status {status}: a parent must have ended."
        )
    theirs: list[Definition] = parent.internal["definitions"]
    if len(theirs) != len(definitions):
        raise validation_error(
            f"The parent hyperparameter tuning job [{parent.name}] has {len(theirs)} training job definitions, this "
            f"one has {len(definitions)}: they must be as many."
        )
    for their, own in zip(theirs, definitions, strict=True):
        _check_definition(parent.name, their, own, identical=identical)


def _check_definition(parent: str, their: Definition, own: Definition, *, identical: bool) -> None:
    if (their.metric, their.maximize) != (own.metric, own.maximize):
        raise validation_error(
            f"The objective metric [{own.metric}] must be that of the parent hyperparameter tuning job [{parent}], "
            f"[{their.metric}], with the same Type."
        )
    names, before = (
        {*each.given.get("StaticHyperParameters", {}), *(dimension.name for dimension in each.space.dimensions)}
        for each in (own, their)
    )
    if len(names) != len(before):
        raise validation_error(
            f"The number of static and tunable hyperparameters [{len(names)}] must be that of the parent "
            f"hyperparameter tuning job [{parent}], [{len(before)}] ({', '.join(sorted(names ^ before))})."
        )
    if not identical:
        return
    for member, words in (("AlgorithmSpecification", "training image"), ("InputDataConfig", "input data")):
        here, there = own.given.get(member), their.given.get(member)
        if member == "AlgorithmSpecification":
            here, there = own.given[member].get("TrainingImage"), their.given[member].get("TrainingImage")
        if here != there:
            raise validation_error(
                f"With WarmStartType {IDENTICAL} the {words} must be that of the parent hyperparameter tuning job "
                f"[{parent}]: use TransferLearning for another."
            )
