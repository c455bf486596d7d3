"""Scores the assessment: ``python validate_tasks.py aiml_hard [--student-id ID] [--output FILE]``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "python"))

try:
    from mlops.entry import run_cli
    from mlops.validate.command import main
except ModuleNotFoundError as error:
    sys.exit(
        f"validate_tasks.py: {error.name} is not installed here: `make install`, then .venv/bin/python {sys.argv[0]}"
    )

if __name__ == "__main__":
    sys.exit(run_cli("validate_tasks.py", main))
