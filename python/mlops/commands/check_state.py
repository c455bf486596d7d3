"""``mlops check-state``: fails where the Terraform state of this folder belongs to another student."""

from __future__ import annotations

import argparse
from pathlib import Path

from mlops.aws import names, terraform_outputs
from mlops.aws.errors import UserError

__all__ = ["HELP", "PATH", "configure", "execute"]

PATH = ("check-state",)
HELP = "fail if the Terraform state of this folder belongs to another student"


def configure(parser: argparse.ArgumentParser) -> None:
    """The student whose state it should be."""
    parser.add_argument("student_id", metavar="STUDENT_ID")


def execute(args: argparse.Namespace) -> int:
    """0 where nothing is applied, or this student's system is."""
    student_id = names.check_student_id(args.student_id)
    owner = terraform_outputs.applied(Path.cwd()).get("student_id", student_id)
    if owner != student_id:
        raise UserError(
            f"the Terraform state here is {owner}'s, and {student_id}'s command would take that system over: "
            f"use another checkout, or a workspace (terraform workspace new {student_id})"
        )
    return 0
