"""Predictions for one, a thousand and a million raw rows: the bare booster's on the encoded rows, in order."""

from __future__ import annotations

import csv
import io
import itertools
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pytest
import xgboost
from published_requests import BOOTSTRAP, bootstrap_model, publish_transform

from mlops.jobs.csv_rows import read_rows
from mlops.jobs.row_encoder import Encoder

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).resolve().parents[2]
DATA = PROJECT / "data" / "adult" / "adult.csv"
_AT_ONCE = 100_000


def member(archive: str, name: str) -> bytes:
    with tarfile.open(BOOTSTRAP / archive) as packed:
        stream = packed.extractfile(name)
        assert stream
        return stream.read()


def raw_rows(count: int, encoder: Encoder) -> bytes:
    """`count` rows of the bundled data set as CSV; from the second time round with other ages and hours of work."""
    with DATA.open(encoding="utf-8", newline="") as stream:
        known = list(csv.DictReader(stream))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for number, row in zip(range(count), itertools.cycle(known), strict=False):
        turn = number // len(known)
        changed = row | {
            "age": str(int(row["age"]) + turn % 7),
            "hours_per_week": str(int(row["hours_per_week"]) + turn % 5 / 2),
        }
        writer.writerow([changed[name] for name in encoder.names])
    return text.getvalue().encode()


def expected(rows: bytes, encoder: Encoder) -> Any:
    """What the bare booster says of raw rows."""
    booster = xgboost.Booster(model_file=bytearray(member("xgboost-default.tar.gz", "xgboost-model")))
    lines = rows.splitlines(keepends=True)
    parts = (b"".join(lines[begin : begin + _AT_ONCE]) for begin in range(0, len(lines), _AT_ONCE))
    return np.concatenate(
        [booster.predict(xgboost.DMatrix(encoder.encode(read_rows(part, encoder.names)))) for part in parts]
    )


@pytest.mark.parametrize("count", [1, 1000, pytest.param(1_000_000, marks=pytest.mark.full)])
def test_raw_rows_get_the_bare_boosters_predictions_in_order(
    count: int, stack: dict[str, str], student: str, bucket: str, sagemaker: Any, role_arn: str
) -> None:
    publish_transform(bucket, student)
    model = bootstrap_model(bucket, student, sagemaker, role_arn)
    encoder = Encoder.from_json(member("encoder.tar.gz", "encoder.json").decode())
    rows = raw_rows(count, encoder)
    s3 = boto3.client("s3")
    s3.upload_fileobj(io.BytesIO(rows), bucket, "many/rows.csv")
    script = [sys.executable, str(PROJECT / "python" / "batch_transform.py"), student, model, "--input", "many/"]
    done = subprocess.run(script, env=stack, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert said[-2].startswith(f"Completed: 1 objects, {count} rows in ")
    output = s3.get_object(Bucket=bucket, Key=f"batch-output/{said[0]}/rows.csv.out")["Body"].read()
    found = np.array(output.split(), dtype=np.float64)
    assert len(found) == count
    assert np.abs(found - expected(rows, encoder)).max() < 1e-6
    if count > 1:
        assert len(np.unique(found)) > count // 50, "the order would show"
