"""xgboost, imported quickly."""

from __future__ import annotations

import importlib
import sys
from typing import Any

__all__ = ["import_xgboost"]


def import_xgboost() -> Any:
    """xgboost, without scikit-learn: importing that takes longer than everything else, and serving needs none of it."""
    present = "sklearn" in sys.modules
    if not present:
        sys.modules["sklearn"] = None  # type: ignore[assignment]  # makes its import fail, which xgboost provides for
    try:
        return importlib.import_module("xgboost")
    finally:
        if not present:
            del sys.modules["sklearn"]
