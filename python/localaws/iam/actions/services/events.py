"""https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from localaws.iam.actions.arns import Account, Format
from localaws.iam.actions.call import Call
from localaws.iam.actions.mapping import Rule, ServiceMapping
from localaws.iam.actions.parameters import first, items, texts

__all__ = ["MAPPING"]

_BUS = Format.read("arn:${Partition}:events:${Region}:${Account}:event-bus/${EventBusName}")
_RULE = Format.read("arn:${Partition}:events:${Region}:${Account}:rule/${RuleName}")


def _bus_name(value: str) -> str:
    return value.rpartition(":event-bus/")[2]


def _on_rule(action: str, member: str) -> Rule:
    """An action on a rule, of which the ARN has the bus in it unless that is the default one."""

    def rule(call: Call, account: Account) -> Iterator[tuple[str, str]]:
        bus = _bus_name(first(call.parameters, "EventBusName", default="default"))
        name = first(call.parameters, member)
        yield action, _RULE.fill(account, {"RuleName": name if bus == "default" else f"{bus}/{name}"})

    return rule


def _put_events(call: Call, account: Account) -> Iterator[tuple[str, str]]:
    """An entry without a bus is for the default one."""
    entries = items(call.parameters, "Entries") or [{}]
    for name in dict.fromkeys(first(entry, "EventBusName", default="default") for entry in entries):
        yield "PutEvents", name if name.startswith("arn:") else _BUS.fill(account, {"EventBusName": name})


def _of_events(entry: str, pattern: str) -> Callable[[Call, Account], Iterator[str]]:
    """A key that PutEvents has in its entries and PutRule in its event pattern."""

    def values(call: Call, _: Account) -> Iterator[str]:
        yield from texts(call.parameters, f"Entries.{entry}")
        for text in texts(call.parameters, "EventPattern"):
            yield from texts(_pattern(text), pattern)

    return values


def _pattern(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return {}


_RULES = ("DeleteRule", "DescribeRule", "DisableRule", "EnableRule", "PutRule")
_TARGETS = ("ListTargetsByRule", "PutTargets", "RemoveTargets")

MAPPING = ServiceMapping(
    members={
        "ApiDestinationName": ("Name",),
        "EventBusName": ("Name", "Destination.Arn"),
        "ConnectionName": ("ConnectionArn", "Name"),
    },
    names={"EventBusName": _bus_name},
    rules={
        "PutEvents": _put_events,
        **{name: _on_rule(name, "Name") for name in _RULES},
        **{name: _on_rule(name, "Rule") for name in _TARGETS},
    },
    keys={
        "events:TargetArn": ("Targets.Arn",),
        "events:detail-type": _of_events("DetailType", "detail-type"),
        "events:source": _of_events("Source", "source"),
    },
    roles=("RoleArn", "Targets.RoleArn"),
    passed_to="events.amazonaws.com",
    tagging="TagResource",
)
