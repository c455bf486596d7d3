"""A student's evaluation script: model.tar.gz and test.csv from hard-coded paths, evaluation.json out."""

import json
import pathlib
import tarfile

import pandas as pd
import xgboost
from sklearn.metrics import roc_auc_score

if __name__ == "__main__":
    with tarfile.open("/opt/ml/processing/model/model.tar.gz") as tar:
        tar.extractall(path=".")
    model = xgboost.Booster()
    model.load_model("xgboost-model")
    df = pd.read_csv("/opt/ml/processing/test/test.csv", header=None)
    y = df.iloc[:, 0].to_numpy()
    scores = model.predict(xgboost.DMatrix(df.iloc[:, 1:].to_numpy()))
    report = {
        "binary_classification_metrics": {"auc": {"value": float(roc_auc_score(y, scores)), "standard_deviation": 0.0}}
    }
    out = pathlib.Path("/opt/ml/processing/evaluation")
    out.mkdir(parents=True, exist_ok=True)
    (out / "evaluation.json").write_text(json.dumps(report))
    print(report)
