"""`mlops models bootstrap`: the models that a first apply serves, for another data set than the bundled one."""

import argparse
import sys
from pathlib import Path

from mlops.render.errors import RenderError

__all__ = ["HELP", "PATH", "configure", "execute"]

PATH = ("models", "bootstrap")
HELP = "train, on this machine, the models that endpoints begin with for another data set"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the data set, and where its models go."""
    parser.add_argument("schema", type=Path, metavar="SCHEMA_FILE", help="the schema, whose field `file` names the CSV")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the folder to write; it may exist")


def execute(args: argparse.Namespace) -> int:
    """Write the folder for Terraform's variable bootstrap_models_directory. Returns 0, or 2 if it cannot."""
    # XGBoost takes a second to import, which no other subcommand should wait for.
    from mlops.render.bootstrap import bootstrap

    try:
        files = bootstrap(args.schema)
        args.folder.mkdir(parents=True, exist_ok=True)
        for name, content in sorted(files.items()):
            (args.folder / name).write_bytes(content)
            print(f"wrote {args.folder / name} ({len(content):,} bytes)")
    except (RenderError, OSError) as error:
        print(f"mlops models bootstrap: {error}", file=sys.stderr)
        return 2
    print(f"Now: terraform apply -var schema_file={args.schema} -var bootstrap_models_directory={args.folder} …")
    return 0
