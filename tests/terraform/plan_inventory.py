"""What a plan would make, as plain data that is compared with a committed file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["inventory", "policies", "resources"]

_HASH = re.compile(r"\b[0-9a-f]{16}(?:[0-9a-f]{48})?\b")
_POLICIES = ("policy", "assume_role_policy", "resource_policy")
_TEXTS = ("content", "pipeline_definition")
_CODE_FILE = re.compile(r'aws_s3_object\.code\["(.*)"\]$')


def resources(plan: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Address → planned values of each managed resource of a plan (`terraform show -json`)."""
    # Where all is known after the apply only, the plan has no values at all.
    return {item["address"]: item.get("values", {}) for item in _of(plan["planned_values"]["root_module"])}


def policies(plan: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Address and attribute → each IAM policy document of a plan."""
    return {
        f"{address}.{name}": json.loads(values[name])
        for address, values in resources(plan).items()
        for name in _POLICIES
        if values.get(name)
    }


def inventory(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Address → what is planned there, for a committed file.

    Left out: what is null, empty or known after the apply only, the texts of definitions, and the files of code, all
    but one, for those have tests of their own and change often. Hashes become <hash>.
    """
    shown: dict[str, Any] = {}
    for address, values in resources(plan).items():
        code_file = _CODE_FILE.search(address)
        if code_file and code_file[1] != "run.py":
            continue
        shown[address] = {
            name: json.loads(value)
            if name in _POLICIES
            else _HASH.sub("<hash>", value)
            if isinstance(value, str)
            else value
            for name, value in values.items()
            if value not in (None, [], {}) and name not in _TEXTS
        }
    return shown


def _of(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from (item for item in module.get("resources", []) if item["mode"] == "managed")
    for child in module.get("child_modules", []):
        yield from _of(child)
