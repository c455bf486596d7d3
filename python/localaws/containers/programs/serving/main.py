"""Entry: ``python programs serving HANDLER TAG DESCRIPTOR``.

HANDLER is "xgboost" (the image's own serving) or "script" (a user's inference script); TAG is the image's tag, whose
version decides between behaviours of old and new images; DESCRIPTOR is the number of the listening socket.
"""

from __future__ import annotations

import logging
import os
import socket
import sys

from . import workers

__all__ = ["main"]


def main() -> int:
    """Serve until SIGTERM; the exit code."""
    tag, descriptor = sys.argv[3], int(sys.argv[4])
    logging.basicConfig(format="[%(asctime)s:%(levelname)s] %(message)s", datefmt="%Y-%m-%d:%H:%M:%S", level="INFO")
    listener = socket.socket(fileno=descriptor)
    count = max(1, int(os.environ.get("SAGEMAKER_MODEL_SERVER_WORKERS") or os.cpu_count() or 1))
    from .xgboost_model import app

    return workers.serve(listener, app.prepare(tag), count)
