"""SimulatePrincipalPolicy and SimulateCustomPolicy, which moto does not have, by the evaluator of every request.

Sources: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html and
https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from itertools import islice, product

from localaws.api.arns import read_arn
from localaws.api.errors import AwsError
from localaws.api.query import is_number, members
from localaws.iam.context import global_keys, moment_keys
from localaws.iam.documents import DocumentKind, check_document
from localaws.iam.evaluate import Access, Policies
from localaws.iam.named_principals import Caller
from localaws.iam.patterns import Context
from localaws.iam.policy import Policy, PolicyError
from localaws.iam.principal import Principal
from localaws.iam.simulation_results import Source, result
from localaws.iam.stores import PolicyStore

__all__ = ["simulate", "simulate_custom"]

_XMLNS = "https://iam.amazonaws.com/doc/2010-05-08/"
_DEFAULT_ITEMS, _MAX_ITEMS = 100, 1000
_MAX_CHARACTERS = 131_072
# Who simulates a custom policy without a CallerArn: no resource-based policy names such a user.
_UNKNOWN_CALLER = Caller("arn:aws:iam::000000000000:user/unknown", "000000000000", "")
Form = Mapping[str, str]


def simulate(form: Form, principal: Principal | None, attached: PolicyStore, region: str) -> bytes:
    """SimulatePrincipalPolicy's XML: one result for each pair of an action and a resource (`*` where none is named).

    `principal` is who PolicySourceArn stands for; None raises AWS's NoSuchEntity.  Its policies decide together with
    those of the request; a resource's own policy counts only where the request brings it.
    """
    if principal is None:
        source = form.get("PolicySourceArn", "")
        raise AwsError("NoSuchEntity", f"The principal {source} cannot be found.", status=404)
    own = attached.of(principal)
    sources = [Source(name, text, policy) for (name, text), policy in zip(own.sources, own.identity, strict=True)]
    context = {**global_keys(principal, region, {}, own.tags), **_entries(form)}
    caller = Caller(principal.arn, principal.account_id, principal.user_id, principal.role_arn)
    return _answer("SimulatePrincipalPolicy", form, sources, own.boundary, context, caller)


def simulate_custom(form: Form, region: str) -> bytes:
    """SimulateCustomPolicy's XML, by the policies of the request alone."""
    if not members(form, "PolicyInputList"):
        raise AwsError("ValidationError", "PolicyInputList must have at least one policy document.")
    context = {**moment_keys(), "aws:requestedregion": (region,), **_entries(form)}
    return _answer("SimulateCustomPolicy", form, [], None, context, _caller(form))


def _caller(form: Form) -> Caller:
    arn = form.get("CallerArn")
    if arn is None:
        if "ResourcePolicy" in form:
            raise AwsError("InvalidInput", "CallerArn must be given with ResourcePolicy: a user's or a role's ARN.")
        return _UNKNOWN_CALLER
    parts = read_arn(arn)
    if parts is None or not parts.resource.startswith(("user/", "role/")):
        raise AwsError("InvalidInput", f"CallerArn is {arn}: it must be the ARN of a user or a role.")
    return Caller(arn, parts.account_id, "", arn if parts.resource.startswith("role/") else None)


def _answer(
    operation: str, form: Form, own: list[Source], boundary: Policy | None, context: Context, caller: Caller
) -> bytes:
    actions = members(form, "ActionNames")
    if not actions:
        raise AwsError("ValidationError", "ActionNames must name at least one action, such as s3:GetObject.")
    given = _sources(form, "PolicyInputList", "identity")
    boundaries = _sources(form, "PermissionsBoundaryPolicyInputList", "identity")
    resource = [_source("ResourcePolicy", form["ResourcePolicy"], "resource")] if "ResourcePolicy" in form else []
    policies = Policies(
        tuple(source.policy for source in (*own, *given)),
        resource[0].policy if resource else None,
        boundaries[0].policy if boundaries else boundary,
    )
    pairs = product(actions, members(form, "ResourceArns") or ["*"])
    first, count = _page(form)
    chosen = list(islice(pairs, first, first + count + 1))
    truncated = len(chosen) > count
    results = [
        result(Access(action, on, context), caller, policies, [*own, *given], resource) for action, on in chosen[:count]
    ]
    marker = f"<Marker>{first + count}</Marker>" if truncated else ""
    return (
        f'<{operation}Response xmlns="{_XMLNS}"><{operation}Result>'
        f"<IsTruncated>{str(truncated).lower()}</IsTruncated>{marker}"
        f"<EvaluationResults>{''.join(results)}</EvaluationResults></{operation}Result>"
        f"<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata></{operation}Response>"
    ).encode()


def _page(form: Form) -> tuple[int, int]:
    """How many results to leave out (Marker), and how many to give at most."""
    items, marker = form.get("MaxItems", str(_DEFAULT_ITEMS)), form.get("Marker", "0")
    if not (is_number(items) and 1 <= int(items) <= _MAX_ITEMS):
        raise AwsError("ValidationError", f"MaxItems is {items!r}: it must be a number from 1 to {_MAX_ITEMS}.")
    if not is_number(marker):
        raise AwsError("ValidationError", f"Marker is {marker!r}: it must be the one of the previous answer.")
    return int(marker), int(items)


def _entries(form: Form) -> Context:
    """The condition keys that the request gives."""
    found: dict[str, tuple[str, ...]] = {}
    number = 1
    while name := form.get(f"ContextEntries.member.{number}.ContextKeyName"):
        found[name.lower()] = tuple(members(form, f"ContextEntries.member.{number}.ContextKeyValues"))
        number += 1
    return found


def _sources(form: Form, name: str, kind: DocumentKind) -> list[Source]:
    return [_source(f"{name}.{number}", text, kind) for number, text in enumerate(members(form, name), 1)]


def _source(name: str, text: str, kind: DocumentKind) -> Source:
    if len(text) > _MAX_CHARACTERS:
        raise AwsError("InvalidInput", f"{name} has {len(text)} characters: at most {_MAX_CHARACTERS} are allowed.")
    try:
        return Source(name, text, check_document(text, kind))
    except PolicyError as error:
        raise AwsError("InvalidInput", f"{name}: {error}") from error
