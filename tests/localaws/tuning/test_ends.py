"""How tuning jobs end before their budget: early stopping, criteria, requests to stop, failures."""

from __future__ import annotations

from typing import Any

import pytest
from jobs.world import XGBOOST

from .conftest import Tuning
from .surfaces import ASSESSED

_LONG = {"num_round": "60", "objective": "binary:logistic", "save_model_on_termination": "true"}
_TWELVE = {"MaxNumberOfTrainingJobs": 12, "MaxParallelTrainingJobs": 2}


def _best(described: dict[str, Any]) -> float:
    return float(described["BestTrainingJob"]["FinalHyperParameterTuningJobObjectiveMetric"]["Value"])


@pytest.mark.full
@pytest.mark.slow
def test_poor_trials_stop_early_and_the_best_is_no_worse(adult: Tuning) -> None:
    """The same twelve points on the bundled data set: fewer boosting rounds are really trained."""
    searched = {"ResourceLimits": _TWELVE, "ParameterRanges": ASSESSED}
    resources = {"HyperbandStrategyConfig": {"MinResource": 8, "MaxResource": 60}}
    whole, auto, band = (
        adult.run(config={**searched, **how}, training={"StaticHyperParameters": _LONG})
        for how in (
            {},
            {"TrainingJobEarlyStoppingType": "Auto"},
            {"Strategy": "Hyperband", "StrategyConfig": resources},
        )
    )
    rounds = [adult.rounds(each["HyperParameterTuningJobName"]) for each in (whole, auto, band)]
    assert rounds[0] == 12 * 60
    assert rounds[1] < 0.95 * rounds[0], rounds
    assert rounds[2] < 0.6 * rounds[0], rounds
    for stopped in (auto, band):
        assert stopped["HyperParameterTuningJobStatus"] == "Completed"
        counters = stopped["TrainingJobStatusCounters"]
        assert counters["Stopped"] > 0
        assert counters["Completed"] + counters["Stopped"] == 12
        assert _best(stopped) > _best(whole) - 0.001
    # A trial that was stopped counts with what it had reached, and keeps its model.
    early = adult.trials(band["HyperParameterTuningJobName"], StatusEquals="Stopped")[0]
    assert early["ObjectiveStatus"] == "Succeeded"
    trained = adult.world.call("DescribeTrainingJob", TrainingJobName=early["TrainingJobName"])
    assert "xgboost-model" in adult.world.tar_members(trained["ModelArtifacts"]["S3ModelArtifacts"])


@pytest.mark.parametrize(
    ("criteria", "most"),
    [
        ({"TargetObjectiveMetricValue": 0.5}, 3),
        ({"BestObjectiveNotImproving": {"MaxNumberOfTrainingJobsNotImproving": 3}}, 30),
    ],
)
def test_completion_criteria_end_it(tuning: Tuning, criteria: dict[str, Any], most: int) -> None:
    limits = {"MaxNumberOfTrainingJobs": 40, "MaxParallelTrainingJobs": 2}
    ended = tuning.run(config={"ResourceLimits": limits, "TuningJobCompletionCriteria": criteria})
    assert ended["HyperParameterTuningJobStatus"] == "Completed"
    assert sum(ended["TrainingJobStatusCounters"].values()) <= most
    assert ended["TrainingJobStatusCounters"]["InProgress"] == 0


def test_stop_ends_the_trials_too(tuning: Tuning) -> None:
    training = {"StaticHyperParameters": {**_LONG, "num_round": "100000"}}
    name = tuning.start(training=training)
    tuning.world.wait(lambda: bool(tuning.trials(name)) and tuning.rounds(name) > 0)
    tuning.world.call("StopHyperParameterTuningJob", HyperParameterTuningJobName=name)
    ended = tuning.world.finish("HyperParameterTuningJob", name, seconds=30)
    assert ended["HyperParameterTuningJobStatus"] == "Stopped"
    assert {each["TrainingJobStatus"] for each in tuning.trials(name)} == {"Stopped"}
    with pytest.raises(Exception, match="is in status Stopped"):
        tuning.world.call("StopHyperParameterTuningJob", HyperParameterTuningJobName=name)


