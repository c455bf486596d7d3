"""Requests to authenticate without a server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from raw_requests import Client, Raw

from localaws.api.errors import AwsError
from localaws.api.request import Request
from localaws.iam import Principal
from localaws.motobridge.principals import Key
from localaws.server.authentication import authenticate

ADA = Principal("user", "arn:aws:iam::123456789012:user/ada", "AIDA", "ada", "123456789012", "AKIAIOSFODNN7EXAMPLE")
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
CLIENT = Client("http://127.0.0.1:4566", ADA.access_key_id, SECRET)


@dataclass(frozen=True)
class Keys:
    """The one access key that there is."""

    token: str | None = None
    expiration: datetime | None = None

    def key(self, access_key_id: str) -> Key | None:
        return Key(ADA, SECRET, self.token, self.expiration) if access_key_id == ADA.access_key_id else None


def request_of(raw: Raw) -> Request:
    """`raw` as the server reads it."""
    lines = tuple((name.lower(), value) for name, value in raw.headers)
    if "host" not in dict(lines):
        lines = (("host", "127.0.0.1:4566"), *lines)
    headers: dict[str, str] = {}
    for name, value in lines:
        headers[name.title()] = f"{headers[name.title()]}, {value}" if name.title() in headers else value
    return Request(raw.method, raw.path, raw.query, headers, raw.body, lines)


def authenticated(raw: Raw, now: datetime | None = None, keys: Keys | None = None) -> Request:
    """The request as the services see it; raises AWS's refusal."""
    known: Any = keys or Keys()
    principal, request = authenticate(request_of(raw), known, now or datetime.now(UTC))
    assert principal == ADA
    return request


def refusal(raw: Raw, now: datetime | None = None, keys: Keys | None = None) -> AwsError:
    """The refusal that AWS would send."""
    with pytest.raises(AwsError) as refused:
        authenticated(raw, now, keys)
    return refused.value
