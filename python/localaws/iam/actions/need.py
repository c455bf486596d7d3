"""What a request needs to be allowed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from localaws.api.errors import AwsError

__all__ = ["Need", "UnmappedError"]


@dataclass(frozen=True)
class Need:
    """An action (`sagemaker:CreateTrainingJob`) on a resource (an ARN, or `*`), both of them text, not patterns.

    `context`: condition key in lower case → its values, of those keys that the request itself shows.
    """

    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)


class UnmappedError(AwsError):
    """The stack does not know which permissions an operation needs."""

    def __init__(self, service: str, operation: str) -> None:
        named = f"{service}:{operation or '(no single operation)'}"
        message = (
            f"The local stack does not know which permissions {named} needs, so it denies the request. Call it as an"
            " administrator, or on AWS; docs/local-stack/iam.md says what it knows."
        )
        super().__init__("AccessDenied", message, status=403)
