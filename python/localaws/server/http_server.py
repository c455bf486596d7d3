"""The HTTP server: waitress on 127.0.0.1."""

from __future__ import annotations

import logging
import re
import time
from typing import Any

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError, get_header_lines
from waitress.task import WSGITask

from localaws.server import connections
from localaws.server.app import Application
from localaws.server.connections import BoundedServer, connection_limit
from localaws.server.dispatch import separate_waiting_requests

__all__ = ["HOST", "create_server"]

_logger = logging.getLogger(__name__)
HOST = "127.0.0.1"
_GIB = 1024**3


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    """Keeps the headers as they came: waitress joins repeated ones and drops those whose names have an underscore."""

    path = ""  # of a request whose first line cannot be read, to which waitress gives none

    def __init__(self, adj: Any) -> None:
        super().__init__(adj)
        self.began = time.time()

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # of urllib, for a URL such as http://[::1/
            raise ParsingError(f"Bad URI: {error}") from error
        lines = (line.partition(b":") for line in get_header_lines(header_plus.partition(b"\r\n")[2]))
        self.lines = [
            (name.decode("latin-1").lower(), value.strip(b" \t").decode("latin-1")) for name, _, value in lines
        ]
        if not self.content_length and not self.chunked:
            # waitress would say "100 Continue" and then wait for ever for the body of an empty S3 object.
            self.expect_continue = False


class _Task(WSGITask):  # type: ignore[misc]
    close_on_finish: bool = False

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        environ["localaws.headers"] = self.request.lines
        return environ

    def build_response_header(self) -> bytes:
        """S3 gives the names of user metadata in lower case; waitress capitalizes every header.

        And waitress closes the connection after each answer without a length, even one that has no body (204).
        """
        asked = self.close_on_finish or self.request.headers.get("CONNECTION", "").lower() == "close"
        header: bytes = super().build_response_header()
        if self.version == "1.1" and not self.has_body and not asked:
            self.close_on_finish = False
            header = header.replace(b"\r\nConnection: close\r\n", b"\r\n", 1)
        return re.sub(rb"(?m)^X-Amz-Meta-[^:]+", lambda name: name[0].lower(), header)


class _Channel(HTTPChannel):  # type: ignore[misc]
    parser_class = _Parser
    task_class = _Task
    served = False  # whether a request has come to its end

    def service(self) -> None:
        self.served = True
        super().service()

    def handle_close(self) -> None:
        if self.requests:
            _logger.info("a connection ended while %s %s was served", self.requests[0].command, self.requests[0].path)
        super().handle_close()


def create_server(application: Application, port: int) -> Any:
    """A bound server; `run()` serves until the process is told to end.  Port 0 takes a free one (`effective_port`)."""
    adjustments = Adjustments(
        host=HOST,
        port=port,
        # None of these waits for a model, a container or another request: more threads only compete for the processor.
        threads=16,
        connection_limit=connection_limit(),
        asyncore_use_poll=True,
        # Clients keep connections open between the polls of a long job.
        channel_timeout=3600,
        cleanup_interval=connections.CLEANUP_SECONDS,
        # A client that goes away is no event.
        log_socket_errors=False,
        max_request_body_size=16 * _GIB,
        inbuf_overflow=32 * 1024**2,
        outbuf_overflow=32 * 1024**2,
        recv_bytes=256 * 1024,
        ident="localaws",
    )
    server = BoundedServer(application, adj=adjustments)
    server.channel_class = _Channel
    separate_waiting_requests(server)
    application.stack.endpoint_url = f"http://{HOST}:{server.effective_port}"
    return server
