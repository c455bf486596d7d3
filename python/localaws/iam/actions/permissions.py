"""Which permissions a request needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from localaws.api.errors import AwsError
from localaws.iam.actions.arns import Account
from localaws.iam.actions.call import Call
from localaws.iam.actions.mapping import ServiceMapping
from localaws.iam.actions.need import Need, UnmappedError
from localaws.iam.actions.parameters import texts
from localaws.iam.actions.reference import Action, Reference, reference
from localaws.iam.actions.request_keys import request_keys, request_tags
from localaws.iam.actions.resources import MAX_NEEDS, Resources
from localaws.iam.actions.services import MAPPINGS
from localaws.iam.actions.services.iam import ROLE

__all__ = ["needs"]

_LINKED = re.compile(r"arn:[^:]+:iam::\d{12}:role/aws-service-role/[^:]+")
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")
_TAGGING = ("AddTags", "Tag", "Untag", "Remove")


def needs(call: Call, account: Account) -> tuple[Need, ...]:
    """Everything that must be allowed; nothing for what AWS allows always.

    Raises `UnmappedError` for an operation of which the actions are not known, and ValidationException for a request
    that names more resources than can be decided at once.
    """
    known, mapping = reference(call.service), MAPPINGS.get(call.service)
    if known is None or mapping is None:
        raise UnmappedError(call.service, call.operation)
    granted = list(islice(_granted(call, account, known, mapping), MAX_NEEDS + 1))
    keys = {name: request_keys(known.actions[name], mapping, call, account) for name in {name for name, _ in granted}}
    found = [Need(f"{call.service}:{name}", resource, keys[name]) for name, resource in granted]
    found += _tagging(call, account, known, mapping, [resource for _, resource in granted])
    found += islice(_passed_roles(call, account, mapping), MAX_NEEDS + 1)
    if len(found) > MAX_NEEDS:
        message = f"A request names {MAX_NEEDS} resources and roles at most: split the request."
        raise AwsError("ValidationException", message)
    return tuple(dict.fromkeys(found))


def _granted(call: Call, account: Account, known: Reference, mapping: ServiceMapping) -> Iterator[tuple[str, str]]:
    """The actions of the operation, each with a resource."""
    if rule := mapping.rules.get(call.operation):
        yield from rule(call, account)
        return
    resources = Resources(known, mapping, call, account)
    for name in mapping.actions.get(call.operation, (call.operation,)):
        if name not in known.actions:
            raise UnmappedError(call.service, call.operation)
        yield from ((name, account.resolve(resource)) for resource in resources.of(known.actions[name]))


def _tagging(
    call: Call, account: Account, known: Reference, mapping: ServiceMapping, resources: list[str]
) -> Iterator[Need]:
    """What tags at creation need on the resource that is made.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html
    """
    name = mapping.tagging if isinstance(mapping.tagging, str) else mapping.tagging.get(call.operation, "")
    if not name or call.operation.startswith(_TAGGING) or not resources or not request_tags(call):
        return
    context = request_keys(known.actions.get(name, Action()), mapping, call, account)
    if call.service == "sagemaker":
        context["sagemaker:taggingaction"] = (call.operation,)
    # CreateInferenceComponent names the endpoint too, but tags the `inference-component/…`.
    kind = _WORD.sub("-", call.operation.removeprefix("Create")).lower()
    made = next((resource for resource in resources if f"{kind}/" in resource), resources[0])
    yield Need(f"{call.service}:{name}", made, context)


def _passed_roles(call: Call, account: Account, mapping: ServiceMapping) -> Iterator[Need]:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html"""
    named = texts(call.parameters, *mapping.roles)
    for role in (*named, *mapping.roles_in(call, account)) if mapping.roles_in else named:
        # A role that is linked to a service is passed to no other.
        if role and not _LINKED.fullmatch(role):
            arn = role if role.startswith("arn:") else ROLE.fill(account, {"RoleNameWithPath": role})
            yield Need("iam:PassRole", account.resolve(arn), {"iam:passedtoservice": (mapping.passed_to,)})
