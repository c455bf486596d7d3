"""A request as moto gets it: with the parts alone that it was decided by."""

from __future__ import annotations

from typing import Any

from localaws.api.compression import uncompressed
from localaws.api.protocols import protocol_of
from localaws.api.request import Request

__all__ = ["moto_request"]

# A parameter that no service knows.  With an empty query string, moto looks for parameters in a body of JSON and in the
# headers, as if they were a form.
_NONE = "localaws=none"


def moto_request(request: Request, url: str) -> Any:
    """moto's own request for `url`, which is without a query string.

    moto takes operation and parameters from a form, from the query string, from the body and from headers, whichever
    comes first, in every protocol.  So what the protocol of the request does not read is left out: otherwise one
    request would be decided and another one be carried out.
    """
    from moto.core.request import Request as MotoRequest
    from werkzeug.datastructures import ImmutableMultiDict

    headers = dict(request.headers)
    # A streamed body has been decoded; moto would do that again.
    if headers.get("X-Amz-Content-Sha256", "").startswith("STREAMING-"):
        del headers["X-Amz-Content-Sha256"]
    body = request.body
    if protocol_of(request) != "rest-xml":
        body = uncompressed(body, headers)
        headers.pop("Content-Encoding", None)  # moto would uncompress it, however large it becomes
    query = _query(request)
    made = MotoRequest.from_primitives(request.method, f"{url}?{query}" if query else url, headers, body)
    if not _has_form(request):
        made.form = ImmutableMultiDict()
        made.files = ImmutableMultiDict()
    return made


def _has_form(request: Request) -> bool:
    return protocol_of(request) in ("query", "ec2") and request.has_form


def _query(request: Request) -> str:
    protocol = protocol_of(request)
    if protocol in ("rest-json", "rest-xml"):  # their operation is the path
        return request.query
    if protocol in ("json", "cbor"):
        return _NONE
    return "" if _has_form(request) else request.query or _NONE
