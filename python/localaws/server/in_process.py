"""Requests that the stack sends to itself: answered in the calling thread, without HTTP.

A request thread that called the stack over HTTP would wait for another request thread, and a stack whose threads all
wait for one another never answers again.  These requests are authenticated and decided like those from outside.
"""

from __future__ import annotations

import io
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from localaws.api.request import Request
from localaws.server.app import Application

__all__ = ["answer"]


class _Body(io.BytesIO):
    """A response's body with the two methods of urllib3 that botocore calls."""

    def stream(self, amt: int = 1 << 16, decode_content: bool | None = None) -> object:
        """The body in pieces of `amt` bytes."""
        return iter(lambda: self.read(amt), b"")

    def release_conn(self) -> None:
        """There is no connection."""


def answer(application: Application, prepared: AWSPreparedRequest) -> AWSResponse:
    """The application's response to a signed botocore request."""
    response = application.answer(_request(prepared))
    headers = {"Content-Length": str(len(response.body)), **response.headers}
    return AWSResponse(prepared.url, response.status, headers, _Body(response.body))  # type: ignore[arg-type]


def _request(prepared: AWSPreparedRequest) -> Request:
    url = urlsplit(prepared.url)
    body = prepared.body or b""
    if not isinstance(body, bytes | bytearray | str):
        body = body.read()
    headers = {name: _text(value) for name, value in prepared.headers.items()}
    return Request.read(
        prepared.method or "GET",
        f"{url.path}?{url.query}" if url.query else url.path,
        {"Host": url.netloc, **headers},
        body.encode() if isinstance(body, str) else bytes(body),
    )


def _text(value: str | bytes) -> str:
    """A header's value as it comes out of WSGI."""
    return value.decode("latin-1") if isinstance(value, bytes) else value
