"""Creates or updates the training pipeline: ``python python/create_pipeline.py STUDENT_ID ROLE_ARN``."""

from __future__ import annotations

import sys

from mlops.operate.create_pipeline import main
from mlops.operate.entry import guarded

if __name__ == "__main__":
    sys.exit(guarded("create_pipeline.py", main))
