"""AssumeRole as STS decides and answers it; moto gives credentials of any role to any caller.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from xml.sax.saxutils import escape

from localaws.api.errors import AwsError
from localaws.api.protocols import Response
from localaws.api.request import Request
from localaws.iam import Principal, RoleSession
from localaws.iam.evaluate import Access, Decision
from localaws.iam.trust import decide_for_principal
from localaws.motobridge.principals import Principals
from localaws.motobridge.session_parameters import AssumeRoleForm

__all__ = ["assume_role"]

_XMLNS = "https://sts.amazonaws.com/doc/2011-06-15/"
_DEFAULT_SECONDS = 3600


def assume_role(
    principals: Principals, request: Request, caller: Principal, record: Callable[[Access, Decision], None]
) -> Response:
    """Credentials for a session of a role; raises STS's `AwsError` where the caller may not have them.

    `record` gets what was decided.
    """
    asked = AssumeRoleForm.read(request.form, caller)
    role, scope = principals.role(asked.role_arn), request.scope
    assert scope is not None
    if role is None:
        raise _denied(caller, "sts:AssumeRole", asked.role_arn, "")
    own = principals.policies.of(caller)
    action, decision = decide_for_principal(role, caller, own, asked.request, scope.region, request.headers, record)
    if not decision.allowed:
        raise _denied(caller, action, asked.role_arn, decision.reason(action))
    asked.check_duration(caller, principals.max_session_seconds(asked.role_arn))
    for arn in asked.settings.policy_arns:
        if not principals.policies.has_managed_policy(arn):
            raise AwsError("ValidationError", f"Policy {arn} does not exist or is not attachable.")
    seconds = asked.request.duration_seconds or _DEFAULT_SECONDS
    session = principals.open_session(asked.role_arn, asked.request.session_name, seconds, asked.settings)
    return Response(200, _answer(session), {"Content-Type": "text/xml"})


def _answer(session: RoleSession) -> bytes:
    source = session.principal.source_identity
    identity = f"<SourceIdentity>{escape(source)}</SourceIdentity>" if source else ""
    return (
        f'<AssumeRoleResponse xmlns="{_XMLNS}"><AssumeRoleResult>'
        f"<AssumedRoleUser><Arn>{escape(session.principal.arn)}</Arn>"
        f"<AssumedRoleId>{escape(session.principal.user_id)}</AssumedRoleId></AssumedRoleUser>"
        f"<Credentials><AccessKeyId>{session.access_key_id}</AccessKeyId>"
        f"<SecretAccessKey>{escape(session.secret_access_key)}</SecretAccessKey>"
        f"<SessionToken>{escape(session.session_token)}</SessionToken>"
        f"<Expiration>{session.expiration:%Y-%m-%dT%H:%M:%SZ}</Expiration></Credentials>{identity}"
        f"</AssumeRoleResult><ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata>"
        "</AssumeRoleResponse>"
    ).encode()


def _denied(caller: Principal, action: str, role_arn: str, reason: str) -> AwsError:
    message = f"User: {caller.arn} is not authorized to perform: {action} on resource: {role_arn}"
    return AwsError("AccessDenied", f"{message} {reason}".rstrip(), status=403)
