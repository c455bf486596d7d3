"""Deletes endpoints, before the bucket that they write to is emptied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from mlops.aws.errors import UserError, is_not_found
from mlops.aws.polling import Polling

__all__ = ["delete_endpoints"]

# An update on AWS that is on its way takes minutes, and an endpoint cannot be deleted meanwhile.
_POLLING = Polling(first_seconds=1.0, last_seconds=1.0, limit_seconds=900.0)
_IN_PROGRESS = ("Creating", "Updating", "SystemUpdating", "RollingBack")


def delete_endpoints(sagemaker: Any, names: Sequence[str], polling: Polling = _POLLING) -> list[str]:
    """Deletes those of the endpoints that exist and waits until they are gone: they write what they capture.

    Returns:
        The names of those that existed.

    Raises:
        UserError: one still exists after a quarter of an hour.
    """
    found = [name for name in names if _status(sagemaker, name) is not None]
    left = list(found)

    def delete() -> list[str]:
        for name in tuple(left):
            status = _status(sagemaker, name)
            if status is None:
                left.remove(name)
            elif status != "Deleting" and status not in _IN_PROGRESS:
                sagemaker.delete_endpoint(EndpointName=name)
        return left

    try:
        polling.until(delete, lambda names: not names)
    except TimeoutError as error:
        raise UserError(f"endpoint {left[0]} is still {_status(sagemaker, left[0])}: try again later") from error
    return found


def _status(sagemaker: Any, name: str) -> str | None:
    try:
        return str(sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"])
    except ClientError as error:
        if is_not_found(error):
            return None
        raise
