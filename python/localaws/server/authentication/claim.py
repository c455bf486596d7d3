"""What a request says of its signature, read strictly and not yet verified."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

from localaws.api.request import Request, Scope
from localaws.server.authentication.errors import incomplete, missing_signature

__all__ = ["ALGORITHM", "Claim", "read_claim"]

ALGORITHM = "AWS4-HMAC-SHA256"
_STAMP = "%Y%m%dT%H%M%SZ"
_EXPECTED = 'expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request"'
_CREDENTIAL = re.compile(r"([\w-]+)/([0-9]{8})/([a-z0-9-]+)/([A-Za-z0-9.-]+)/aws4_request", re.ASCII)
_SIGNATURE = re.compile(r"[0-9a-f]{64}")
_HEADERS = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+(?:;[!#$%&'*+.^_`|~0-9a-z-]+)*")
_V2_HEADER = re.compile(r"AWS ([\w-]+):([A-Za-z0-9+/]+=*)", re.ASCII)
_WEEK_SECONDS = 604_800
_V4_PARAMETERS = (
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Signature",
    "X-Amz-Date",
    "X-Amz-SignedHeaders",
    "X-Amz-Expires",
)
_V2_PARAMETERS = ("AWSAccessKeyId", "Signature", "Expires")
# Of these headers a request has one at most: with two, the signature could be for one and the service use the other.
_SINGLE = ("authorization", "content-md5", "date", "host", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token")
_SINGLE_PARAMETERS = {*_V4_PARAMETERS, *_V2_PARAMETERS, "X-Amz-Security-Token", "x-amz-security-token"}


@dataclass(frozen=True)
class Claim:
    """The parts of a signature.

    `moment` is when the request was signed, in a V2 query when it expires; `expires_seconds` is None outside a V4
    query.  `stamp` is `moment` as it was signed.
    """

    version: Literal[2, 4]
    in_query: bool
    scope: Scope
    signature: str
    token: str | None
    moment: datetime
    stamp: str = ""
    signed_headers: tuple[str, ...] = ()
    expires_seconds: int | None = None


def read_claim(request: Request) -> Claim:
    """The request's one signature; raises AWS's refusal where there is none, more than one, or a malformed one."""
    _refuse_repeated(request)
    parameters = request.parameters
    in_v4_query = any(name in parameters for name in ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature"))
    in_v2_query = "AWSAccessKeyId" in parameters or "Signature" in parameters
    header = request.header("authorization")
    if (header is not None) + in_v4_query + in_v2_query > 1:
        raise incomplete(
            request,
            "InvalidArgument",
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string "
            "parameter or the Authorization header should be specified",
        )
    if in_v4_query:
        return _v4_query(request)
    if in_v2_query:
        return _v2_query(request)
    if header is None:
        raise missing_signature(request)
    if header.startswith("AWS "):
        return _v2_header(request, header)
    return _v4_header(request, header)


def _refuse_repeated(request: Request) -> None:
    repeated = sorted(name for name, number in Counter(name for name, _ in request.pairs).items() if number > 1)
    if wrong := [name for name in repeated if _is_s3(request) or name in _SINGLE_PARAMETERS]:
        message = f"The query parameter {wrong[0]} is repeated; it may be given once."
        raise incomplete(request, "InvalidArgument", message)
    headers = [name for name in _SINGLE if len(request.values(name)) > 1]
    if headers:
        raise incomplete(request, "InvalidArgument", f"The header {headers[0]} is repeated; it may be given once.")


def _v4_header(request: Request, header: str) -> Claim:
    algorithm, _, rest = header.partition(" ")
    if algorithm != ALGORITHM:
        message = f"Unsupported Authorization Type {algorithm!r}: sign with {ALGORITHM}"
        raise incomplete(request, "InvalidArgument", message)
    fields: dict[str, str] = {}
    for part in rest.split(","):
        name, equals, value = part.strip(" \t").partition("=")
        if not equals or name in fields or name not in ("Credential", "SignedHeaders", "Signature"):
            message = f"'{part.strip()}' not a valid key=value pair in Authorization header: it is missing or repeated."
            raise incomplete(request, "AuthorizationHeaderMalformed", message)
        fields[name] = value
    if lacking := [name for name in ("Credential", "SignedHeaders", "Signature") if not fields.get(name)]:
        message = " ".join(f"Authorization header requires '{name}' parameter." for name in lacking)
        raise incomplete(request, "AuthorizationHeaderMalformed", message)
    scope = _credential(
        request,
        fields["Credential"],
        "AuthorizationHeaderMalformed",
        f"The authorization header is malformed; the Credential is mal-formed; {_EXPECTED}.",
    )
    _check_parts(request, fields["SignedHeaders"], fields["Signature"], "AuthorizationHeaderMalformed")
    moment, stamp = _signing_date(request)
    if stamp[:8] != scope.date:
        message = f'Invalid credential date "{scope.date}". This date is not the same as X-Amz-Date: "{stamp[:8]}".'
        raise incomplete(request, "AuthorizationHeaderMalformed", message)
    signed = tuple(fields["SignedHeaders"].split(";"))
    token = request.header("x-amz-security-token")
    return Claim(4, False, scope, fields["Signature"], token, moment, stamp, signed)


def _v4_query(request: Request) -> Claim:
    code, parameters = "AuthorizationQueryParametersError", request.parameters
    required = _V4_PARAMETERS[:5] if not _is_s3(request) else _V4_PARAMETERS
    if any(not parameters.get(name) for name in required):
        listed = f"{', '.join(_V4_PARAMETERS[:-1])}, and {_V4_PARAMETERS[-1]}"
        message = f"Query-string authentication version 4 requires the {listed} parameters."
        raise incomplete(request, code, message)
    if parameters["X-Amz-Algorithm"] != ALGORITHM:
        raise incomplete(request, code, f'X-Amz-Algorithm only supports "{ALGORITHM}"')
    scope = _credential(
        request,
        parameters["X-Amz-Credential"],
        code,
        f"Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; {_EXPECTED}.",
    )
    _check_parts(request, parameters["X-Amz-SignedHeaders"], parameters["X-Amz-Signature"], code)
    stamp = parameters["X-Amz-Date"]
    moment = _parse(stamp) if stamp.endswith("Z") else None
    if moment is None:
        raise incomplete(request, code, "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
    if stamp[:8] != scope.date:
        message = f'Invalid credential date "{scope.date}". This date is not the same as X-Amz-Date: "{stamp[:8]}".'
        raise incomplete(request, code, message)
    signed = tuple(parameters["X-Amz-SignedHeaders"].split(";"))
    token = parameters.get("X-Amz-Security-Token")
    seconds = _expires(request, parameters.get("X-Amz-Expires", str(_QUERY_SECONDS)), code)
    return Claim(4, True, scope, parameters["X-Amz-Signature"], token, moment, stamp, signed, seconds)


# How long a presigned request of another service than S3 is good where it does not say so.
_QUERY_SECONDS = 900


def _v2_header(request: Request, header: str) -> Claim:
    found = _V2_HEADER.fullmatch(header)
    if found is None:
        message = 'AWS authorization header is invalid. Expected AwsAccessKeyId:signature after "AWS ".'
        raise incomplete(request, "InvalidArgument", message)
    moment, stamp = _signing_date(request)
    token = request.header("x-amz-security-token")
    return Claim(2, False, _v2_scope(found[1]), found[2], token, moment, stamp)


def _v2_query(request: Request) -> Claim:
    parameters = request.parameters
    if any(not parameters.get(name) for name in _V2_PARAMETERS):
        message = "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"
        raise incomplete(request, "AccessDenied", message)
    text = parameters["Expires"]
    if re.fullmatch(r"[0-9]{1,11}", text) is None:
        raise incomplete(request, "AccessDenied", f"Invalid date (should be seconds since epoch): {text[:40]}")
    token = parameters.get("x-amz-security-token") or parameters.get("X-Amz-Security-Token")
    moment = datetime.fromtimestamp(min(int(text), 253402300799), UTC)
    return Claim(2, True, _v2_scope(parameters["AWSAccessKeyId"]), parameters["Signature"], token, moment, text)


def _v2_scope(access_key_id: str) -> Scope:
    """Only S3 still accepts version 2, whose signatures name no region."""
    return Scope(access_key_id, "us-east-1", "s3")


def _is_s3(request: Request) -> bool:
    return request.scope is not None and request.scope.service in ("s3", "s3express")


def _credential(request: Request, text: str, code: str, message: str) -> Scope:
    found = _CREDENTIAL.fullmatch(text)
    if found is None:
        raise incomplete(request, code, message)
    return Scope(found[1], found[3], found[4], found[2])


def _check_parts(request: Request, headers: str, signature: str, code: str) -> None:
    names = headers.split(";")
    if _HEADERS.fullmatch(headers) is None or len(set(names)) != len(names):
        raise incomplete(request, code, f"SignedHeaders is malformed: '{headers[:200]}'; expecting name;name;…")
    if _SIGNATURE.fullmatch(signature) is None:
        raise incomplete(request, code, "The Signature is malformed; expecting 64 hexadecimal digits in lower case.")


def _expires(request: Request, text: str, code: str) -> int:
    if re.fullmatch(r"-?[0-9]{1,18}", text) is None:
        raise incomplete(request, code, "X-Amz-Expires should be a number")
    if int(text) < 1:
        raise incomplete(request, code, "X-Amz-Expires must be non-negative")
    if int(text) > _WEEK_SECONDS:
        raise incomplete(
            request,
            code,
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than "
            f"{_WEEK_SECONDS} seconds",
        )
    return int(text)


def _signing_date(request: Request) -> tuple[datetime, str]:
    """The date in X-Amz-Date, else in Date, and as a V4 signature writes it."""
    text = request.header("x-amz-date") or request.header("date") or ""
    moment = _parse(text)
    if moment is None:
        raise incomplete(request, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header")
    return moment, moment.strftime(_STAMP)


def _parse(text: str) -> datetime | None:
    try:
        if re.fullmatch(r"[0-9]{8}T[0-9]{6}Z", text):
            return datetime.strptime(text, _STAMP).replace(tzinfo=UTC)
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
