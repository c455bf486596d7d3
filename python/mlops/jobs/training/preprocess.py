"""Preprocessing: check the raw data against the schema, split it, fit the encoder on the training rows, encode."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..csv_rows import write_rows
from ..errors import listed, quoted
from ..outputs import Outputs, json_bytes, tar_gz
from ..row_encoder import Encoder, dictionary
from ..schema import Schema, load_schema
from ..source import Source, read_source
from .checks import checked_labels
from .identifiers import identifier_warnings
from .split import stratified_split
from .target_means import fit

# What a scikit-learn serving container gets beside encoder.json, in the folder that it installs as code.
_SERVING_CODE = ("csv_rows.py", "inference.py", "row_encoder.py")


def preprocess(input_path: Path, schema_path: Path, output: Path, seed: int) -> None:
    """Write train, validation and test splits, the encoder's model, the raw training rows and a report under `output`.

    train/train.csv, validation/validation.csv, test/test.csv: label (0 or 1) first, encoded features, no header; the
    training rows are encoded out of fold.
    encoder/model.tar.gz: encoder.json and code/. baseline/train_raw.csv: raw features in the schema's order and the
    label, with a header. report/report.json: hashes, rows, balance, warnings. Raises JobError; then nothing is written.
    """
    schema = load_schema(schema_path)
    source = read_source(input_path, schema)
    positive = checked_labels(source, schema)
    splits = stratified_split(positive, seed)
    features = {name: source.columns[name] for name in schema.features}
    train = splits["train"]
    fitted = fit(
        schema.features, {name: column.take(pa.array(train)) for name, column in features.items()}, positive[train],
        schema.missing_values, seed,
    )  # fmt: skip
    encoded, unseen = fitted.encoder.encode_and_note(features)
    for index, name in enumerate(fitted.encoder.names):
        if name in fitted.codes:
            encoded[train, index] = fitted.codes[name]

    with Outputs(output) as outputs:
        for name, rows in splits.items():
            outputs.write(f"{name}/{name}.csv", write_rows(np.column_stack([positive[rows], encoded[rows]])))
        outputs.write("encoder/model.tar.gz", _model(fitted.encoder))
        outputs.write("baseline/train_raw.csv", _raw_rows(source, schema, train))
        report = _report(source, schema, splits, positive, seed)
        report["unseen_categories"] = _unseen(unseen, splits)
        report["warnings"] = identifier_warnings(fitted.rows)
        outputs.write("report/report.json", json_bytes(report))
    print(_summary(report))


def _model(encoder: Encoder) -> bytes:
    folder = Path(__file__).resolve().parents[1]
    code = {f"code/{name}": (folder / name).read_bytes() for name in _SERVING_CODE}
    return tar_gz({"encoder.json": encoder.to_json().encode("utf-8"), **code})


def _raw_rows(source: Source, schema: Schema, rows: np.ndarray[Any, Any]) -> bytes:
    names = [*schema.features, schema.label.name]
    texts = [_csv_texts(source.columns[name].take(pa.array(rows))) for name in names]
    lines = pc.binary_join_element_wise(*texts, ",").to_pylist()
    return ("\n".join([",".join(map(_quoted_where_needed, names)), *lines]) + "\n").encode("utf-8")


def _csv_texts(column: Any) -> Any:
    # pyarrow's own writer puts all texts in quotes or, from release 12 on, none.
    indices, values = dictionary(column)
    return pa.array([_quoted_where_needed(value) for value in values], pa.string()).take(pa.array(indices))


def _quoted_where_needed(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\r\n') else text


def _report(
    source: Source, schema: Schema, splits: dict[str, np.ndarray[Any, Any]], positive: np.ndarray[Any, Any], seed: int
) -> dict[str, Any]:
    header = source.files[0][0].header
    return {
        "columns": {
            "features": list(schema.features),
            "ignored": [name for name in schema.ignored if name in header],
            "unlisted": source.unlisted,
        },
        "data": {
            "files": [{"name": file.name, "rows": count} for file, count in source.files],
            "rows": source.rows,
            "sha256": source.sha256,
        },
        "positive_share": {name: float(positive[rows].mean()) for name, rows in splits.items()},
        "schema": {"name": schema.name, "sha256": schema.sha256},
        "seed": seed,
        "splits": {name: len(rows) for name, rows in splits.items()},
    }


def _unseen(unseen: dict[str, Any], splits: dict[str, np.ndarray[Any, Any]]) -> dict[str, dict[str, int]]:
    """Rows of each split whose category no training row has: split → feature → rows, without zeros."""
    counts = {split: {name: int(new[rows].sum()) for name, new in unseen.items()} for split, rows in splits.items()}
    return {
        split: {name: n for name, n in found.items() if n} for split, found in counts.items() if any(found.values())
    }


def _summary(report: dict[str, Any]) -> str:
    parts = ", ".join(f"{name} {count}" for name, count in report["splits"].items())
    unlisted = report["columns"]["unlisted"]
    note = f"; columns that the schema does not name, not used: {listed(unlisted)}" if unlisted else ""
    lines = [f"{report['schema']['name']}: {report['data']['rows']} rows split into {parts}{note}"]
    for split, found in report["unseen_categories"].items():
        counts = ", ".join(f"{quoted(name)} in {count}" for name, count in found.items())
        lines.append(
            f"{split}: of {report['splits'][split]} rows, categories that no training row has, encoded as the overall "
            f"share of positives: {counts}"
        )
    return "\n".join([*lines, *(f"warning: {warning}" for warning in report["warnings"])])
