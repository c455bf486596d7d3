"""The refusals of the stack, with the names that AWS's services give them."""

from __future__ import annotations

__all__ = [
    "AwsError",
    "conflict",
    "limit_exceeded",
    "resource_not_found",
    "unknown_operation",
    "validation_error",
]


class AwsError(Exception):
    """A refusal that a client sees: AWS's error name, a message, and an HTTP status.

    `code` is the name that SDKs match on (`ValidationException`, `ResourceNotFound`, …).  Raise it anywhere below the
    server; the server writes it in the protocol of the service that was called.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def validation_error(message: str) -> AwsError:
    """A request that cannot be served as it is worded (SageMaker also uses it for most missing resources)."""
    return AwsError("ValidationException", message)


def resource_not_found(message: str) -> AwsError:
    """SageMaker's `ResourceNotFound`, for the operations whose model declares it."""
    return AwsError("ResourceNotFound", message)


def conflict(message: str) -> AwsError:
    """SageMaker's `ConflictException`: the resource's state forbids the change."""
    return AwsError("ConflictException", message)


def limit_exceeded(message: str) -> AwsError:
    """SageMaker's `ResourceLimitExceeded`: a quota of the account is used up."""
    return AwsError("ResourceLimitExceeded", message)


def unknown_operation(service: str, operation: str) -> AwsError:
    """An operation that the stack does not implement: a 4xx, because clients retry a 5xx for minutes."""
    return AwsError(
        "UnknownOperationException",
        f"The local stack does not implement {service}:{operation}. Run it against AWS, or leave it out.",
    )
