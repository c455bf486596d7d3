"""SimulatePrincipalPolicy, which moto does not have and SDK v3 calls: answered by the evaluator of every request.

Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from xml.sax.saxutils import escape

from localaws.api.errors import AwsError
from localaws.api.query import members
from localaws.iam.context import global_keys
from localaws.iam.evaluate import Access, Policies, evaluate
from localaws.iam.named_principals import Caller
from localaws.iam.patterns import Context
from localaws.iam.policy import Policy, PolicyError, read_policy
from localaws.iam.principal import Principal
from localaws.iam.stores import PolicyStore

__all__ = ["simulate"]

_XMLNS = "https://iam.amazonaws.com/doc/2010-05-08/"


def simulate(form: Mapping[str, str], principal: Principal | None, attached: PolicyStore, region: str) -> bytes:
    """The XML answer for the request's action names and resources (`*` where it names none), one result a pair.

    `principal` is who PolicySourceArn stands for; None raises AWS's NoSuchEntity.  Its policies decide together with
    those of the request; a resource's own policy counts only where the request brings it.
    """
    source = form.get("PolicySourceArn", "")
    if principal is None:
        raise AwsError("NoSuchEntity", f"The principal {source} cannot be found.", status=404)
    actions = members(form, "ActionNames")
    if not actions:
        raise AwsError("ValidationError", "ActionNames must name at least one action, such as s3:GetObject.")
    own = attached.of(principal)
    boundaries = [_policy(text) for text in members(form, "PermissionsBoundaryPolicyInputList")]
    policies = Policies(
        (*own.identity, *(_policy(text) for text in members(form, "PolicyInputList"))),
        _policy(form["ResourcePolicy"]) if "ResourcePolicy" in form else None,
        boundaries[0] if boundaries else own.boundary,
    )
    context = {**global_keys(principal, region, {}, own.tags), **_entries(form)}
    caller = Caller(principal.arn, principal.account_id, principal.user_id, principal.role_arn)
    results = [
        _result(Access(action, resource, context), caller, policies)
        for action in actions
        for resource in members(form, "ResourceArns") or ["*"]
    ]
    return (
        f'<SimulatePrincipalPolicyResponse xmlns="{_XMLNS}"><SimulatePrincipalPolicyResult>'
        f"<IsTruncated>false</IsTruncated><EvaluationResults>{''.join(results)}</EvaluationResults>"
        "</SimulatePrincipalPolicyResult>"
        f"<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata></SimulatePrincipalPolicyResponse>"
    ).encode()


def _entries(form: Mapping[str, str]) -> Context:
    """The condition keys that the request gives."""
    found: dict[str, tuple[str, ...]] = {}
    number = 1
    while name := form.get(f"ContextEntries.member.{number}.ContextKeyName"):
        found[name.lower()] = tuple(members(form, f"ContextEntries.member.{number}.ContextKeyValues"))
        number += 1
    return found


def _policy(text: str) -> Policy:
    try:
        return read_policy(text)
    except PolicyError as error:
        raise AwsError("InvalidInput", str(error)) from error


def _result(access: Access, caller: Caller, policies: Policies) -> str:
    decision = evaluate(access, caller, policies).outcome
    detail = ""
    if policies.boundary is not None:
        # Whether the boundary alone would let it pass.
        within = str(evaluate(access, caller, Policies((policies.boundary,))).allowed).lower()
        detail = (
            f"<PermissionsBoundaryDecisionDetail><AllowedByPermissionsBoundary>{within}</AllowedByPermissionsBoundary>"
            "</PermissionsBoundaryDecisionDetail>"
        )
    return (
        f"<member><EvalActionName>{escape(access.action)}</EvalActionName>"
        f"<EvalResourceName>{escape(access.resource)}</EvalResourceName><EvalDecision>{decision}</EvalDecision>"
        f"<MatchedStatements/><MissingContextValues/>{detail}</member>"
    )
