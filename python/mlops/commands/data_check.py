"""`mlops data check`: whether the pipeline can learn from a data set, before anything is applied."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

__all__ = ["HELP", "PATH", "configure", "execute"]

PATH = ("data", "check")
HELP = "check a data set and its schema on this machine, and show what they hold"
_FINE, _PROBLEMS, _CANNOT_LOOK = 0, 1, 2


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the schema, and where its data is."""
    parser.add_argument("schema", type=Path, metavar="SCHEMA", help="the schema, whose field `file` names the CSV")
    parser.add_argument("--data", type=Path, metavar="PATH", help="a CSV file, or a folder of them, in place of `file`")


def execute(args: argparse.Namespace) -> int:
    """Print the data set and its problems. Returns 0, 1 where there are problems, 2 where nothing can be read."""
    # pyarrow takes a moment to import, which no other subcommand should wait for.
    from mlops.commands.data_report import look

    try:
        seen = look(args.schema, args.data)
    except OSError as error:
        print(f"mlops data check: {error}", file=sys.stderr)
        return _CANNOT_LOOK
    print("\n".join(seen.lines))
    return _PROBLEMS if seen.problems else _FINE
