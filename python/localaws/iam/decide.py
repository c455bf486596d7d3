"""The one place that allows or refuses a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from localaws.iam.principal import Principal

__all__ = ["AccessRequest", "decide"]


@dataclass(frozen=True)
class AccessRequest:
    """What is known of a request before any service sees it.

    `service` is the signing name (`s3`, `sagemaker`, …), `operation` the API's operation where the protocol names it
    (empty for REST services: there `method`, `path` and `query` tell), `parameters` the request of a SageMaker or query
    call.
    """

    principal: Principal
    service: str
    operation: str
    region: str
    method: str = "POST"
    path: str = "/"
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)


def decide(request: AccessRequest) -> None:
    """Return when the request is allowed; raise `AwsError` (AccessDenied…) when it is not.

    Every request of every service passes here exactly once, those that the stack sends to itself included.  The rule
    today: whoever authenticated (`Principals.authenticate` refuses unknown keys) may do everything.
    """
