"""The outputs of the root module that was applied from a folder."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from mlops.aws import names

__all__ = ["applied", "bucket"]


def bucket(student_id: str) -> str:
    """The student's bucket: the one applied from the current folder, whatever its name, else the default name."""
    outputs = applied(Path.cwd())
    found = outputs.get("bucket") if outputs.get("student_id") == student_id else None
    return found or names.bucket_name(student_id)


def applied(folder: Path) -> dict[str, str]:
    """The root's text outputs as applied from a folder; empty where nothing was applied, or Terraform cannot say."""
    try:
        asked = subprocess.run(
            ["terraform", "output", "-json"], cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        outputs = json.loads(asked.stdout) if asked.returncode == 0 else {}
    except (FileNotFoundError, ValueError):
        return {}
    return {name: output["value"] for name, output in outputs.items() if isinstance(output["value"], str)}
