"""AUC, columns and training time of three encodings of the categories of Adult: python bench/encoding.py.

Over eight splits: one-hot columns, ranks by name, and shares of positive labels out of fold (what the jobs do), with
the assessment's hyperparameters.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import xgboost
from sklearn.metrics import roc_auc_score

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "python"))

from mlops.jobs.training.split import stratified_split  # noqa: E402
from mlops.jobs.training.target_means import fit  # noqa: E402

SCHEMA = json.loads((ROOT / "data/adult/schema.json").read_text())
TYPES = {feature["name"]: feature["type"] for feature in SCHEMA["features"]}
PARAMETERS = {"objective": "binary:logistic", "max_depth": 5, "eta": 0.2, "nthread": 2}


def encodings(frame: pd.DataFrame, positive: np.ndarray, train: np.ndarray) -> dict[str, np.ndarray]:
    categories = [name for name, kind in TYPES.items() if kind == "category"]
    numbers = frame[[name for name in TYPES if name not in categories]].astype(float)
    known = frame[categories].where(frame[categories] != "?")
    by_name = known.apply(lambda column: pd.Categorical(column).codes.astype(float)).where(known.notna())
    columns = {name: pa.array(frame[name].astype(str)) for name in TYPES}
    fitted = fit(TYPES, {n: c.take(pa.array(train)) for n, c in columns.items()}, positive[train], ["?", ""], 42)
    shares = fitted.encoder.encode(columns)
    for name, codes in fitted.codes.items():
        shares[train, list(TYPES).index(name)] = codes
    return {
        "one-hot": pd.concat([numbers, pd.get_dummies(known)], axis=1).to_numpy(float),
        "rank by name": pd.concat([numbers, by_name], axis=1).to_numpy(float),
        "share": shares,
    }


def main() -> None:
    frame = pd.read_csv(ROOT / "data/adult/adult.csv", keep_default_na=False)
    positive = (frame["income"] == SCHEMA["label"]["positive"]).to_numpy()
    found: dict[str, list[tuple[float, float, int]]] = {}
    for seed in range(8):
        rows = stratified_split(positive, seed)
        train, test = rows["train"], rows["test"]
        for name, matrix in encodings(frame, positive, train).items():
            data = xgboost.DMatrix(matrix[train], positive[train])
            started = time.perf_counter()
            booster = xgboost.train(PARAMETERS, data, 100)
            seconds = time.perf_counter() - started
            auc = roc_auc_score(positive[test], booster.predict(xgboost.DMatrix(matrix[test])))
            found.setdefault(name, []).append((auc, seconds, matrix.shape[1]))
    for name, runs in found.items():
        aucs, seconds, columns = zip(*runs, strict=True)
        print(
            f"{name:14} {columns[0]:4} columns  AUC {statistics.mean(aucs):.4f}  "
            f"training {statistics.median(seconds):.2f} s"
        )


if __name__ == "__main__":
    main()
