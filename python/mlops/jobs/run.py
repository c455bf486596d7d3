"""Entry point of the jobs: `preprocess` for the scikit-learn image, `evaluate` for the XGBoost image."""

from __future__ import annotations

import signal
import sys
import types
from pathlib import Path
from typing import Any

if not __package__:
    # A container has the files in a folder of some name; make that folder the package that it is here.
    package = types.ModuleType("mlops_jobs")
    package.__path__ = [str(Path(__file__).resolve().parent)]
    sys.modules[package.__name__] = package
    __package__ = package.__name__

from .cli import main


def stop(signal_number: int, frame: Any) -> None:
    """End as a shell reports a signal, but by an exception, so that half-written outputs are removed on the way out."""
    raise SystemExit(128 + signal_number)


if __name__ == "__main__":
    # SageMaker stops a job with SIGTERM, and uploads what its output folders hold.
    signal.signal(signal.SIGTERM, stop)
    sys.exit(main())
