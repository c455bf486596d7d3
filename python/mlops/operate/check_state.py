"""``mlops check-state``: whose system the Terraform state of a folder is, before another's command takes it over."""

from __future__ import annotations

import argparse
import json
import subprocess
from pathlib import Path

from mlops.operate import names
from mlops.operate.errors import UserError

__all__ = ["HELP", "PATH", "applied", "bucket", "configure", "execute"]

PATH = ("check-state",)
HELP = "fail if the Terraform state of this folder belongs to another student"


def configure(parser: argparse.ArgumentParser) -> None:
    """The student whose state it should be."""
    parser.add_argument("student_id", metavar="STUDENT_ID")


def execute(args: argparse.Namespace) -> int:
    """0 where nothing is applied, or this student's system is."""
    student_id = names.check_student_id(args.student_id)
    owner = applied(Path.cwd()).get("student_id", student_id)
    if owner != student_id:
        raise UserError(
            f"the Terraform state here is {owner}'s, and {student_id}'s command would take that system over: "
            f"use another checkout, or a workspace (terraform workspace new {student_id})"
        )
    return 0


def bucket(student_id: str) -> str:
    """The student's bucket: the one applied from the current folder, whatever its name, else the default name."""
    outputs = applied(Path.cwd())
    found = outputs.get("bucket") if outputs.get("student_id") == student_id else None
    return found or names.bucket_name(student_id)


def applied(folder: Path) -> dict[str, str]:
    """The root's text outputs as applied from a folder; empty where nothing was applied, or nothing can tell."""
    try:
        asked = subprocess.run(
            ["terraform", "output", "-json"], cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        outputs = json.loads(asked.stdout) if asked.returncode == 0 else {}
    except (FileNotFoundError, ValueError):
        return {}
    return {name: output["value"] for name, output in outputs.items() if isinstance(output["value"], str)}
