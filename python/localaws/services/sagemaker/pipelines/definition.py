"""A pipeline definition, read from its JSON text into steps, parameters and the options of each step.

Form: https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-overview.html and the public JSON schema
(https://aws-sagemaker-mlops.github.io/sagemaker-model-building-pipeline-definition-JSON-schema/).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NoReturn

from localaws.api.json_text import NestingError, read_json
from localaws.services.sagemaker.pipelines.durations import parse_duration
from localaws.services.sagemaker.pipelines.errors import DefinitionError
from localaws.services.sagemaker.pipelines.parameters import Parameter, parse_parameters
from localaws.services.sagemaker.pipelines.retries import RetryPolicy, parse_policy

__all__ = ["COMMON_MEMBERS", "CacheConfig", "Definition", "PropertyFile", "Step", "parse_definition"]

VERSION = "2020-12-01"
MAX_STEPS = 50
MAX_DIGITS = 20  # of an integer: 64 bits and a sign
COMMON_MEMBERS = frozenset({"Name", "Type", "Arguments", "DependsOn", "DisplayName", "Description"})
_TOP = {"Version", "Metadata", "MlflowConfig", "Parameters", "PipelineExperimentConfig", "Steps"}
_NAME = re.compile(r"[A-Za-z0-9\-_]{1,64}")
_METADATA_NAME = re.compile(r"[A-Za-z0-9\-_]{1,128}")
_BRANCHES = {"IfSteps": True, "ElseSteps": False}


@dataclass(frozen=True)
class CacheConfig:
    """Whether a step may reuse an earlier run, and how old that run may be (None: any age)."""

    enabled: bool
    expire_after: timedelta | None


@dataclass(frozen=True)
class PropertyFile:
    """A JSON file that a processing step leaves under one of its outputs, for `Std:JsonGet`."""

    name: str
    output_name: str
    path: str


@dataclass(frozen=True)
class Step:
    """One step, wherever it stands; a step in a branch names its condition step and the outcome that runs it."""

    name: str
    type: str
    arguments: Mapping[str, Any]
    members: Mapping[str, Any]
    depends_on: tuple[str, ...] = ()
    cache: CacheConfig | None = None
    property_files: tuple[PropertyFile, ...] = ()
    retry_policies: tuple[RetryPolicy, ...] = ()
    condition: str | None = None
    outcome: bool = True


@dataclass(frozen=True)
class Definition:
    """A whole pipeline; `steps` holds the steps of every branch too, in the order of the text."""

    parameters: Mapping[str, Parameter]
    steps: Mapping[str, Step]
    experiment: Mapping[str, Any] | None


def parse_definition(text: str) -> Definition:
    """Read the JSON text of a definition; raises `DefinitionError` for what one step or parameter shows alone."""
    try:
        document = read_json(text, parse_constant=_no_constant, parse_float=_float, parse_int=_int)
    except json.JSONDecodeError as error:
        raise DefinitionError(f"Invalid JSON at line {error.lineno} column {error.colno}: {error.msg}.") from error
    except NestingError as error:
        raise DefinitionError(f"The definition cannot be read: {error}.") from error
    _need(document, dict)
    if unknown := sorted(set(document) - _TOP):
        raise DefinitionError(f"Cannot parse object, unknown property '{unknown[0]}'.")
    if document.get("Version", VERSION) != VERSION:
        raise DefinitionError(f"Version {json.dumps(document['Version'])} is not supported: it must be '{VERSION}'.")
    _check_metadata(document.get("Metadata") or {})
    if not document.get("Steps"):
        raise DefinitionError("The pipeline has no steps: 'Steps' must list at least one.")
    steps: dict[str, Step] = {}
    for step in _steps(document["Steps"], None, True):
        if step.name in steps:
            raise DefinitionError(f"Duplicate step name '{step.name}': step names must be unique within a pipeline.")
        steps[step.name] = step
    if len(steps) > MAX_STEPS:
        raise DefinitionError(f"The pipeline has {len(steps)} steps: at most {MAX_STEPS} are allowed.")
    experiment = document.get("PipelineExperimentConfig")
    if experiment is not None:
        _need(experiment, dict)
    return Definition(parse_parameters(document.get("Parameters") or []), steps, experiment)


def _steps(listed: Any, condition: str | None, outcome: bool) -> Iterator[Step]:
    for item in _need(listed, list):
        step = _step(_need(item, dict), condition, outcome)
        yield step
        if step.type == "Condition":
            for branch, branch_outcome in _BRANCHES.items():
                yield from _steps(step.arguments.get(branch) or [], step.name, branch_outcome)


def _step(item: dict[str, Any], condition: str | None, outcome: bool) -> Step:
    name, kind = item.get("Name"), item.get("Type")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise DefinitionError(f"Invalid step name {json.dumps(name)}: it must match [A-Za-z0-9-_]{{1,64}}.")
    if not isinstance(kind, str):
        raise DefinitionError(f"Step '{name}' has no 'Type'.")
    depends_on = _need(item.get("DependsOn") or [], list)
    for member, limit in (("DisplayName", 256), ("Description", 3072)):
        text = item.get(member)
        if text is not None and (not isinstance(text, str) or len(text) > limit):
            raise DefinitionError(f"The {member} of step '{name}' must be a string of at most {limit} characters.")
    return Step(
        name=name,
        type=kind,
        arguments=_need(item.get("Arguments") or {}, dict),
        members=item,
        depends_on=tuple(_need(other, str) for other in depends_on),
        cache=_cache(item["CacheConfig"]) if item.get("CacheConfig") is not None else None,
        property_files=tuple(_property_file(file) for file in _need(item.get("PropertyFiles") or [], list)),
        retry_policies=tuple(parse_policy(name, policy) for policy in _need(item.get("RetryPolicies") or [], list)),
        condition=condition,
        outcome=outcome,
    )


def _cache(item: Any) -> CacheConfig:
    config = _need(item, dict)
    enabled, expire_after = config.get("Enabled", False), config.get("ExpireAfter")
    if not isinstance(enabled, bool):
        raise DefinitionError(f"CacheConfig.Enabled must be true or false, not {json.dumps(enabled)}.")
    if unknown := sorted(set(config) - {"Enabled", "ExpireAfter"}):
        raise DefinitionError(f"Cannot parse object, unknown property '{unknown[0]}'.")
    return CacheConfig(enabled, None if expire_after is None else parse_duration(_need(expire_after, str)))


def _property_file(item: Any) -> PropertyFile:
    members = ("PropertyFileName", "OutputName", "FilePath")
    values = [_need(item, dict).get(member) for member in members]
    for member, value in zip(members, values, strict=True):
        if not isinstance(value, str) or not value:
            raise DefinitionError(f"A property file needs '{member}', a string.")
    return PropertyFile(*(str(value) for value in values))


def _check_metadata(metadata: Any) -> None:
    for key, value in _need(metadata, dict).items():
        if not _METADATA_NAME.fullmatch(key) or not isinstance(value, str) or len(value) > 1024:
            raise DefinitionError(f"Invalid Metadata entry '{key}': names are [A-Za-z0-9-_]{{1,128}}, values strings.")


def _need(node: Any, kind: type) -> Any:
    """`node` if it is of that JSON kind; AWS's parser words the refusal like this."""
    if not isinstance(node, kind):
        expected = {"dict": "start of Json Object", "list": "start of Json Array", "str": "a Json String"}[
            kind.__name__
        ]
        raise DefinitionError(f"Expecting {expected}.")
    return node


def _float(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _no_constant(text)


def _int(text: str) -> int:
    return int(text) if len(text) <= MAX_DIGITS else _no_constant(text)


def _no_constant(text: str) -> NoReturn:
    raise DefinitionError(f"Invalid JSON: {text[:60]} is not a number that SageMaker can hold.")
