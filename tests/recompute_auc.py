"""Recompute a model's AUC from the artifacts of an execution, with scikit-learn and none of this project's code.

    python tests/recompute_auc.py model.tar.gz test.csv

prints the area under the ROC curve of the model on the encoded test split (label first, no header).
"""

from __future__ import annotations

import sys
import tarfile
import tempfile
from pathlib import Path

import pandas as pd
import xgboost
from sklearn.metrics import roc_auc_score


def recompute(model: Path, test: Path) -> float:
    """The AUC of the booster in `model` (a SageMaker model.tar.gz) on the rows of `test`."""
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(model) as archive:
            archive.extract("xgboost-model", folder, filter="data")
        booster = xgboost.Booster(model_file=bytearray((Path(folder) / "xgboost-model").read_bytes()))
    rows = pd.read_csv(test, header=None)
    return float(roc_auc_score(rows[0], booster.predict(xgboost.DMatrix(rows.iloc[:, 1:].to_numpy(dtype=float)))))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python tests/recompute_auc.py model.tar.gz test.csv")
    print(repr(recompute(Path(sys.argv[1]), Path(sys.argv[2]))))
