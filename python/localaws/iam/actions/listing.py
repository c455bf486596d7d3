"""What operations need in general, for the documentation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from localaws.iam.actions.arns import Account
from localaws.iam.actions.call import Call
from localaws.iam.actions.need import UnmappedError
from localaws.iam.actions.reference import reference
from localaws.iam.actions.services import MAPPINGS

__all__ = ["General", "general_needs"]

_ACCOUNT = Account("${Account}", "${Region}", "${Partition}")


@dataclass(frozen=True)
class General:
    """An action, and the formats of its resources (`arn:${Partition}:…:${TopicName}`): those that are always needed,
    and those that are needed where a request names them.  Both are empty where the resource is `*`."""

    action: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


class _EveryMember(dict[str, Any]):
    """Parameters of which every member holds its own name: `${TopicArn}`."""

    def __contains__(self, name: object) -> bool:
        return True

    def __getitem__(self, name: str) -> str:
        return f"${{{name}}}"


def general_needs(service: str, operation: str) -> tuple[General, ...]:
    """The actions of an operation by the service's prefix; nothing where it is always allowed.

    Tags that a request gives and roles that it passes need more (`ServiceMapping.tagging`, `ServiceMapping.roles`).
    Raises `UnmappedError` for an operation of which the actions are not known.
    """
    known, mapping = reference(service), MAPPINGS.get(service)
    if known is None or mapping is None:
        raise UnmappedError(service, operation)
    if rule := mapping.rules.get(operation):
        found: dict[str, list[str]] = {}
        for name, resource in rule(Call(service, operation, _EveryMember()), _ACCOUNT):
            found.setdefault(name, []).append(resource)
        return tuple(
            General(f"{service}:{name}", tuple(dict.fromkeys(each for each in resources if each != "*")))
            for name, resources in found.items()
        )
    general = []
    for name in mapping.actions.get(operation, (operation,)):
        if name not in known.actions:
            raise UnmappedError(service, operation)
        types = known.actions[name].resources
        formats = {kind: mapping.formats.get(kind) or known.resources[kind] for kind in types}
        general.append(
            General(
                f"{service}:{name}",
                tuple(formats[kind] for kind, required in types.items() if required),
                tuple(formats[kind] for kind, required in types.items() if not required),
            )
        )
    return tuple(general)
