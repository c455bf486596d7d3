"""Who sent a request: the principal whose secret signed exactly this request, now."""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import datetime, timedelta

from localaws.api.request import Request
from localaws.iam import Principal
from localaws.iam.principal import Key
from localaws.motobridge.principals import Principals
from localaws.server.authentication import version2, version4
from localaws.server.authentication.claim import Claim, read_claim
from localaws.server.authentication.errors import (
    expired_key,
    expired_request,
    invalid_key,
    invalid_token,
    skewed,
    unsigned_headers,
    wrong_signature,
)
from localaws.server.authentication.payload import check_body, stated_payload

__all__ = ["authenticate"]

_SKEW = timedelta(minutes=15)
_UNSIGNED = "UNSIGNED-PAYLOAD"


def authenticate(request: Request, principals: Principals, now: datetime) -> tuple[Principal, Request]:
    """The principal, and the request with its verified scope and its body decoded; raises AWS's refusals.

    There is no anonymous access, public buckets included.
    """
    claim = read_claim(request)
    key = principals.key(claim.scope.access_key_id)
    if key is None:
        raise invalid_key(request)
    _check_token(request, claim, key)
    if key.expiration is not None and key.expiration <= now:
        raise expired_key(request)
    _check_time(request, claim, now)
    if claim.version == 4:
        _check_signed_headers(request, claim)
        payload = stated_payload(request, claim)
        genuine = version4.is_genuine(request, claim, payload, key.secret)
    else:
        # Version 2 does not cover the body.
        payload = _UNSIGNED
        genuine = version2.is_genuine(request, claim, key.secret)
        if (request.header("x-amz-content-sha256") or "").startswith("STREAMING-"):
            raise wrong_signature(request, "A streamed body needs a signature of version 4.")
    if not genuine:
        raise wrong_signature(request)
    return key.principal, check_body(replace(request, verified=claim.scope), claim, payload, key.secret)


def _check_token(request: Request, claim: Claim, key: Key) -> None:
    given = claim.token or ""
    if not hmac.compare_digest(given.encode("utf-8", "replace"), (key.token or "").encode()):
        raise invalid_token(request) if given else invalid_key(request)


def _check_time(request: Request, claim: Claim, now: datetime) -> None:
    if claim.version == 2 and claim.in_query:
        if now > claim.moment:
            raise expired_request(request)
        return
    if claim.expires_seconds is None:
        if abs(now - claim.moment) > _SKEW:
            raise skewed(request, claim.moment, now)
    elif claim.moment - now > _SKEW:
        raise skewed(request, claim.moment, now)
    elif now > claim.moment + timedelta(seconds=claim.expires_seconds):
        raise expired_request(request)


def _check_signed_headers(request: Request, claim: Claim) -> None:
    names = {name for name, _ in request.lines}
    required = {"host", *(name for name in names if name.startswith("x-amz-"))}
    if not claim.in_query and "x-amz-date" not in names:
        required.add("date")
    if lacking := sorted(required.difference(claim.signed_headers)):
        raise unsigned_headers(request, lacking)
