"""SimulatePrincipalPolicy, which moto does not have and SDK v3 calls: answered by the same `decide` as every request.

Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from xml.sax.saxutils import escape

from localaws.errors import AwsError
from localaws.iam.decide import AccessRequest, decide
from localaws.iam.principal import Principal

__all__ = ["simulate"]

_XMLNS = "https://iam.amazonaws.com/doc/2010-05-08/"


def simulate(form: Mapping[str, str], principal: Principal | None, region: str) -> bytes:
    """The XML answer for the request's action names and resources (`*` where it names none), one result a pair.

    `principal` is who PolicySourceArn stands for; None raises AWS's NoSuchEntity.
    """
    source = form.get("PolicySourceArn", "")
    if principal is None:
        raise AwsError("NoSuchEntity", f"The principal {source} cannot be found.", status=404)
    actions = _members(form, "ActionNames")
    if not actions:
        raise AwsError("ValidationError", "ActionNames must name at least one action, such as s3:GetObject.")
    results = [
        _result(action, resource, _decision(action, resource, principal, region))
        for action in actions
        for resource in _members(form, "ResourceArns") or ["*"]
    ]
    return (
        f'<SimulatePrincipalPolicyResponse xmlns="{_XMLNS}"><SimulatePrincipalPolicyResult>'
        f"<IsTruncated>false</IsTruncated><EvaluationResults>{''.join(results)}</EvaluationResults>"
        "</SimulatePrincipalPolicyResult>"
        f"<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata></SimulatePrincipalPolicyResponse>"
    ).encode()


def _members(form: Mapping[str, str], name: str) -> list[str]:
    """The values of a list parameter of the query protocol, in order."""
    prefix = f"{name}.member."
    numbered = [(int(key[len(prefix) :]), value) for key, value in form.items() if key.startswith(prefix)]
    return [value for _, value in sorted(numbered)]


def _decision(action: str, resource: str, principal: Principal, region: str) -> str:
    service, _, operation = action.partition(":")
    try:
        decide(AccessRequest(principal, service, operation, region, path=resource))
    except AwsError:
        return "implicitDeny"
    return "allowed"


def _result(action: str, resource: str, decision: str) -> str:
    return (
        f"<member><EvalActionName>{escape(action)}</EvalActionName><EvalResourceName>{escape(resource)}"
        f"</EvalResourceName><EvalDecision>{decision}</EvalDecision><MatchedStatements/><MissingContextValues/></member>"
    )
