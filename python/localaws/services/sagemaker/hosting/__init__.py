"""Hosting: endpoint configurations, endpoints, and the runtime that invokes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localaws.services.sagemaker.hosting import configs, endpoints

if TYPE_CHECKING:
    from localaws.services.sagemaker.service import Handler

__all__ = ["OPERATIONS"]

OPERATIONS: dict[str, Handler] = {**configs.OPERATIONS, **endpoints.OPERATIONS}
