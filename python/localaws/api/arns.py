"""The parts of an ARN: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Arn", "read_arn"]


class Arn(NamedTuple):
    """`resource` is all that follows the account, further colons included."""

    partition: str
    service: str
    region: str
    account_id: str
    resource: str


def read_arn(text: str) -> Arn | None:
    """The ARN's parts; None for a text that has fewer of them, such as `*`."""
    _, *parts = text.split(":", 5)
    return Arn(*parts) if len(parts) == 5 else None
