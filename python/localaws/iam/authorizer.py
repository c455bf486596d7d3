"""The one place that allows or refuses a request."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from localaws.api.arns import read_arn
from localaws.api.errors import AwsError
from localaws.iam.actions import Account, Call, action_prefix, read_call
from localaws.iam.asking import Asking
from localaws.iam.decisions import DecisionLog
from localaws.iam.principal import Principal
from localaws.iam.s3_access import S3Access
from localaws.iam.s3_actions import S3Call
from localaws.iam.service_access import ServiceAccess
from localaws.iam.stores import PolicyStore

__all__ = ["AccessRequest", "Authorizer", "is_key_denied"]

_deciding: ContextVar[S3Access | None] = ContextVar("deciding", default=None)
# What else reaches S3's backend through the name that a client signs for: a role has no use for it.
_S3, _NEIGHBOURS = ("s3", "s3express"), ("s3tables", "s3vectors")


@dataclass(frozen=True)
class AccessRequest:
    """What is known of a request before any service sees it.

    `service` is the signing name (`s3`, `sagemaker`, …), `operation` the API's operation where the protocol names it
    (empty for REST services: there `method`, `path` and `query` tell).  `headers` have title-case names, `form`
    is that of a query call.  `parameters` are the request of an operation that a service of the stack has read already.
    """

    principal: Principal
    service: str
    operation: str
    region: str
    method: str = "POST"
    path: str = "/"
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] | None = None
    body: bytes = b""


class Authorizer:
    """Decides by the policies of one account, and keeps what it decided about roles in `log`."""

    def __init__(self, policies: PolicyStore, tags: Callable[[str], Mapping[str, str]]) -> None:
        """`tags` gives the tags of the resource with an ARN; nothing for one that does not exist."""
        self._policies = policies
        self._tags = tags
        self.log = DecisionLog()

    def decide(self, request: AccessRequest) -> None:
        """Return when the request is allowed; raise `AwsError` (AccessDenied…) when it is not.

        Every request of every service passes here exactly once, those that the stack sends to itself included.
        Policies decide what a role's session does; the administrator and users may do everything.
        """
        call = _call(request)
        self.log.count(call.service, call.operation)
        if request.principal.kind != "assumed-role":
            return
        access = self._s3(request) or self._service(request, call)
        if access is not None:
            access.check()

    def _service(self, request: AccessRequest, call: Call) -> ServiceAccess | None:
        if (call.service, call.operation) == ("sts", "AssumeRole"):
            return None  # the role's trust policy decides with the caller's policies, where the session is made
        account = Account(
            request.principal.account_id, request.region, self._policies.partition, self._resolved(request.region)
        )
        return ServiceAccess(self._asking(request), account, call, self._tags)

    def _asking(self, request: AccessRequest, canonical_user_id: str | None = None) -> Asking:
        record = partial(self.log.add, request.principal)
        return Asking(request.principal, request.region, request.headers, self._policies, record, canonical_user_id)

    def _resolved(self, region: str) -> Callable[[str], str]:
        def resolve(resource: str) -> str:
            arn = read_arn(resource)
            if arn is not None and arn.service == "kms":
                return self._policies.key_arn(resource, region) or resource
            return self._policies.with_path(resource) if arn is not None and arn.service == "iam" else resource

        return resolve

    def decide_missing(self, request: AccessRequest) -> None:
        """Ask again where nothing was found: who may not list a bucket is not told that an object is not in it."""
        access = self._s3(request)
        if access is not None:
            access.check_missing()

    @contextmanager
    def deciding_keys(self, request: AccessRequest) -> Iterator[None]:
        """While the request is served, `is_key_denied` answers for it."""
        token = _deciding.set(self._s3(request))
        try:
            yield
        finally:
            _deciding.reset(token)

    def _s3(self, request: AccessRequest) -> S3Access | None:
        """The request as S3 sees it; None where policies do not decide."""
        if request.principal.kind != "assumed-role" or request.service in _NEIGHBOURS:
            return None
        # The backend is found by service and region, which the client chooses: neither may lead to S3 unseen.
        if request.service not in _S3 and not (
            "s3" in request.service or "s3" in request.region or "." in request.region
        ):
            return None
        if request.service not in _S3:
            raise AwsError("AccessDenied", f"A role cannot sign for {request.service}.{request.region}.", status=403)
        call = S3Call.read(request.method, request.path, request.query, request.headers)
        return S3Access(self._asking(request, self._policies.canonical_user_id), call, request.body)


def _call(request: AccessRequest) -> Call:
    """What the request asks for.  Of a request that is allowed whatever it holds, only the operation is read."""
    if request.parameters is not None:
        return Call(request.service, request.operation, request.parameters)
    decided = request.principal.kind == "assumed-role" and request.service not in _S3
    if request.operation and not decided:
        return Call(action_prefix(request.service), request.operation)
    return read_call(
        request.service,
        request.operation,
        method=request.method,
        raw_path=request.path,
        query=request.query,
        headers=request.headers,
        form=request.form if decided else {},
        body=request.body if decided else b"",
    )


def is_key_denied(key: str) -> bool:
    """Whether the caller of the DeleteObjects that this thread serves may not delete the object."""
    access = _deciding.get()
    return access is not None and access.call.deletes_several and not access.may_delete(key)
