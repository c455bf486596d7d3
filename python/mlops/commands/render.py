"""`mlops render`: write rendered/, or check that it is what the code gives."""

import argparse
import importlib.metadata
import importlib.util
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from mlops.render.errors import RenderError
from mlops.render.folder import check, write
from mlops.render.offline import isolated_environment

__all__ = ["HELP", "PATH", "configure", "execute", "main"]

PATH = ("render",)
HELP = "build the files that Terraform reads, with the SageMaker SDK, offline"

ROOT = Path(__file__).resolve().parents[3]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to `parser`."""
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if what is committed differs")
    parser.add_argument(
        "--output",
        type=Path,
        default=ROOT / "rendered",
        metavar="FOLDER",
        help="the folder that then holds the artifacts and nothing else (default: rendered/ of this checkout)",
    )


def execute(args: argparse.Namespace) -> int:
    """Render, then write or check. Returns 0, 1 for stale files, 2 for what went wrong (told in one line)."""
    try:
        rendered = _render()
        if args.check:
            return check(args.output, rendered)
        write(args.output, rendered)
    except RenderError as error:
        print(f"mlops render: {error}", file=sys.stderr)
        return 2
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (default: the process's); the exit code is that of `execute`."""
    parser = argparse.ArgumentParser(prog="mlops render", description=HELP)
    configure(parser)
    return execute(parser.parse_args(argv))


def _render() -> dict[str, bytes]:
    _require_sdk()
    with isolated_environment(), warnings.catch_warnings():
        # The SDK warns that a pipeline session starts no job, and of deprecations among its own dependencies.
        warnings.simplefilter("ignore")
        from mlops.render.artifacts import render_all

        return render_all()


def _require_sdk() -> None:
    if importlib.util.find_spec("sagemaker") is None:
        raise RenderError("the SageMaker SDK is not installed; `make render` installs it and renders")
    version = importlib.metadata.version("sagemaker")
    if not version.startswith("3."):
        raise RenderError(
            f"the SageMaker SDK here is {version}, not 3; `make render` installs the right one and renders"
        )