def test_a_trial_without_a_model_is_not_the_best(tuning: Tuning) -> None:
    """What runs into MaxRuntimeInSeconds has the better objective, and saves no model unless it is told to."""
    ranges = {"CategoricalParameterRanges": [{"Name": "num_round", "Values": ["1", "1000000"]}]}
    ended = tuning.run(
        config={
            "Strategy": "Grid",
            "ParameterRanges": ranges,
            "ResourceLimits": {"MaxParallelTrainingJobs": 2},
            "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "validation:logloss"},
        },
        training={
            "StaticHyperParameters": {"objective": "binary:logistic", "eta": "0.001"},
            "StoppingCondition": {"MaxRuntimeInSeconds": 3},
        },
    )
    trials = {
        each["TunedHyperParameters"]["num_round"]: each for each in tuning.trials(ended["HyperParameterTuningJobName"])
    }
    assert trials["1000000"]["TrainingJobStatus"] == "Stopped"
    values = {rounds: each["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] for rounds, each in trials.items()}
    assert values["1000000"] < values["1"]
    assert ended["HyperParameterTuningJobStatus"] == "Completed"
    assert ended["BestTrainingJob"]["TrainingJobName"] == trials["1"]["TrainingJobName"]


def test_a_trial_that_the_container_refuses_fails_with_the_containers_words(tuning: Tuning) -> None:
    limits = {"MaxNumberOfTrainingJobs": 8, "MaxParallelTrainingJobs": 1}
    static = {"num_round": "5", "bogus": "1"}
    ended = tuning.run(config={"ResourceLimits": limits}, training={"StaticHyperParameters": static})
    assert ended["HyperParameterTuningJobStatus"] == "Failed"
    assert ended["FailureReason"].startswith("No training job succeeded after 5 attempts. For additional details")
    assert ended["TrainingJobStatusCounters"]["NonRetryableError"] == 5
    assert ended["ObjectiveStatusCounters"]["Failed"] == 5
    assert "BestTrainingJob" not in ended
    reason = tuning.trials(ended["HyperParameterTuningJobName"])[0]["FailureReason"]
    assert "Extraneous hyperparameter found: bogus" in reason


def test_all_of_a_few_trials_failing(tuning: Tuning) -> None:
    ranges = {"ContinuousParameterRanges": [{"Name": "eta", "MinValue": "2", "MaxValue": "3"}]}
    limits = {"MaxNumberOfTrainingJobs": 2, "MaxParallelTrainingJobs": 2}
    ended = tuning.run(config={"ResourceLimits": limits, "ParameterRanges": ranges})
    assert ended["HyperParameterTuningJobStatus"] == "Failed"
    assert ended["FailureReason"].startswith("All training jobs failed.")
    assert "is not in [0, 1]" in tuning.trials(ended["HyperParameterTuningJobName"])[0]["FailureReason"]


def test_some_failing_trials_do_not_fail_it(tuning: Tuning) -> None:
    ranges = {"CategoricalParameterRanges": [{"Name": "eta", "Values": ["0.1", "7"]}]}
    ended = tuning.run(
        config={"Strategy": "Grid", "ParameterRanges": ranges, "ResourceLimits": {"MaxParallelTrainingJobs": 1}}
    )
    assert ended["HyperParameterTuningJobStatus"] == "Completed"
    assert ended["TrainingJobStatusCounters"]["NonRetryableError"] == 1
    assert ended["BestTrainingJob"]["TunedHyperParameters"] == {"eta": "0.1"}


def test_a_metric_that_no_trial_emits(tuning: Tuning) -> None:
    from jobs.test_script_mode import _hyperparameters

    ended = tuning.run(
        config={
            "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "score"},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 6, "MaxParallelTrainingJobs": 3},
        },
        training={
            "StaticHyperParameters": _hyperparameters(tuning.world, "tuning/quiet", {"train.py": "print('done')\n"}),
            "AlgorithmSpecification": {
                "TrainingImage": XGBOOST,
                "TrainingInputMode": "File",
                "MetricDefinitions": [{"Name": "score", "Regex": "score=([0-9.]+)"}],
            },
        },
    )
    assert ended["HyperParameterTuningJobStatus"] == "Failed"
    assert ended["FailureReason"].startswith("No objective metrics found after running")
    assert ended["ObjectiveStatusCounters"]["Failed"] >= 5


def test_data_that_vanishes_ends_it_with_the_reason(tuning: Tuning) -> None:
    world = tuning.world
    uri = world.put("tuning/vanishing/data.csv", "1,2\n0,1\n" * 20)
    name = tuning.start(
        training={
            "InputDataConfig": [
                {
                    "ChannelName": channel,
                    "ContentType": "text/csv",
                    "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}},
                }
                for channel in ("train", "validation")
            ]
        }
    )
    world.s3.delete_object(Bucket=uri.split("/")[2], Key="tuning/vanishing/data.csv")
    ended = world.finish("HyperParameterTuningJob", name)
    assert ended["HyperParameterTuningJobStatus"] == "Failed"
    assert uri in ended["FailureReason"] or uri in tuning.trials(name)[0]["FailureReason"]
