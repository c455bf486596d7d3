"""Answers as the model server of AWS's images words them."""

from __future__ import annotations

import json
from typing import Any

from .http import Response

__all__ = ["error_answer", "json_answer"]

_TYPES = {
    400: "BadRequestException",
    404: "ModelNotFoundException",
    405: "MethodNotAllowedException",
    409: "ConflictStatusException",
}


def json_answer(status: int, document: dict[str, Any]) -> Response:
    """A JSON object."""
    return Response(status, (json.dumps(document, indent=2) + "\n").encode(), "application/json")


def error_answer(status: int, message: str) -> Response:
    """An error with its name."""
    kind = _TYPES.get(status, "InternalServerException")
    return json_answer(status, {"code": status, "type": kind, "message": message})
