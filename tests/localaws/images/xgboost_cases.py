"""Trainings of the XGBoost image, one for each objective, and what bare xgboost says of the models.

    xgboost_cases.py PROGRAMS FOLDER

runs the image's program in this interpreter's xgboost for every case, each in `FOLDER/case` as its /opt/ml, and writes
`log` (standard output) and `bare.json`: for each channel the predictions, the raw scores, and xgboost's own metrics.
It imports nothing of the tests, for it also runs in other environments.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import pickle
import sys
from pathlib import Path

import numpy as np

ROUNDS = 3
CHANNELS = {"train": (0, 240), "validation": (240, 400)}
LABELS = ["accuracy", "balanced_accuracy", "f1", "f1_macro", "precision_macro", "precision_micro", "recall_macro"]
CLASSES = [*LABELS, "recall_micro"]
BINARY = [*CLASSES, "f1_binary", "precision", "recall"]
NUMBERS = ["mse", "rmse", "mae", "r2"]
RANKS = ["auc", "aucpr", "ndcg", "map", "ndcg@5", "map@5"]


def _case(kind: str, metrics: list[str], tag: str = "1.7-1", **hyperparameters: object) -> dict:
    given = {"num_round": ROUNDS, "max_depth": 3, "eta": 0.5, "seed": 1, **hyperparameters}
    if metrics:
        given["eval_metric"] = ",".join(metrics)
    return {"kind": kind, "tag": tag, "hyperparameters": {name: str(value) for name, value in given.items()}}


def _of(objective: str, kind: str, *metrics: str, **more: object) -> dict:
    return _case(kind, [*metrics], objective=objective, **more)


PROBABLE = [*BINARY, *NUMBERS, *RANKS[:2], "error", "error@0.3", "logloss", "rmsle", "mphe"]
CASES = {
    "logistic": _of("binary:logistic", "binary", *PROBABLE),
    "logitraw": _of("binary:logitraw", "binary", *BINARY, *NUMBERS, *RANKS[:2], "logloss", "error"),
    "hinge": _of("binary:hinge", "binary", *BINARY, *NUMBERS, "error"),
    "reg-logistic": _of("reg:logistic", "binary", *BINARY, *NUMBERS, "logloss", "error"),
    "softmax": _of("multi:softmax", "classes", *CLASSES, *NUMBERS, "merror", "mlogloss", num_class=3),
    "softprob": _of("multi:softprob", "classes", *CLASSES, "merror", "mlogloss", "aucpr", num_class=3),
    "two-of-softmax": _of("multi:softmax", "binary", *BINARY, "merror", num_class=2),
    "rank-pairwise": _of("rank:pairwise", "binary", *BINARY, *NUMBERS, *RANKS),
    "rank-ndcg": _of("rank:ndcg", "binary", "accuracy", "r2", *RANKS),
    "rank-map": _of("rank:map", "binary", "accuracy", "r2", *RANKS),
    "squarederror": _of("reg:squarederror", "real", *NUMBERS, "mape", "mphe"),
    "squarederror-of-classes": _of("reg:squarederror", "binary", *BINARY, *NUMBERS, "error"),
    "no-objective": _case("real", [*NUMBERS, "mape"]),
    "no-metric": _case("real", [], objective="reg:squarederror"),
    "linear": _of("reg:linear", "real", *NUMBERS),
    "absoluteerror": _of("reg:absoluteerror", "real", *NUMBERS),
    "pseudohubererror": _of("reg:pseudohubererror", "real", *NUMBERS, "mphe"),
    "squaredlogerror": _of("reg:squaredlogerror", "positive", *NUMBERS, "rmsle"),
    "gamma": _of("reg:gamma", "positive", *NUMBERS, "gamma-nloglik", "gamma-deviance"),
    "tweedie": _of("reg:tweedie", "positive", *NUMBERS, tweedie_variance_power=1.4),
    "poisson": _of("count:poisson", "count", *NUMBERS, "poisson-nloglik", "rmsle"),
    "poisson-of-classes": _of("count:poisson", "binary", *BINARY),
    "cox": _of("survival:cox", "positive", *NUMBERS, "cox-nloglik"),
    "dart": _of("binary:logistic", "binary", *BINARY, "error", booster="dart", rate_drop=0.5, one_drop=1),
    "gblinear": _of("binary:logistic", "binary", *BINARY, "error", booster="gblinear", updater="coord_descent"),
    "forest": _of("multi:softmax", "classes", *CLASSES, "merror", num_class=3, num_parallel_tree=3, subsample=0.5),
    "weighted": _of("binary:logistic", "binary", *PROBABLE, csv_weights=1),
    "weighted-old": _case("binary", ["mae", "rmse", "mse", "accuracy"], "1.2-2", csv_weights=1),
    "skewed": _of("binary:logistic", "binary", *BINARY, "error", scale_pos_weight=5, base_score=0.2),
    "tuned": _of("binary:logistic", "binary", "logloss", "f1", _tuning_objective_metric="validation:accuracy"),
    "stopped": _of(
        "binary:logistic", "binary", "logloss", "accuracy", num_round=60, eta=1, early_stopping_rounds=4, max_depth=6
    ),
    "stopped-by-tuner": _of(
        "multi:softmax",
        "classes",
        "mlogloss",
        num_class=3,
        num_round=60,
        eta=1,
        early_stopping_rounds=4,
        _tuning_objective_metric="validation:f1_macro",
    ),
    "stopped-by-rank": _of("rank:ndcg", "binary", "ndcg@5", num_round=60, early_stopping_rounds=5),
    **{
        f"tag-{tag}": _case("binary", [*BINARY, "error", "rmse"], tag, objective="binary:logistic")
        for tag in ("0.90-2-cpu-py3", "1.0-1-cpu-py3", "1.2-1", "1.3-1", "1.5-1", "3.0-5", "3.2-0", "latest")
    },
}


def data(kind: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features, labels and weights of 400 rows, in 64ths.

    xgboost reads those exactly; it may read other decimals with another last bit than numpy, and a training row lies on
    the edge of a split.
    """
    generator = np.random.default_rng(3)
    features = _in_64ths(generator.normal(size=(400, 4)))
    score = features[:, 0] - features[:, 1] ** 2 / 2 + 0.7 * generator.normal(size=400)
    labels = {
        "binary": (score > 0.2).astype(int),
        "classes": np.digitize(score, [-1, 0.3]),
        "real": _in_64ths(score),
        "positive": _in_64ths(np.exp(score / 2)) + 1,
        "count": generator.poisson(np.exp(score / 2)),
    }[kind]
    return features, labels, generator.integers(1, 5, size=400)


