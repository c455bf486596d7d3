"""Transforms rows in S3 with a model: ``python python/batch_transform.py STUDENT_ID MODEL_NAME``."""

from __future__ import annotations

import sys

try:
    from mlops.commands.run_transform import main
    from mlops.entry import run_cli
except ModuleNotFoundError as error:
    sys.exit(
        f"batch_transform.py: {error.name} is not installed here: `make install`, then .venv/bin/python {sys.argv[0]}"
    )

if __name__ == "__main__":
    sys.exit(run_cli("batch_transform.py", main))
