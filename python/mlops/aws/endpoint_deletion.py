"""The end of endpoints, before what they write to is emptied."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import ClientError

from mlops.aws.errors import NOT_FOUND, UserError, error_code

__all__ = ["delete_endpoints"]

_END_SECONDS = 900.0  # an update on AWS that is on its way takes minutes, and an endpoint cannot be deleted meanwhile
_POLL_SECONDS = 1.0
_IN_PROGRESS = ("Creating", "Updating", "SystemUpdating", "RollingBack")


def delete_endpoints(
    sagemaker: Any,
    wanted: Sequence[str],
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> list[str]:
    """Deletes those of the endpoints that there are and waits until they are gone: they write what they capture.

    Returns:
        The names of those that were there.

    Raises:
        UserError: one is still there after a quarter of an hour.
    """
    there = [name for name in wanted if _status(sagemaker, name) is not None]
    left, deadline = list(there), clock() + _END_SECONDS
    while True:
        for name in tuple(left):
            status = _status(sagemaker, name)
            if status is None:
                left.remove(name)
            elif status != "Deleting" and status not in _IN_PROGRESS:
                sagemaker.delete_endpoint(EndpointName=name)
        if not left:
            return there
        if clock() > deadline:
            raise UserError(f"endpoint {left[0]} is still {_status(sagemaker, left[0])}: try again later")
        sleep(_POLL_SECONDS)


def _status(sagemaker: Any, name: str) -> str | None:
    try:
        return str(sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"])
    except ClientError as error:
        if error_code(error) in NOT_FOUND:
            return None
        raise