def _in_64ths(values: np.ndarray) -> np.ndarray:
    return (values * 64).round() / 64


def write(folder: Path, case: dict) -> None:
    """The /opt/ml of a case."""
    features, labels, weights = data(case["kind"])
    columns = [labels, weights] if "csv_weights" in case["hyperparameters"] else [labels]
    configuration = folder / "input" / "config"
    configuration.mkdir(parents=True)
    (configuration / "hyperparameters.json").write_text(json.dumps(case["hyperparameters"]))
    channel = {"ContentType": "text/csv", "TrainingInputMode": "File"}
    (configuration / "inputdataconfig.json").write_text(json.dumps(dict.fromkeys(CHANNELS, channel)))
    for name, (first, last) in CHANNELS.items():
        (folder / "input" / "data" / name).mkdir(parents=True)
        np.savetxt(
            folder / "input" / "data" / name / "rows.csv",
            np.column_stack([*columns, features])[first:last],
            delimiter=",",
            fmt="%.9g",
        )


def run(case: dict, folder: Path) -> None:
    """Train, and write `log` and `bare.json`."""
    import xgboost
    from xgboost_algorithm import main as program

    write(folder, case)
    program.ML = folder
    sys.argv = ["programs", "xgboost_algorithm", case["tag"]]
    said = io.StringIO()
    os.environ["TMPDIR"] = str(folder / "tmp")
    with contextlib.redirect_stdout(said):
        code = program.main()
    assert code == 0, (folder.name, (folder / "output" / "failure").read_text())
    (folder / "log").write_text(said.getvalue())
    model = (folder / "model" / "xgboost-model").read_bytes()
    booster = _booster(xgboost, model)
    features, labels, weights = data(case["kind"])
    weighted = "csv_weights" in case["hyperparameters"]
    bare: dict = {"rounds": booster.num_boosted_rounds(), "best": booster.attributes()}
    asked = case["hyperparameters"].get("eval_metric", "").split(",")
    own = [metric for metric in asked if metric and metric not in (*BINARY, *NUMBERS)]
    for name, (first, last) in CHANNELS.items():
        rows = slice(first, last)
        matrix = xgboost.DMatrix(
            np.float32(features[rows]), np.float32(labels[rows]), weight=np.float32(weights[rows]) if weighted else None
        )
        bare[name] = {
            "predictions": booster.predict(matrix).tolist(),
            "scores": booster.predict(matrix, output_margin=True).tolist(),
        }
        if own:
            booster.set_param([("eval_metric", metric) for metric in own])
        found = [entry.rpartition(":") for entry in booster.eval_set([(matrix, name)]).split("\t")[1:]]
        bare[name]["own"] = {key.partition("-")[2]: float(value) for key, _, value in found}
    (folder / "bare.json").write_text(json.dumps(bare))


def _booster(xgboost, model: bytes):
    try:
        return pickle.loads(model)  # images before 1.3
    except pickle.UnpicklingError:
        return xgboost.Booster(model_file=bytearray(model))


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    target = Path(sys.argv[2])
    import sklearn.metrics  # noqa: F401 (once for all, before a job that does not need it hides it)

    for name, case in CASES.items():
        run(case, target / name)
