"""Endpoints and endpoint configurations: the operations that create, update, describe and delete them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localaws.services.sagemaker.endpoints import configs, operations

if TYPE_CHECKING:
    from localaws.services.sagemaker.service import Handler

__all__ = ["OPERATIONS"]

OPERATIONS: dict[str, Handler] = {**configs.OPERATIONS, **operations.OPERATIONS}
