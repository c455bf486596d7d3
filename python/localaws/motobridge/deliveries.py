"""What moto posts to URLs of its users: notifications of SNS, records of Firehose.

moto posts while it serves the request that caused it, and waits for the answer without a limit: a subscriber that calls
the stack would wait for the stack, which waits for the subscriber.
"""

from __future__ import annotations

import importlib
import logging
import threading
from typing import Any

__all__ = ["POSTING", "deliver_in_background"]

_logger = logging.getLogger(__name__)
_SECONDS = 15.0  # as SNS waits (https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html)

POSTING = {"firehose", "sns"}
"""The services whose modules in moto post to URLs."""


def deliver_in_background(service: str) -> None:
    """Let moto's module of the service post in a thread of its own."""
    setattr(importlib.import_module(f"moto.{service}.models"), "requests", _Deliveries)  # noqa: B010


class _Deliveries:
    """Stands where moto's modules have the package `requests`."""

    @staticmethod
    def post(url: str, **arguments: Any) -> None:
        """Post once, without waiting."""
        threading.Thread(target=_post, args=(url, arguments), name="delivery", daemon=True).start()


def _post(url: str, arguments: dict[str, Any]) -> None:
    import requests

    try:
        requests.post(url, timeout=_SECONDS, **arguments)
    except requests.RequestException as error:
        _logger.warning("cannot deliver to %s: %s", url, error)
