"""Rows to try a batch transform with: some of the bundled data set's, as clients send them."""

import csv
import io
import json
from pathlib import Path

__all__ = ["ROWS", "sample"]

SCHEMA = Path(__file__).resolve().parents[4] / "data" / "adult" / "schema.json"
ROWS = 200


def sample() -> str:
    """CSV without header and label, the features in the order of the schema; rows from all over the data set."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    names = [feature["name"] for feature in schema["features"]]
    with (SCHEMA.parent / schema["file"]).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=schema["delimiter"]))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        [row[name] for name in names] for row in rows[:: len(rows) // ROWS][:ROWS]
    )
    return text.getvalue()
