"""Entry: ``python programs serving HANDLER TAG DESCRIPTOR``.

HANDLER is "algorithm" (the XGBoost image's own serving), "sklearn" or "xgboost" (a user's script in that image); TAG is
the image's tag, whose version decides between behaviours of old and new images; DESCRIPTOR is the number of the
listening socket.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from . import workers
from .http import Handler

__all__ = ["main"]


def main() -> int:
    """Serve until SIGTERM; the exit code."""
    handler, tag, descriptor = sys.argv[2], sys.argv[3], int(sys.argv[4])
    logging.basicConfig(format="[%(asctime)s:%(levelname)s] %(message)s", datefmt="%Y-%m-%d:%H:%M:%S", level="INFO")
    listener = socket.socket(fileno=descriptor)
    make = _prepare(handler, tag)
    count = max(1, int(os.environ.get("SAGEMAKER_MODEL_SERVER_WORKERS") or os.cpu_count() or 1))
    folder = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"), "model")
    return workers.serve(listener, lambda: make(folder), count)


def _prepare(handler: str, tag: str) -> Callable[[Path], Handler]:
    if handler == "algorithm":
        from .xgboost_model import app

        return app.prepare(tag)
    from .script import app as script

    return script.prepare(handler, tag)
