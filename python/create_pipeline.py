"""Creates or updates the training pipeline: ``python python/create_pipeline.py STUDENT_ID ROLE_ARN``."""

from __future__ import annotations

import sys

try:
    from mlops.commands.create_pipeline import main
    from mlops.entry import run_cli
except ModuleNotFoundError as error:
    sys.exit(
        f"create_pipeline.py: {error.name} is not installed here: `make install`, then .venv/bin/python {sys.argv[0]}"
    )

if __name__ == "__main__":
    sys.exit(run_cli("create_pipeline.py", main))
