"""Transforms rows in S3 with a model: ``python python/batch_transform.py STUDENT_ID MODEL_NAME``."""

from __future__ import annotations

import sys

try:
    from mlops.operate.batch.command import main
    from mlops.operate.entry import guarded
except ModuleNotFoundError as error:
    sys.exit(
        f"batch_transform.py: {error.name} is not installed here: `make install`, then .venv/bin/python {sys.argv[0]}"
    )

if __name__ == "__main__":
    sys.exit(guarded("batch_transform.py", main))
