"""What a script's functions may return, as a response."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..flask_like import respond
from ..http import Response

__all__ = ["Answer", "as_response"]


class Answer:
    """The toolkit's `worker.Response`, a Flask response whose default type is JSON."""

    def __init__(
        self,
        response: Any = None,
        accept: str | None = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        mimetype: str | None = None,
        direct_passthrough: bool = False,
    ) -> None:
        self.response, self.status_code, self.headers = response, int(status), dict(headers or {})
        self.mimetype = mimetype or "application/json"

    def get_data(self) -> bytes:
        """The body."""
        return _bytes(self.response)


def as_response(result: Any) -> Response:
    """The HTTP response for what a function returned; raises TypeError for what Flask does not take.

    (body, type), an `Answer`, a response of the runtime's own Flask, bytes or text (HTML to Flask), a dict or a list.
    """
    if isinstance(result, tuple):
        result = Answer(result[0], mimetype=result[1])
    if hasattr(result, "get_data") and hasattr(result, "status_code"):
        made = respond(result.get_data(), int(result.status_code), result.mimetype or "text/html")
        special = {"content-type", "content-length"}
        more = {name: value for name, value in result.headers.items() if name.lower() not in special}
        return made._replace(headers=more)
    if isinstance(result, (str, bytes, bytearray)):
        return respond(_bytes(result))
    if isinstance(result, (dict, list)):
        return respond(json.dumps(result) + "\n", mimetype="application/json")
    raise TypeError(f"The function did not return a valid response: it returned {type(result).__name__}.")


def _bytes(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode("utf-8")
    if isinstance(body, (bytes, bytearray)):
        return bytes(body)
    return b"".join(_bytes(part) if isinstance(part, (str, bytes)) else _refuse(part) for part in body)


def _refuse(part: Any) -> bytes:
    raise TypeError(f"A response body is text or bytes, not {type(part).__name__}.")
