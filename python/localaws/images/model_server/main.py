"""Entry: ``python images model_server HANDLER TAG DESCRIPTOR``.

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

from . import multi, workers
from .http import Handler

__all__ = ["main"]


def main() -> int:
    """Serve until SIGTERM; the exit code."""
    handler, tag, descriptor = sys.argv[2], sys.argv[3], int(sys.argv[4])
    logging.basicConfig(format="[%(asctime)s:%(levelname)s] %(message)s", datefmt="%Y-%m-%d:%H:%M:%S", level="INFO")
    listener = socket.socket(fileno=descriptor)
    if os.environ.get("SAGEMAKER_MULTI_MODEL") == "true":
        return multi.serve(
            listener,
            _prepare_multi(handler, tag),
            int(os.environ.get("LOCALAWS_MOST_MODELS") or 0),
            int(os.environ.get("LOCALAWS_MOST_MODEL_BYTES") or 0),
        )
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


def _prepare_multi(handler: str, tag: str) -> Callable[[Path], Handler]:
    if handler == "algorithm":
        from .xgboost_model import multi_app

        return multi_app.prepare(tag)
    from .script import multi_app as script

    return script.prepare(handler, tag)
