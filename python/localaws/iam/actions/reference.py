"""AWS's service authorization reference: actions, their resource types, condition keys and dependent actions.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
The files in reference/ are written by tools/iam_reference.py; source.json names their source.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

__all__ = ["Action", "Reference", "reference"]

_FOLDER = Path(__file__).parent / "reference"
_NOT_SERVICES = ("source",)


@dataclass(frozen=True)
class Action:
    """`resources`: type → whether it is required; `keys` as AWS writes them (`aws:RequestTag/${TagKey}`)."""

    resources: Mapping[str, bool] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    dependent: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reference:
    """One service; `resources`: type → the format of its ARNs (`arn:${Partition}:…`)."""

    actions: Mapping[str, Action]
    resources: Mapping[str, str]


@cache
def _services() -> frozenset[str]:
    return frozenset(path.stem for path in _FOLDER.glob("*.json")).difference(_NOT_SERVICES)


def reference(prefix: str) -> Reference | None:
    """The reference of the service with this prefix; None where it is not among those that the stack knows."""
    return _read(prefix) if prefix in _services() else None


@cache
def _read(prefix: str) -> Reference:
    content = json.loads((_FOLDER / f"{prefix}.json").read_text(encoding="utf-8"))
    actions = {
        name: Action(entry.get("resources", {}), tuple(entry.get("keys", ())), tuple(entry.get("dependent", ())))
        for name, entry in content["actions"].items()
    }
    return Reference(actions, content["resources"])
