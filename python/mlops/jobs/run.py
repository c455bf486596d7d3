"""Entry point of the jobs: `preprocess` for the scikit-learn image, `evaluate` for the XGBoost image."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

if not __package__:
    # A container lays the files flat in a folder of some name; make that folder the package that it is here.
    folder = Path(__file__).resolve().parent
    spec = importlib.util.spec_from_file_location(
        "mlops_jobs", str(folder / "__init__.py"), submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        sys.exit(f"{folder / '__init__.py'} is missing: ship the whole folder of jobs")
    package = importlib.util.module_from_spec(spec)
    sys.modules["mlops_jobs"] = package
    spec.loader.exec_module(package)
    __package__ = "mlops_jobs"

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
