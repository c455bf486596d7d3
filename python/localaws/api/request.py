"""A request as the server reads it: raw, with the scope of its signature."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from localaws.api.compression import uncompressed

__all__ = ["MAX_FORM_BYTES", "MAX_FORM_FIELDS", "Request", "Scope"]

# Authorization: AWS4-HMAC-SHA256 Credential=AKIA…/20260101/us-east-1/s3/aws4_request, SignedHeaders=…, Signature=…
_SIGV4 = re.compile(r"^AWS4-[A-Z0-9-]+\s[^=]{0,40}?Credential=([^/\s,]+)/\d{8}/([^/\s,]*)/([^/\s,]+)/aws4_request")
_SIGV2 = re.compile(r"^AWS ([^:\s]+):")
_ATTEMPT = re.compile(r"\battempt=(\d{1,4})\b")
_RPC_PATH = re.compile(r"/service/[^/]+/operation/([^/]+)")
_METADATA = "x-amz-meta-"
MAX_FORM_BYTES = 2 * 1024**2
"""AWS's query-protocol services take 1 MB at most; a longer form is an object for S3, whatever its content type."""
MAX_FORM_FIELDS = 100_000


@dataclass(frozen=True)
class Scope:
    """Whose key signed the request, and for which service and region."""

    access_key_id: str
    region: str
    service: str
    date: str = ""


@dataclass(frozen=True)
class Request:
    """One HTTP request; `raw_path` and `query` are as they came over the wire, `headers` have title-case names.

    `lines` are the headers as they came: names in lower case, repeated ones apart.  `host` is that of a request line
    with a whole URL, `verified` the scope of the signature once it is verified.
    """

    method: str
    raw_path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    lines: tuple[tuple[str, str], ...] = ()
    host: str | None = None
    verified: Scope | None = None

    @classmethod
    def from_environ(cls, environ: Mapping[str, Any]) -> Request:
        """Read a WSGI request, body included."""
        headers = {
            name[5:].replace("_", "-"): str(value) for name, value in environ.items() if name.startswith("HTTP_")
        }
        for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            if environ.get(name):
                headers[name.replace("_", "-")] = str(environ[name])
        lines = tuple(environ.get("localaws.headers", ()))
        # WSGI cannot name headers with an underscore, which user metadata of S3 may have.
        headers |= {name: value for name, value in lines if name.startswith(_METADATA) and "_" in name}
        target = str(environ.get("REQUEST_URI") or environ["PATH_INFO"])
        return cls.read(environ["REQUEST_METHOD"], target, headers, environ["wsgi.input"].read(), lines)

    @classmethod
    def read(
        cls,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes,
        lines: tuple[tuple[str, str], ...] = (),
    ) -> Request:
        """A request of which `target` is a path or URL and `headers` have names in any case."""
        host = None
        if not target.startswith("/"):
            parts = urlsplit(target)
            raw_path, query, host = parts.path, parts.query, parts.netloc
        else:
            raw_path, _, query = target.partition("?")
        # S3 keeps the names of user metadata in lower case.
        named = {
            name.lower() if name.lower().startswith(_METADATA) else name.title(): value
            for name, value in headers.items()
        }
        lines = lines or tuple((name.lower(), value) for name, value in headers.items())
        return cls(method, raw_path or "/", query, named, body, lines, host)

    def values(self, name: str) -> list[str]:
        """Every value of the header `name` (in lower case), as it came."""
        return self._lines_by_name.get(name, [])

    def header(self, name: str) -> str | None:
        """The first value of the header `name` (in lower case); None where it is not there."""
        return next(iter(self.values(name)), None)

    @cached_property
    def _lines_by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, value in self.lines:
            found.setdefault(name, []).append(value)
        return found

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """The query string's parameters in order, repeated ones apart."""
        return parse_qsl(self.query, keep_blank_values=True)

    @cached_property
    def parameters(self) -> dict[str, str]:
        """The query string's parameters, each with its first value."""
        return dict(reversed(self.pairs))

    @cached_property
    def form(self) -> dict[str, str]:
        """The parameters of a query-protocol call, which come in the body or, where it has none, in the URL."""
        if not self.has_form or self.has_oversized_form:
            return self.parameters
        fields = parse_qs(uncompressed(self.body, self.headers).decode("utf-8", "replace"), keep_blank_values=True)
        return {name: values[0] for name, values in fields.items()}

    @property
    def has_form(self) -> bool:
        """Whether the body is a form."""
        return self._is_form_type and bool(self.body)

    @property
    def attempt(self) -> str:
        """Which attempt of an SDK's call this is, for the log: `attempt=1; max=3`."""
        return self.headers.get("Amz-Sdk-Request", "no SDK")

    @property
    def is_repeated(self) -> bool:
        """Whether an SDK has sent this call before and has not had an answer that it accepts."""
        attempt = _ATTEMPT.search(self.attempt)
        return attempt is not None and int(attempt[1]) > 1

    @property
    def _is_form_type(self) -> bool:
        return self.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded")

    @cached_property
    def has_oversized_form(self) -> bool:
        """Whether the body has the content type of a form and is too large for a query-protocol call (see `form`)."""
        if not self._is_form_type:
            return False
        body = uncompressed(self.body, self.headers)
        return len(body) > MAX_FORM_BYTES or body.count(b"&") >= MAX_FORM_FIELDS

    @cached_property
    def target(self) -> str:
        """The X-Amz-Target header of a JSON call, else an empty string."""
        return self.headers.get("X-Amz-Target", "")

    @cached_property
    def operation(self) -> str:
        """The operation that a JSON, CBOR or query call names; empty for REST services."""
        if self.target:
            return self.target.rpartition(".")[2]
        if "Smithy-Protocol" in self.headers and (found := _RPC_PATH.fullmatch(self.raw_path)):
            return found[1]
        return self.form.get("Action", "")

    @cached_property
    def scope(self) -> Scope | None:
        """The scope of the signature: the verified one, before that what the request says (None where it says none)."""
        if self.verified is not None:
            return self.verified
        authorization = self.headers.get("Authorization", "")
        if found := _SIGV4.match(authorization):
            return Scope(found[1], found[2], found[3])
        if credential := self.parameters.get("X-Amz-Credential"):
            parts = credential.split("/")
            return Scope(parts[-5], parts[-3], parts[-2]) if len(parts) >= 5 else None
        # Only S3 still accepts version 2, which botocore uses for presigned URLs of some regions.
        if found := _SIGV2.match(authorization):
            return Scope(found[1], "us-east-1", "s3")
        if key := self.parameters.get("AWSAccessKeyId"):
            return Scope(key, "us-east-1", "s3")
        return None
