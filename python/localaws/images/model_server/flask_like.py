"""Answers as Flask words them, in which AWS's containers are written."""

from __future__ import annotations

import sys
import traceback

from .http import Handler, Request, Response

__all__ = ["error_page", "guarded", "respond", "text"]

_PAGES = {
    404: (
        "Not Found",
        "The requested URL was not found on the server. If you entered the URL manually please check your spelling and "
        "try again.",
    ),
    405: ("Method Not Allowed", "The method is not allowed for the requested URL."),
    413: ("Request Entity Too Large", "The data value transmitted exceeds the capacity limit."),
    500: (
        "Internal Server Error",
        "The server encountered an internal error and was unable to complete your request. Either the server is "
        "overloaded or there is an error in the application.",
    ),
}


def respond(body: str | bytes, status: int = 200, mimetype: str = "text/html") -> Response:
    """A response whose text types carry their charset."""
    charset = "; charset=utf-8" if mimetype.startswith("text/") else ""
    return Response(status, body.encode("utf-8") if isinstance(body, str) else body, mimetype + charset)


def text(message: str, status: int) -> Response:
    """A message, which Flask sends as HTML where nobody names a type."""
    return respond(message, status)


def error_page(status: int) -> Response:
    """The page of an error that the application did not handle."""
    title, words = _PAGES[status]
    head = f"<!doctype html>\n<html lang=en>\n<title>{status} {title}</title>\n<h1>{title}</h1>\n"
    return respond(f"{head}<p>{words}</p>\n", status)


def guarded(route: Handler, request: Request) -> Response:
    """What `route` answers; where it raises, the traceback goes to the log and the error page to the caller."""
    try:
        return route(request)
    except Exception:  # noqa: BLE001 - a user's code may raise anything, and the server goes on
        sys.stderr.write(f"Exception on {request.path} [{request.method}]\n{traceback.format_exc()}")
        sys.stderr.flush()
        return error_page(500)
