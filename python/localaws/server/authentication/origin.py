"""Requests that were not meant for this stack: a web page's, or those of a name that was bound to this machine."""

from __future__ import annotations

from urllib.parse import urlsplit

from localaws.api.errors import AwsError
from localaws.api.request import Request

__all__ = ["check_origin"]

# The server listens on 127.0.0.1; a tunnel may lead to it from the other two.
_NAMES = ("127.0.0.1", "localhost", "[::1]")


def check_origin(request: Request, endpoint_url: str) -> None:
    """Raise AccessDenied where the Host is not the stack's (a rebound DNS name), or the Origin (a page in a browser).

    https://owasp.org/www-community/attacks/DNS_Rebinding
    """
    port = urlsplit(endpoint_url).port
    hosts = [f"{name}:{port}" for name in _NAMES]
    given = request.values("host") + ([] if request.host is None else [request.host])
    if not given or any(host.lower() not in hosts for host in given):
        shown = ", ".join(given)[:200] or "(none)"
        raise AwsError("AccessDenied", f"The Host is {shown}; use this local stack's own, {endpoint_url}.", status=403)
    if foreign := [
        origin for origin in request.values("origin") if origin.lower() not in map("http://{}".format, hosts)
    ]:
        message = f"The Origin is {foreign[0][:200]}; this local stack takes no requests from other web pages."
        raise AwsError("AccessDenied", message, status=403)
