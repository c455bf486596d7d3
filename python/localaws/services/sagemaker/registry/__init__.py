"""The model registry: model package groups, their policies, and model packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localaws.services.sagemaker.registry import groups, packages

if TYPE_CHECKING:
    from localaws.services.sagemaker.service import Handler

__all__ = ["OPERATIONS"]

OPERATIONS: dict[str, Handler] = {**groups.OPERATIONS, **packages.OPERATIONS}
