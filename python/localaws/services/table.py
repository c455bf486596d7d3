"""The services that the stack implements itself: a new one is a new row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from localaws.account import Account
from localaws.api.protocols import Response
from localaws.api.request import Request
from localaws.iam import Principal
from localaws.services.sagemaker import http_api
from localaws.services.sagemaker.families import FAMILIES
from localaws.services.sagemaker.service import operations_by_feature
from localaws.services.scheduler import Scheduler

__all__ = ["FAMILIES", "SERVICES", "Service"]

Serve = Callable[[Account, Request, Principal], Response]


@dataclass(frozen=True)
class Service:
    """One service.

    `serve` answers its requests (None: moto does).  `operations` lists what it implements, by feature.  `background`
    makes the function that a thread runs until `Account.shutdown` is set.
    """

    serve: Serve | None = None
    operations: Callable[[], Mapping[str, Mapping[str, object]]] | None = None
    background: Callable[[Account], Callable[[], None]] | None = None


SERVICES: Mapping[str, Service] = {
    "sagemaker": Service(http_api.serve, operations_by_feature),
    "scheduler": Service(background=lambda account: Scheduler(account).run),
}
"""By signing name."""
