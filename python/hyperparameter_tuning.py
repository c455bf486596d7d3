"""Tunes the hyperparameters: ``python python/hyperparameter_tuning.py STUDENT_ID ROLE_ARN``."""

from __future__ import annotations

import sys

try:
    from mlops.commands.run_tuning import main
    from mlops.entry import run_cli
except ModuleNotFoundError as error:
    sys.exit(
        f"hyperparameter_tuning.py: {error.name} is not installed here: "
        f"`make install`, then .venv/bin/python {sys.argv[0]}"
    )

if __name__ == "__main__":
    sys.exit(run_cli("hyperparameter_tuning.py", main))
