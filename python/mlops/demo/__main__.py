"""Starts the demo: ``python -m mlops.demo [--keep | --down]``."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from mlops.aws import names
from mlops.demo.driver import Demo
from mlops.entry import run_cli


def main() -> int:
    """Runs the demo for $STUDENT_ID (default ``demo``)."""
    parser = argparse.ArgumentParser(prog="make demo", description="The whole system on this machine.")
    parser.add_argument("--keep", action="store_true", help="leave the stack running at the end")
    parser.add_argument("--down", action="store_true", help="end what --keep left running")
    args = parser.parse_args()
    student_id = names.check_student_id(os.environ.get("STUDENT_ID") or "demo")
    demo = Demo(Path.cwd(), student_id, keep=args.keep)
    return demo.down() if args.down else demo.run()


if __name__ == "__main__":
    sys.exit(run_cli("make demo", main))
