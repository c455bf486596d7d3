"""A tuning job that is tuned by a metric of class labels compares true values of it."""

from __future__ import annotations

import io
import logging

import numpy as np
import pytest
import xgboost
from jobs.world import XGBOOST, labelled_csv
from sklearn.metrics import accuracy_score

from .conftest import Tuning

ACCURACY = {"HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "validation:accuracy"}}


def test_the_best_trial_has_the_highest_true_accuracy(tuning: Tuning, caplog: pytest.LogCaptureFixture) -> None:
    image = {"TrainingImage": XGBOOST.replace("1.7-1", "3.0-5"), "TrainingInputMode": "File"}
    with caplog.at_level(logging.WARNING, "localaws.services.sagemaker.tuning"):
        ended = tuning.run(config=ACCURACY, training={"AlgorithmSpecification": image})
    assert ended["HyperParameterTuningJobStatus"] == "Completed", ended
    assert any("Training is tuned by 'accuracy'" in record.getMessage() for record in caplog.records)

    rows = np.loadtxt(io.StringIO(labelled_csv(3000, 2)), delimiter=",")
    found = {}
    for trial in tuning.trials(ended["HyperParameterTuningJobName"]):
        name = trial["TrainingJobName"]
        described = tuning.world.call("DescribeTrainingJob", TrainingJobName=name)
        model = tuning.world.tar_members(described["ModelArtifacts"]["S3ModelArtifacts"])["xgboost-model"]
        scores = xgboost.Booster(model_file=bytearray(model)).predict(xgboost.DMatrix(rows[:, 1:]))
        found[name] = accuracy_score(rows[:, 0], scores > 0.5)
        value = trial["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]
        assert value == pytest.approx(found[name], abs=1e-5)
        assert any("AWS's image 3.0-5" in line for line in tuning.world.log("TrainingJob", name))
    assert len(set(found.values())) > 1
    best = ended["BestTrainingJob"]
    assert found[best["TrainingJobName"]] == max(found.values())
    assert best["FinalHyperParameterTuningJobObjectiveMetric"]["Type"] == "Maximize"
