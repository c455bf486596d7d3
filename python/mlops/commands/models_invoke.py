"""``mlops models invoke``: ask an endpoint for the scores of raw rows."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mlops.aws import clients, names
from mlops.aws.errors import UsageError

__all__ = ["HELP", "PATH", "ask", "configure", "execute"]

PATH: tuple[str, ...] = ("models", "invoke")
HELP = "send raw rows to a model and print its scores, one a line"

_MOST_BYTES = 6 * 1024 * 1024  # InvokeEndpoint takes no more


def configure(parser: argparse.ArgumentParser) -> None:
    """Which model, and which rows."""
    parser.add_argument("student_id", metavar="STUDENT_ID")
    parser.add_argument(
        "--target", metavar="NAME", help="a model of the multi-model endpoint (default: the real-time endpoint's model)"
    )
    rows = parser.add_mutually_exclusive_group()
    rows.add_argument(
        "--row", action="append", metavar="CSV", help="the features in the schema's order; may be repeated"
    )
    rows.add_argument(
        "--file", type=Path, metavar="PATH", help="a CSV file of rows without header; - is standard input"
    )
    parser.add_argument("--endpoint", help="the endpoint, where it has not its default name")
    parser.add_argument("--region", help="AWS region (default: the environment's)")


def execute(args: argparse.Namespace) -> int:
    """Prints the answer as it came: one score a line for text/csv."""
    student_id = names.check_student_id(args.student_id)
    default = names.multi_model_endpoint(student_id) if args.target else names.endpoint(student_id)
    answer = ask(args.endpoint or default, _rows(args.row, args.file), args.target, args.region)
    print(answer.rstrip("\n").replace(",", "\n"))
    return 0


def ask(endpoint: str, rows: str, target: str | None = None, region: str | None = None) -> str:
    """The answer of an endpoint (of its model ``target``) to raw CSV rows, as text/csv."""
    request = {"EndpointName": endpoint, "ContentType": "text/csv", "Accept": "text/csv", "Body": rows.encode("utf-8")}
    if target:
        request["TargetModel"] = target
    body: bytes = clients.client("sagemaker-runtime", region).invoke_endpoint(**request)["Body"].read()
    return body.decode("utf-8")


def _rows(given: list[str] | None, file: Path | None) -> str:
    if given:
        rows = "\n".join(given)
    elif file is None:
        raise UsageError("which rows? Pass --row 'CSV', or --file PATH (- for standard input)")
    elif str(file) == "-":
        rows = sys.stdin.read()
    elif file.is_file():
        rows = file.read_text(encoding="utf-8")
    else:
        raise UsageError(f"{file} is no file: --file takes a CSV file of rows without header")
    if not rows.strip():
        raise UsageError("there are no rows: each line holds the features in the schema's order, comma separated")
    if (size := len(rows.encode("utf-8"))) > _MOST_BYTES:
        raise UsageError(
            f"the rows are {size:,} bytes, and an endpoint takes {_MOST_BYTES:,}: send them in parts, or use a batch "
            "transform"
        )
    return rows
