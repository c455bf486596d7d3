"""One local stack: an account, its services, and the server in front of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from localaws.account import Account
from localaws.runtime.visible import hide
from localaws.server.app import Application
from localaws.server.http_server import create_server
from localaws.server.in_process import answer
from localaws.services.table import FAMILIES, SERVICES, Service
from localaws.state import default_home
from localaws.store import Family

__all__ = ["Stack"]


class Stack(Account):
    """An account that answers requests; nothing below imports it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        # Nor does a job see the keys of the user's other stack.
        hide(default_home().path)
        self._application = Application(
            self, {name: service.serve for name, service in SERVICES.items() if service.serve}
        )

    @property
    def families(self) -> Mapping[str, Family]:
        """The families of all services."""
        return FAMILIES

    @property
    def services(self) -> Mapping[str, Service]:
        """The services that the stack implements itself, by their signing names."""
        return SERVICES

    def send(self, prepared: AWSPreparedRequest) -> AWSResponse:
        """Answer a signed request of the stack's own in the calling thread."""
        return answer(self._application, prepared)

    def create_server(self, port: int) -> Any:
        """A bound server (see `localaws.server.http_server`); `endpoint_url` is known from then on."""
        return create_server(self._application, port)

    def start_background(self) -> None:
        """Start what the services do without a request, each in a thread of its own."""
        for name, service in SERVICES.items():
            if service.background is not None:
                self.spawn(name, service.background(self))
