"""Tuning jobs that run."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import numpy as np
import pytest
from jobs.world import XGBOOST, labelled_csv
from sklearn.metrics import roc_auc_score

from .conftest import Tuning


@pytest.fixture(scope="module")
def finished(tuning: Tuning) -> dict[str, Any]:
    limits = {"MaxNumberOfTrainingJobs": 7, "MaxParallelTrainingJobs": 3}
    tags = [{"Key": "StudentId", "Value": "ann"}]
    return tuning.run(config={"ResourceLimits": limits, "Strategy": "Bayesian"}, Tags=tags)


def test_all_trials_are_counted(tuning: Tuning, finished: dict[str, Any]) -> None:
    assert finished["HyperParameterTuningJobStatus"] == "Completed"
    assert "FailureReason" not in finished
    counters = {"Completed": 7, "InProgress": 0, "RetryableError": 0, "NonRetryableError": 0, "Stopped": 0}
    assert finished["TrainingJobStatusCounters"] == counters
    assert finished["ObjectiveStatusCounters"] == {"Succeeded": 7, "Pending": 0, "Failed": 0}
    assert finished["HyperParameterTuningEndTime"] >= finished["CreationTime"]
    summary = next(
        each
        for each in tuning.world.call("ListHyperParameterTuningJobs", StatusEquals="Completed", MaxResults=100)[
            "HyperParameterTuningJobSummaries"
        ]
        if each["HyperParameterTuningJobName"] == finished["HyperParameterTuningJobName"]
    )
    assert summary["Strategy"] == "Bayesian"
    assert summary["ResourceLimits"]["MaxNumberOfTrainingJobs"] == 7


def test_trials_are_training_jobs_of_the_tuning_job(tuning: Tuning, finished: dict[str, Any]) -> None:
    name = finished["HyperParameterTuningJobName"]
    for number, trial in enumerate(tuning.trials(name), 1):
        assert re.fullmatch(rf"{name}-{number:03d}-[0-9a-f]{{8}}", trial["TrainingJobName"])
        described = tuning.world.call("DescribeTrainingJob", TrainingJobName=trial["TrainingJobName"])
        assert described["TuningJobArn"] == finished["HyperParameterTuningJobArn"]
        assert described["HyperParameters"] == {
            **trial["TunedHyperParameters"],
            "_tuning_objective_metric": "validation:auc",
            "num_round": "5",
            "objective": "binary:logistic",
        }
        tags = tuning.world.call("ListTags", ResourceArn=trial["TrainingJobArn"])["Tags"]
        assert tags == [{"Key": "StudentId", "Value": "ann"}]


def test_trials_overlap_up_to_the_limit_and_never_beyond(tuning: Tuning, finished: dict[str, Any]) -> None:
    described = [
        tuning.world.call("DescribeTrainingJob", TrainingJobName=trial["TrainingJobName"])
        for trial in tuning.trials(finished["HyperParameterTuningJobName"])
    ]
    spans = [(each["CreationTime"], each["TrainingEndTime"]) for each in described]
    at_once = [sum(start <= moment < end for start, end in spans) for moment, _ in spans]
    assert max(at_once) == 3


def test_the_best_trials_objective_is_what_its_model_scores(tuning: Tuning, finished: dict[str, Any]) -> None:
    import xgboost

    best = finished["BestTrainingJob"]
    values = [
        each["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]
        for each in tuning.trials(finished["HyperParameterTuningJobName"])
    ]
    assert best["FinalHyperParameterTuningJobObjectiveMetric"] == {
        "Type": "Maximize",
        "MetricName": "validation:auc",
        "Value": max(values),
    }
    trained = tuning.world.call("DescribeTrainingJob", TrainingJobName=best["TrainingJobName"])
    model = tuning.world.tar_members(trained["ModelArtifacts"]["S3ModelArtifacts"])["xgboost-model"]
    booster = xgboost.Booster(model_file=bytearray(model))
    data = np.loadtxt(io.StringIO(labelled_csv(3000, 2)), delimiter=",")
    score = roc_auc_score(data[:, 0], booster.predict(xgboost.DMatrix(data[:, 1:])))
    assert max(values) == pytest.approx(score, abs=1e-5)


def test_trials_are_listed_in_order_and_in_pages(tuning: Tuning, finished: dict[str, Any]) -> None:
    name = finished["HyperParameterTuningJobName"]
    by_value = tuning.trials(name, SortBy="FinalObjectiveMetricValue", SortOrder="Descending")
    values = [each["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] for each in by_value]
    assert values == sorted(values, reverse=True)
    assert by_value[0]["TrainingJobName"] == finished["BestTrainingJob"]["TrainingJobName"]
    page = tuning.world.call(
        "ListTrainingJobsForHyperParameterTuningJob", HyperParameterTuningJobName=name, MaxResults=5
    )
    rest = tuning.trials(name, NextToken=page["NextToken"])
    assert [len(page["TrainingJobSummaries"]), len(rest)] == [5, 2]
    assert tuning.trials(name, StatusEquals="Failed") == []


def test_a_grid_counts_its_own_trials(tuning: Tuning) -> None:
    ranges = {
        "CategoricalParameterRanges": [
            {"Name": "max_depth", "Values": ["2", "4"]},
            {"Name": "booster", "Values": ["gbtree", "dart"]},
        ]
    }
    ended = tuning.run(
        config={"Strategy": "Grid", "ParameterRanges": ranges, "ResourceLimits": {"MaxParallelTrainingJobs": 4}}
    )
    tried = {
        tuple(each["TunedHyperParameters"].items()) for each in tuning.trials(ended["HyperParameterTuningJobName"])
    }
    assert ended["HyperParameterTuningJobStatus"] == "Completed"
    assert len(tried) == 4


def test_definitions_take_turns(tuning: Tuning) -> None:
    request = tuning.request()
    config = request["HyperParameterTuningJobConfig"]
    objective, ranges = config.pop("HyperParameterTuningJobObjective"), config.pop("ParameterRanges")
    shared = request.pop("TrainingJobDefinition")
    request["TrainingJobDefinitions"] = [
        {
            **json.loads(json.dumps(shared)),
            "DefinitionName": name,
            "TuningObjective": objective,
            "HyperParameterRanges": ranges,
        }
        for name in ("one", "two")
    ]
    tuning.world.call("CreateHyperParameterTuningJob", **request)
    name = request["HyperParameterTuningJobName"]
    ended = tuning.world.finish("HyperParameterTuningJob", name)
    assert [each["TrainingJobDefinitionName"] for each in tuning.trials(name)] == ["one", "two", "one", "two"]
    assert ended["BestTrainingJob"]["TrainingJobDefinitionName"] in ("one", "two")


def test_a_metric_of_the_users_own_is_read_from_the_log(tuning: Tuning) -> None:
    """In script mode the objective is what a regular expression finds."""
    from jobs.test_script_mode import _hyperparameters

    script = "import sys\nprint('score=' + sys.argv[sys.argv.index('--level') + 1])\n"
    ended = tuning.run(
        config={
            "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "score"},
            "ParameterRanges": {"ContinuousParameterRanges": [{"Name": "level", "MinValue": "1", "MaxValue": "2"}]},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 3, "MaxParallelTrainingJobs": 3},
        },
        training={
            "StaticHyperParameters": _hyperparameters(tuning.world, "tuning/script", {"train.py": script}),
            "AlgorithmSpecification": {
                "TrainingImage": XGBOOST,
                "TrainingInputMode": "File",
                "MetricDefinitions": [{"Name": "score", "Regex": "score=([0-9.]+)"}],
            },
        },
    )
    assert ended["HyperParameterTuningJobStatus"] == "Completed", tuning.trials(ended["HyperParameterTuningJobName"])
    best = ended["BestTrainingJob"]
    tried = tuning.trials(ended["HyperParameterTuningJobName"])
    lowest = min(float(each["TunedHyperParameters"]["level"]) for each in tried)
    assert best["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] == pytest.approx(lowest)


def test_the_entry_can_be_deleted_and_its_trials_stay(tuning: Tuning) -> None:
    limits = {"MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 1}
    ended = tuning.run(config={"ResourceLimits": limits})
    name, trial = ended["HyperParameterTuningJobName"], ended["BestTrainingJob"]["TrainingJobName"]
    tuning.world.call("DeleteHyperParameterTuningJob", HyperParameterTuningJobName=name)
    assert tuning.world.stack.store.find("HyperParameterTuningJob", name) is None
    assert tuning.world.call("DescribeTrainingJob", TrainingJobName=trial)["TrainingJobStatus"] == "Completed"
