"""Command line of the jobs, and what becomes of their errors."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Sequence

from .errors import JobError

_ML = "/opt/ml"
_PROCESSING = f"{_ML}/processing"
# SageMaker keeps the first kilobyte of a processing job's message, and fails where that is not UTF-8:
# https://docs.aws.amazon.com/sagemaker/latest/dg/byoc-metadata.html
_MESSAGE_BYTES = 1024


def parser() -> argparse.ArgumentParser:
    """The parser: a command per job, each path with the default that it has in a SageMaker processing container."""
    root = argparse.ArgumentParser(prog="run.py", description="Jobs of the training pipeline.")
    root.add_argument(
        "--message-file",
        type=Path,
        default=Path(os.environ.get("MLOPS_MESSAGE_FILE", f"{_ML}/output/message")),
        help="where the reason of a failure is left for SageMaker (ExitMessage)",
    )
    commands = root.add_subparsers(dest="command", required=True)

    preprocess = commands.add_parser("preprocess", help="check, split and encode a data set")
    preprocess.add_argument("--input", type=Path, default=Path(f"{_PROCESSING}/input/data"), help="CSV file or folder")
    preprocess.add_argument("--schema", type=Path, default=Path(f"{_PROCESSING}/input/schema"), help="schema or folder")
    preprocess.add_argument("--output", type=Path, default=Path(f"{_PROCESSING}/output"), help="folder of the outputs")
    preprocess.add_argument("--seed", type=int, default=42, help="seed of the split, 0 to 4294967295")

    evaluate = commands.add_parser("evaluate", help="score a model on the test split")
    evaluate.add_argument(
        "--model", type=Path, default=Path(f"{_PROCESSING}/input/model"), help="model.tar.gz or folder"
    )
    evaluate.add_argument("--test", type=Path, default=Path(f"{_PROCESSING}/input/test"), help="CSV file or folder")
    evaluate.add_argument("--report", type=Path, help="preprocessing's report.json or folder, whose warnings to repeat")
    evaluate.add_argument(
        "--output", type=Path, default=Path(f"{_PROCESSING}/output/evaluation"), help="folder of evaluation.json"
    )
    evaluate.add_argument("--threshold", type=float, default=0.5, help="score from which a row is called positive")
    return root


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0, or 1 after one line on standard error and in the message file."""
    arguments = parser().parse_args(argv)
    try:
        # Each image lacks what other jobs need, so a job is imported only when its command is called.
        if arguments.command == "preprocess":
            from .training.preprocess import preprocess

            preprocess(arguments.input, arguments.schema, arguments.output, arguments.seed)
        else:
            from .training.evaluate import evaluate

            evaluate(arguments.model, arguments.test, arguments.output, arguments.threshold, arguments.report)
    except (JobError, OSError) as error:
        _report(str(error), arguments.message_file)
        return 1
    return 0


def _report(message: str, message_file: Path) -> None:
    print(message, file=sys.stderr)
    try:
        message_file.parent.mkdir(parents=True, exist_ok=True)
        message_file.write_bytes(shortened(message))
    except OSError as error:
        print(f"the message was not left for SageMaker: {error}", file=sys.stderr)


def shortened(message: str) -> bytes:
    """The message as UTF-8, cut between two characters where it passes what SageMaker keeps."""
    return message.encode("utf-8")[:_MESSAGE_BYTES].decode("utf-8", errors="ignore").encode("utf-8")
