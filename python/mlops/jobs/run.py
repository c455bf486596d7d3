"""Entry point of the jobs: `preprocess` for the scikit-learn image, `evaluate` for the XGBoost image."""

from __future__ import annotations

import sys
import types
from pathlib import Path

if not __package__:
    # A container lays the files flat in a folder of some name; make that folder the package that it is here.
    package = types.ModuleType("mlops_jobs")
    package.__path__ = [str(Path(__file__).resolve().parent)]
    sys.modules[package.__name__] = package
    __package__ = package.__name__

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
