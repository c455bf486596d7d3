"""What a service's requests need beyond what AWS's reference and the names of members tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from localaws.iam.actions.arns import Account
from localaws.iam.actions.call import Call

__all__ = ["Keys", "Rule", "ServiceMapping"]

Rule = Callable[[Call, Account], Iterable[tuple[str, str]]]
"""Makes pairs of an action, without its prefix, and a resource."""
Keys = Callable[[Call, Account], Iterable[str]]


@dataclass(frozen=True)
class ServiceMapping:
    """The table of one service, by the names of its API.  A path names a member (`Target.RoleArn`) and reads through
    lists.

    actions: operation → its actions, where they are not one of the same name
    members: placeholder of an ARN → paths of the members that hold its value, or the whole ARN
    names: placeholder → function that takes the value out of what a member may hold as well (an ARN, a URL)
    arns: placeholder → function that makes the whole ARN of a value
    defaults: placeholder → its value where the request names none
    formats: resource type → the format of its ARNs, where the reference's is not what policies are compared with
    owner: path of the account that owns the resources, where it is not the caller's
    rules: operation → function that makes all actions and resources, which it resolves where needed
    keys: condition key → paths of the members with its values (of a map, for a key with a name in it), or a function
    roles: paths of roles that the service will assume
    roles_in: function that finds roles which have no path
    passed_to: the service's principal, in `iam:PassedToService`
    tagging: the action that tags given at creation need, or operation → that action
    """

    actions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    arns: Mapping[str, Callable[[str, Account], str]] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[str, str] = field(default_factory=dict)
    owner: str = ""
    rules: Mapping[str, Rule] = field(default_factory=dict)
    keys: Mapping[str, tuple[str, ...] | Keys] = field(default_factory=dict)
    roles: tuple[str, ...] = ()
    roles_in: Callable[[Call, Account], Iterable[str]] | None = None
    passed_to: str = ""
    tagging: str | Mapping[str, str] = ""
