"""Train as SageMaker's XGBoost algorithm does, with the assessment's hyperparameters: train.py SPLITS MODEL_FOLDER.

Writes model.tar.gz and scores.txt, one score a test row. It runs in an image's environment: no package but xgboost.
"""

import sys
import tarfile
from pathlib import Path

import xgboost

splits, model = Path(sys.argv[1]), Path(sys.argv[2])


def matrix(name):
    # How the container reads CSV: https://github.com/aws/sagemaker-xgboost-container, data_utils.py
    return xgboost.DMatrix(f"{splits}/{name}/{name}.csv?format=csv&label_column=0")


parameters = {"objective": "binary:logistic", "max_depth": 5, "eta": 0.2, "nthread": 2}
booster = xgboost.train(parameters, matrix("train"), 100)
model.mkdir(parents=True)
booster.save_model(str(model / "xgboost-model"))
with tarfile.open(str(model / "model.tar.gz"), "w:gz") as archive:
    archive.add(str(model / "xgboost-model"), "xgboost-model")
(model / "scores.txt").write_text("".join(f"{float(score)!r}\n" for score in booster.predict(matrix("test"))))
