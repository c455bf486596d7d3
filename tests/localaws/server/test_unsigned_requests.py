"""No service takes a request that is not signed, wrongly signed, changed, or of another time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from raw_requests import REGION, SERVICES, Client, Raw, client_of

ZEROS = "0" * 64
_16_MINUTES = timedelta(minutes=16)
FUTURE = "99999999999"


def _credential(client: Client, raw: Raw) -> str:
    return f"{client.access_key_id}/20260101/{REGION}/{raw.service}/aws4_request"


def _with_query(raw: Raw, query: str) -> Raw:
    return replace(raw, query=f"{raw.query}&{query}" if raw.query else query)


def _header(client: Client, raw: Raw, value: str) -> Raw:
    return raw.plus(Authorization=value, X_Amz_Date="20260101T000000Z")


def _resigned(raw: Raw, old: str, new: str) -> Raw:
    header = raw.header("Authorization")
    assert old in header
    return raw.changed("Authorization", header.replace(old, new))


# What an attacker sends, by name: a client with the administrator's key id, and the request that the service knows.
HOSTILE: dict[str, Callable[[Client, Raw], Raw]] = {
    "unsigned": lambda client, raw: raw,
    "key id in the query": lambda client, raw: _with_query(raw, f"X-Amz-Credential={_credential(client, raw)}"),
    "query without a date": lambda client, raw: _with_query(
        raw,
        f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={_credential(client, raw)}&X-Amz-Signature={ZEROS}"
        "&X-Amz-SignedHeaders=host",
    ),
    "garbage in the query": lambda client, raw: _with_query(
        raw,
        client.presign(raw).query.rpartition("=")[0].partition("X-Amz-Algorithm")[2].join(["X-Amz-Algorithm", "=x"]),
    ),
    "V4 header without a signature": lambda client, raw: _header(
        client, raw, f"AWS4-HMAC-SHA256 Credential={_credential(client, raw)}"
    ),
    "V4 header with an empty signature": lambda client, raw: _resigned(
        client.sign(raw), client.sign(raw).header("Authorization").rpartition("=")[2], ""
    ),
    "V4 header with zeros": lambda client, raw: client.sign(raw).changed(
        "Authorization", client.sign(raw).header("Authorization").rpartition("=")[0] + f"={ZEROS}"
    ),
    "V4 header that is garbage": lambda client, raw: _header(client, raw, "AWS4-HMAC-SHA256 x"),
    "V4A header": lambda client, raw: _resigned(client.sign(raw), "AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
    "other scheme": lambda client, raw: _header(client, raw, f"Bearer {client.access_key_id}"),
    "V2 header": lambda client, raw: raw.plus(Authorization=f"AWS {client.access_key_id}:garbage", Date="x"),
    "V2 header with a date": lambda client, raw: raw.plus(
        Authorization=f"AWS {client.access_key_id}:Z2FyYmFnZQ==",
        X_Amz_Date=client.sign(raw).header("X-Amz-Date"),
    ),
    "V2 query": lambda client, raw: _with_query(
        raw, f"AWSAccessKeyId={client.access_key_id}&Signature=garbage&Expires={FUTURE}"
    ),
    "V2 query without a signature": lambda client, raw: _with_query(
        raw, f"AWSAccessKeyId={client.access_key_id}&Expires={FUTURE}"
    ),
    "wrong secret": lambda client, raw: client.sign(raw, secret="wrong"),
    "presigned by a wrong secret": lambda client, raw: client.presign(raw, secret="wrong"),
    "another body": lambda client, raw: replace(client.sign(raw), body=raw.body + b" "),
    "another method": lambda client, raw: replace(client.sign(raw), method="PUT" if raw.method != "PUT" else "POST"),
    "another path": lambda client, raw: replace(client.sign(raw), path=f"{raw.path.rstrip('/')}/other"),
    "another query": lambda client, raw: _with_query(client.sign(raw), "marker=other"),
    "another signed header": lambda client, raw: client.sign(raw.plus(X_Amz_Thing="1")).changed("X-Amz-Thing", "2"),
    "a signed header less": lambda client, raw: client.sign(raw.plus(X_Thing="1")).without("x-thing"),
    "an unsigned header more": lambda client, raw: client.sign(raw).plus(X_Amz_Acl="public-read"),
    "host not signed": lambda client, raw: _resigned(client.sign(raw), "host;", ""),
    "another service": lambda client, raw: _resigned(client.sign(raw), f"/{raw.service}/", "/other/"),
    "another region": lambda client, raw: _resigned(client.sign(raw), f"/{REGION}/", "/eu-west-1/"),
    "another day": lambda client, raw: client.sign(raw).changed("X-Amz-Date", "20260101T000000Z"),
    "another key": lambda client, raw: _resigned(client.sign(raw), client.access_key_id, "AKIAIOSFODNN7EXAMPLE"),
    "too old": lambda client, raw: client.sign(raw, late=_16_MINUTES),
    "too early": lambda client, raw: client.sign(raw, late=-_16_MINUTES),
    "presigned and expired": lambda client, raw: client.presign(raw, expires=60, late=timedelta(seconds=90)),
    "presigned too early": lambda client, raw: client.presign(raw, late=-_16_MINUTES),
    "presigned for too long": lambda client, raw: client.presign(raw, expires=604_801),
    "presigned for no time": lambda client, raw: client.presign(raw, expires=0),
    "presigned for longer than signed": lambda client, raw: (
        lambda signed: replace(signed, query=signed.query.replace("Expires=60", "Expires=61"))
    )(client.presign(raw)),
    "two authorizations": lambda client, raw: client.sign(raw).plus(
        Authorization=client.sign(raw).header("Authorization")
    ),
    "header and query": lambda client, raw: (lambda signed: replace(signed, query=client.presign(raw).query))(
        client.sign(raw)
    ),
    "two dates": lambda client, raw: client.sign(raw).plus(X_Amz_Date="20260101T000000Z"),
    "a token too many": lambda client, raw: replace(client, token="token").sign(raw),
    "unsigned body": lambda client, raw: (
        client.signed_by(
            raw.plus(X_Amz_Content_Sha256="UNSIGNED-PAYLOAD"),
            _plain_signer(client, raw),
        )
        if raw.service != "s3"
        else raw
    ),
}


def _plain_signer(client: Client, raw: Raw) -> Any:
    from botocore.auth import SigV4Auth

    return SigV4Auth(client.credentials(), raw.service, REGION)


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_refuses_what_is_not_signed(stack: Any, service: str) -> None:
    client, raw = client_of(stack), SERVICES[service]
    taken = []
    for name, hostile in HOSTILE.items():
        answer = client.send(hostile(client, raw))
        # 400 and 403 are AWS's; a request that passed would get 200 or its service's own refusal.
        if answer.status not in (400, 403) or not any(code in answer.text for code in _CODES):
            taken.append(f"{name}: {answer.status} {answer.text[:200]}")
    assert taken == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_takes_what_is_signed(stack: Any, service: str) -> None:
    client, raw = client_of(stack), SERVICES[service]
    for signed in (client.sign(raw), client.sign(raw, late=timedelta(minutes=14)), client.presign(raw)):
        answer = client.send(signed)
        assert answer.status < 500
        assert not any(code in answer.text for code in _CODES), answer.text


# The names of all refusals of a signature, none of which a service of the table gives for anything else.
_CODES = (
    "AccessDenied",
    "AuthorizationHeaderMalformed",
    "AuthorizationQueryParametersError",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidArgument",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "InvalidToken",
    "MissingAuthenticationToken",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
    "XAmzContentSHA256Mismatch",
)
