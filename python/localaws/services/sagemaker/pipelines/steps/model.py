"""Model steps: CreateModel."""

from __future__ import annotations

from localaws.services.sagemaker.pipelines.steps.requests import RequestKind

__all__ = ["KIND"]

KIND = RequestKind(type="Model", resource="Model")
