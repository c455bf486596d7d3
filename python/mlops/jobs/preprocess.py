"""Preprocessing: check the raw data against the schema, split it, fit the encoder on the training rows, encode."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .diagnose import line_of_row
from .errors import JobError, listed, quoted
from .outputs import Outputs, json_bytes, tar_gz
from .row_encoder import Encoder, EncodingError, dictionary, write_rows
from .schema import Schema, load_schema
from .source import Source, read_source
from .split import FEWEST_ROWS_OF_A_CLASS, stratified_split

# What a scikit-learn serving container gets beside encoder.json, in the folder that it installs as code.
_SERVING_CODE = ("inference.py", "row_encoder.py")


def preprocess(input_path: Path, schema_path: Path, output: Path, seed: int) -> None:
    """Write train, validation and test splits, the encoder's model, the raw training rows and a report under `output`.

    train/train.csv, validation/validation.csv, test/test.csv: label (0 or 1) first, encoded features, no header.
    encoder/model.tar.gz: encoder.json and code/. baseline/train_raw.csv: raw features in the schema's order and the
    label, with a header. report/report.json: hashes, rows, balance. Raises JobError; then nothing is written.
    """
    schema = load_schema(schema_path)
    source = read_source(input_path, schema)
    positive = _positive(source, schema)
    splits = stratified_split(positive, seed)
    features = {name: source.columns[name] for name in schema.features}
    train = splits["train"]
    encoder = Encoder.fit(
        schema.features, {name: column.take(pa.array(train)) for name, column in features.items()}, positive[train],
        schema.missing_values,
    )  # fmt: skip
    try:
        encoded = encoder.encode(features)
    except EncodingError as error:
        raise _bad_value(source, schema, error) from None

    with Outputs(output) as outputs:
        for name, rows in splits.items():
            outputs.write(f"{name}/{name}.csv", write_rows(np.column_stack([positive[rows], encoded[rows]])))
        outputs.write("encoder/model.tar.gz", _model(encoder))
        outputs.write("baseline/train_raw.csv", _raw_rows(source, schema, train))
        report = _report(source, schema, splits, positive, seed)
        outputs.write("report/report.json", json_bytes(report))
    print(_summary(report))


def _positive(source: Source, schema: Schema) -> np.ndarray[Any, Any]:
    label = schema.label
    texts = pc.utf8_trim_whitespace(source.columns[label.name])
    encoded = pc.index_in(texts, value_set=pa.array([label.negative, label.positive], type=pa.string()))
    codes = pc.fill_null(encoded, -1).to_numpy()
    unknown = np.flatnonzero(codes < 0)
    if len(unknown):
        row = int(unknown[0])
        file, index = source.place(row)
        line = line_of_row(file.content, schema.delimiter, index)
        raise JobError(
            f"{file.name} line {line}, label column {quoted(label.name)}: {quoted(texts[row].as_py())} is neither "
            f"{quoted(label.positive)} (positive) nor {quoted(label.negative)} (negative), {len(unknown)} of "
            f"{source.rows} rows being so; correct the rows, or label.positive and label.negative in the schema"
        )
    counts = {label.negative: int((codes == 0).sum()), label.positive: int((codes == 1).sum())}
    absent = [value for value, count in counts.items() if count == 0]
    names = ", ".join(file.name for file, _ in source.files)
    if absent:
        raise JobError(
            f"{names}: all {source.rows} rows have one class, none has the label {quoted(absent[0])}; add rows of it, "
            "or correct label.positive and label.negative in the schema"
        )
    for value, count in counts.items():
        if count < FEWEST_ROWS_OF_A_CLASS:
            raise JobError(
                f"{names}: {count} of {source.rows} rows have the label {quoted(value)}; a stratified split 70/15/15 "
                f"needs at least {FEWEST_ROWS_OF_A_CLASS} of each class: add rows"
            )
    return np.asarray(codes == 1)


def _bad_value(source: Source, schema: Schema, error: EncodingError) -> JobError:
    file, index = source.place(error.row)
    line = line_of_row(file.content, schema.delimiter, index)
    return JobError(
        f"{file.name} line {line}, column {quoted(error.column)}: {quoted(error.value)} {error.rule}; correct it, add "
        "it to missing_values in the schema, or declare the feature a category"
    )


def _model(encoder: Encoder) -> bytes:
    folder = Path(__file__).resolve().parent
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


def _summary(report: dict[str, Any]) -> str:
    parts = ", ".join(f"{name} {count}" for name, count in report["splits"].items())
    unlisted = report["columns"]["unlisted"]
    note = f"; columns that the schema does not name, not used: {listed(unlisted)}" if unlisted else ""
    return f"{report['schema']['name']}: {report['data']['rows']} rows split into {parts}{note}"
