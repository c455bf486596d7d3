"""moto's backends in this process: everything that is not SageMaker."""

from __future__ import annotations

import logging
import re
import threading
import uuid
from functools import cache
from typing import Any

from botocore.model import OperationNotFoundError

from localaws.api.errors import AwsError, unknown_operation
from localaws.api.protocols import Response
from localaws.api.request import Request
from localaws.iam import Principal
from localaws.motobridge.document_checks import check_documents
from localaws.motobridge.faults import refusal
from localaws.motobridge.fixes import after, apply_fixes, before
from localaws.motobridge.lock import MOTO_LOCK
from localaws.motobridge.memory import release
from localaws.motobridge.principals import Principals
from localaws.motobridge.requests import moto_request
from localaws.motobridge.service_roles import check_service_role

__all__ = ["preload", "serve"]

_logger = logging.getLogger(__name__)
# Signing names that are not the host name of the service's endpoint.
_HOSTS = {"eventbridge": "events", "s3express": "s3", "mobiletargeting": "pinpoint", "iotdata": "data.iot"}
_GLOBAL = {"budgets", "cloudfront"}
# Whoever calls these changes no user, role or policy.
_LEAVE_IAM_ALONE = {"events", "logs", "monitoring", "s3", "scheduler", "sns", "sqs", "sts"}
_DROPPED_HEADERS = {"connection", "content-length", "date", "server", "status", "transfer-encoding"}
# No operation of a JSON or query service that begins so changes anything; one of a REST service has no name here.
_READING = ("Get", "List")
# moto imports a service's modules when it is first called; two threads must not do that at once.
_import_lock = threading.Lock()


def serve(principals: Principals, request: Request, caller: Principal) -> Response:
    """Answer a request from moto's backends; raises `AwsError` where moto cannot."""
    scope = request.scope
    assert scope is not None
    name = f"{scope.service}:{request.operation or f'{request.method} {request.raw_path}'}"
    url = _url(request, scope.service, scope.region)
    try:
        handler = _handler(scope.service, url)
    except ModuleNotFoundError as error:
        raise unknown_operation(scope.service, f"* (moto needs {error.name} for it)") from error
    before(request)
    check_service_role(principals, request, caller.account_id)
    check_documents(request, caller.account_id, principals.policies.partition)
    from werkzeug.exceptions import HTTPException

    moto = moto_request(request, url)
    try:
        with MOTO_LOCK:
            try:
                status, headers, body = handler(moto, moto.raw_url, moto.headers)
            finally:
                if scope.service not in _LEAVE_IAM_ALONE and not request.operation.startswith(_READING):
                    principals.policies.changed()
    except HTTPException as error:
        status, headers, body = error.code or 400, dict(error.get_headers()), error.get_body()
    except NotImplementedError as error:
        raise unknown_operation(scope.service, request.operation or f"{request.method} {request.raw_path}") from error
    except OperationNotFoundError as error:
        raise unknown_operation(scope.service, request.operation or f"{request.method} {request.raw_path}") from error
    except Exception as error:
        raise refusal(name, error) from error
    finally:
        release(moto)
    return _response(request, int(status), headers, body, scope.service)


def preload(services: tuple[str, ...]) -> None:
    """Import what the first requests need, in the background of the start."""
    for name in services:
        _backend(name)


def _url(request: Request, service: str, region: str) -> str:
    """The URL that the request would have on AWS: moto finds the backend and the region in it."""
    host = _HOSTS.get(service, service)
    domain = f"{host}.amazonaws.com" if host in _GLOBAL else f"{host}.{region}.amazonaws.com"
    if service == "s3" and request.raw_path.startswith("/v20180820/"):
        domain = f"s3-control.{region}.amazonaws.com"
    if service == "ses" and request.raw_path.startswith("/v2/"):
        domain = f"email.{region}.amazonaws.com"
    return f"https://{domain}{request.raw_path}"


def _handler(service: str, url: str) -> Any:
    """moto's function for the URL; raises `AwsError` for a service or path that moto does not have."""
    import moto.backend_index

    # moto's patterns of hosts have several `.*`: on a long path they would take long.
    host = "/".join([*url.split("/", 3)[:3], ""])
    for name, pattern in moto.backend_index.backend_url_patterns:
        if pattern.match(host):
            for path, function in _paths(name):
                if path.match(url):
                    return function
    raise AwsError(
        "UnknownOperationException",
        f"The local stack does not have the service '{service}'. Run this against AWS, or leave it out.",
    )


@cache
def _paths(name: str) -> list[tuple[re.Pattern[str], Any]]:
    return [(re.compile(path), function) for path, function in _backend(name).urls.items()]


@cache
def _backend(name: str) -> Any:
    """A backend of the service, of any account and region: only its URLs are looked at."""
    with _import_lock:
        import moto.backends
        from moto.core.base_backend import BackendDict
        from moto.core.models import DEFAULT_ACCOUNT_ID

        backends: Any = moto.backends.get_backend(name)  # type: ignore[call-overload,unused-ignore]
        apply_fixes(name)
        if not isinstance(backends, BackendDict):
            return backends["global"]
        account: Any = backends[DEFAULT_ACCOUNT_ID]
        return account["us-east-1" if "us-east-1" in account else "aws"]


def _response(request: Request, status: int, headers: Any, body: Any, service: str) -> Response:
    kept = {str(name): str(value) for name, value in dict(headers).items() if str(name).lower() not in _DROPPED_HEADERS}
    content = body.encode() if isinstance(body, str) else bytes(body or b"")
    if request.method == "HEAD":
        length = {str(name).lower(): value for name, value in dict(headers).items()}.get("content-length")
        kept["Content-Length"] = str(len(content) if length is None else length)
        content = b""
    identity = "x-amz-request-id" if service == "s3" else "x-amzn-RequestId"
    if not any(name.lower() == identity.lower() for name in kept):
        kept[identity] = str(uuid.uuid4())
    if status >= 500:
        _logger.error("moto answered %s %s with %s: %s", request.method, request.raw_path, status, content[:500])
    # An empty 404 is moto's answer for a path that it does not know; S3 alone has paths that are not there.
    if status >= 500 or (status == 404 and not content and request.method != "HEAD" and service != "s3"):
        raise unknown_operation(service, request.operation or f"{request.method} {request.raw_path}")
    return Response(status, after(request, content), kept)
