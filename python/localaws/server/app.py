"""The WSGI application: authenticate, decide, route, answer."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from localaws.api.errors import AwsError
from localaws.api.protocols import Response, error_response
from localaws.api.request import MAX_FORM_BYTES, MAX_FORM_FIELDS, Request, Scope
from localaws.iam import AccessRequest, Principal, simulate, simulate_custom
from localaws.motobridge import bridge
from localaws.motobridge.assume_role import assume_role
from localaws.server import introspection
from localaws.server.authentication import authenticate, check_origin
from localaws.server.integrity import check_integrity
from localaws.server.repeats import Repeats

if TYPE_CHECKING:
    from localaws.account import Account

__all__ = ["Application"]

_logger = logging.getLogger(__name__)
Serve = Callable[["Account", Request, Principal], Response]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class Application:
    """Serves one stack over HTTP.

    `services`: the services that the stack implements itself, by the name in a request's signature; moto serves the
    others.
    """

    def __init__(self, stack: Account, services: Mapping[str, Serve]) -> None:
        self.stack = stack
        self._services = services
        self._repeats = Repeats()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        request = Request.from_environ(environ)
        response = self.answer(request)
        status = f"{response.status} {_reason(response.status)}"
        start_response(status, list({"Content-Length": str(len(response.body)), **response.headers}.items()))
        # A body after HEAD would be read as the beginning of the connection's next response.
        return [] if request.method == "HEAD" else [response.body]

    def answer(self, request: Request) -> Response:
        """The response to a request, refusals and faults included."""
        try:
            check_origin(request, self.stack.endpoint_url)
            if request.raw_path.startswith(introspection.PREFIX):
                return introspection.serve(self.stack, request)
            return self._route(request)
        except AwsError as error:
            line = "%s %s %s (%s): %s"
            _logger.info(line, request.method, request.raw_path, request.operation, request.attempt, error)
            return error_response(request, error)
        except (RecursionError, UnicodeError) as error:
            # Only what a client sent is nested without end or is no text.
            _logger.info("%s %s %s: %s", request.method, request.raw_path, request.operation, type(error).__name__)
            message = "The request is nested too deeply or holds text that is not valid Unicode."
            return error_response(request, AwsError("SerializationException", message))
        except Exception:
            # The last resort of the process: what comes here is a fault of the stack itself.
            name = request.operation or f"{request.method} {request.raw_path}"
            identity = uuid.uuid4()
            _logger.exception("internal fault %s while serving %s", identity, name)
            message = f"The local stack failed while serving {name}; `localaws logs` shows where (fault {identity})."
            return error_response(request, AwsError("InternalFailure", message, status=500))

    def _route(self, request: Request) -> Response:
        caller, request = authenticate(request, self.stack.principals, self.stack.clock())
        scope = request.scope
        assert scope is not None
        if scope.service in ("s3", "s3express"):
            check_integrity(request)
        elif request.has_oversized_form:
            message = f"A form has at most {MAX_FORM_BYTES} bytes and {MAX_FORM_FIELDS} fields: split the request."
            raise AwsError("RequestEntityTooLarge", message, status=413)
        return self._repeats.answer(request, caller.arn, lambda: self._serve(request, caller, scope))

    def _serve(self, request: Request, caller: Principal, scope: Scope) -> Response:
        if serve := self._services.get(scope.service):
            return serve(self.stack, request, caller)
        authorizer = self.stack.authorizer
        access = _access_request(request, caller, scope.service, scope.region)
        authorizer.decide(access)
        match scope.service, request.operation:
            # What moto does not have, or does not decide.
            case "iam", "SimulatePrincipalPolicy":
                source = self.stack.principals.named(request.form.get("PolicySourceArn", ""))
                answer = simulate(request.form, source, self.stack.principals.policies, self.stack.region)
                return Response(200, answer, {"Content-Type": "text/xml"})
            case "iam", "SimulateCustomPolicy":
                return Response(200, simulate_custom(request.form, scope.region), {"Content-Type": "text/xml"})
            case "sts", "AssumeRole":
                return assume_role(self.stack.principals, request, caller, partial(authorizer.log.add, caller))
        with authorizer.deciding_keys(access):
            response = bridge.serve(self.stack.principals, request, caller)
        if response.status == 404 and (request.method == "HEAD" or b"<Code>NoSuchKey</Code>" in response.body):
            authorizer.decide_missing(access)
        return response


def _access_request(request: Request, caller: Principal, service: str, region: str) -> AccessRequest:
    return AccessRequest(
        caller,
        service,
        request.operation,
        region,
        method=request.method,
        path=request.raw_path,
        query=request.query,
        headers=request.headers,
        form=request.form,
        body=request.body,
    )


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
