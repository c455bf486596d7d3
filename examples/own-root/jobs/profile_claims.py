"""Counts the rows and the distinct values of each column of the claims."""

import csv
import json
from pathlib import Path

CLAIMS = Path("/opt/ml/processing/input/claims")
OUTPUT = Path("/opt/ml/processing/output")


def main() -> None:
    """Reads every CSV (header line, comma) and writes profile.json: column → rows with a value, distinct values."""
    values: dict[str, list[str]] = {}
    for path in sorted(CLAIMS.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                for column, value in row.items():
                    values.setdefault(column, []).append(value)
    profile = {
        column: {"present": sum(value != "" for value in found), "distinct": len(set(found))}
        for column, found in values.items()
    }
    (OUTPUT / "profile.json").write_text(json.dumps(profile, indent=2, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
