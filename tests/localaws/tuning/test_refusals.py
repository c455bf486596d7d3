"""What CreateHyperParameterTuningJob refuses, and what it says."""

from __future__ import annotations

from typing import Any

import pytest
from jobs.world import BUCKET, channel

from localaws.api.errors import AwsError

from .conftest import Tuning

_CATEGORY = {"CategoricalParameterRanges": [{"Name": "max_depth", "Values": ["2", "3"]}]}
_TWO_DEPTHS = {"IntegerParameterRanges": [{"Name": "max_depth", "MinValue": "3", "MaxValue": "4"}]}
_OBJECTIVE = {"Type": "Maximize", "MetricName": "validation:auc"}
_EMPTY = [channel("train", f"s3://{BUCKET}/nothing/here/", "text/csv")]
_STATIC = {"num_round": "5"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"HyperParameterTuningJobName": "a" * 33}, "Member must have length less than or equal to 32"),
        ({"config": {"Strategy": "Sobol"}}, "Member must satisfy enum value set"),
        ({"config": {"ParameterRanges": None}}, "ParameterRanges must be specified"),
        ({"config": {"HyperParameterTuningJobObjective": None}}, "HyperParameterTuningJobObjective must be specified"),
        ({"config": {"HyperParameterTuningJobObjective": {**_OBJECTIVE, "Type": "Minimize"}}}, "objective metric type"),
        (
            {"config": {"HyperParameterTuningJobObjective": {**_OBJECTIVE, "MetricName": "validation:hits"}}},
            "The objective metric, [validation:hits], isn't valid",
        ),
        (
            {"config": {"HyperParameterTuningJobObjective": {**_OBJECTIVE, "MetricName": "train:auc"}}},
            "isn't valid for",
        ),
        ({"training": {"StaticHyperParameters": {"num_round": "5", "eta": "1"}}}, "either static or tuned"),
        ({"config": {"Strategy": "Grid"}}, "categorical hyperparameter ranges only"),
        ({"config": {"Strategy": "Grid", "ParameterRanges": _CATEGORY}}, "number of distinct categorical combinations"),
        ({"config": {"Strategy": "Hyperband"}}, "MaxResource parameter is not provided and could not be"),
        (
            {
                "config": {
                    "Strategy": "Hyperband",
                    "StrategyConfig": {"HyperbandStrategyConfig": {"MinResource": 5, "MaxResource": 2}},
                }
            },
            "MinResource [5]",
        ),
        (
            {
                "config": {
                    "Strategy": "Hyperband",
                    "StrategyConfig": {"HyperbandStrategyConfig": {"MaxResource": 9}},
                    "TrainingJobEarlyStoppingType": "Auto",
                }
            },
            "must be Off with the Hyperband strategy",
        ),
        ({"config": {"StrategyConfig": {"HyperbandStrategyConfig": {"MaxResource": 9}}}}, "is for the Hyperband"),
        ({"config": {"ResourceLimits": {"MaxParallelTrainingJobs": 1}}}, "MaxNumberOfTrainingJobs must be specified"),
        (
            {"config": {"ResourceLimits": {"MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 2}}},
            "must not be greater than MaxNumberOfTrainingJobs",
        ),
        (
            {"config": {"ParameterRanges": _TWO_DEPTHS}},
            "the provided ranges [2.0] must be equal or greater than the value of MaxNumberOfJobs, [4]",
        ),
        ({"config": {"ParameterRanges": _CATEGORY, "Strategy": "Bayesian"}}, "don't have enough combinations"),
        (
            {"config": {"ResourceLimits": {"MaxNumberOfTrainingJobs": 751, "MaxParallelTrainingJobs": 2}}},
            "AWS allows 750",
        ),
        ({"training": {"InputDataConfig": _EMPTY}}, "No S3 objects found under S3 URL"),
        ({"training": {"RoleArn": "arn:aws:iam::123456789012:role/nobody"}}, "nobody"),
        ({"TrainingJobDefinition": None}, "either TrainingJobDefinition or TrainingJobDefinitions"),
        ({"Autotune": {"Mode": "Enabled"}}, "no Autotune"),
        (
            {
                "WarmStartConfig": {
                    "ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": "unborn"}],
                    "WarmStartType": "TransferLearning",
                }
            },
            "parent hyperparameter tuning job [unborn] does not exist",
        ),
    ],
)
def test_requests_that_could_not_run(tuning: Tuning, changes: dict[str, Any], said: str) -> None:
    request = tuning.request(**changes)
    config = request["HyperParameterTuningJobConfig"]
    request["HyperParameterTuningJobConfig"] = {name: value for name, value in config.items() if value is not None}
    with pytest.raises(AwsError, match="ValidationException") as caught:
        tuning.world.call("CreateHyperParameterTuningJob", **request)
    assert said in caught.value.message
    assert tuning.world.stack.store.find("HyperParameterTuningJob", request["HyperParameterTuningJobName"]) is None


@pytest.fixture(scope="module")
def parent(tuning: Tuning) -> dict[str, Any]:
    return tuning.run()


def _child(parent: dict[str, Any], kind: str = "IdenticalDataAndAlgorithm") -> dict[str, Any]:
    named = [{"HyperParameterTuningJobName": parent["HyperParameterTuningJobName"]}]
    return {"ParentHyperParameterTuningJobs": named, "WarmStartType": kind}


def test_a_child_knows_its_parents_best(tuning: Tuning, parent: dict[str, Any]) -> None:
    child = tuning.run(config={"Strategy": "Bayesian"}, WarmStartConfig=_child(parent))
    assert child["HyperParameterTuningJobStatus"] == "Completed"

    def value(summary: dict[str, Any]) -> float:
        return float(summary["FinalHyperParameterTuningJobObjectiveMetric"]["Value"])

    overall = child["OverallBestTrainingJob"]
    assert value(overall) == max(value(parent["BestTrainingJob"]), value(child["BestTrainingJob"]))
    jobs = {parent["HyperParameterTuningJobName"], child["HyperParameterTuningJobName"]}
    assert overall["TuningJobName"] in jobs
    # It starts from what the parent found: no point is tried again.
    names = [parent["HyperParameterTuningJobName"], child["HyperParameterTuningJobName"]]
    points = [tuple(each["TunedHyperParameters"].items()) for name in names for each in tuning.trials(name)]
    assert len(set(points)) == len(points)


@pytest.mark.parametrize(
    ("changes", "kind", "said"),
    [
        ({"training": {"StaticHyperParameters": {**_STATIC}}}, "TransferLearning", "number of static and tunable"),
        (
            {"config": {"HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "validation:error"}}},
            "TransferLearning",
            "must be that of the parent",
        ),
        ({"training": {"InputDataConfig": []}}, "IdenticalDataAndAlgorithm", "the input data must be that of"),
    ],
)
def test_parents_that_do_not_fit(
    tuning: Tuning, parent: dict[str, Any], changes: dict[str, Any], kind: str, said: str
) -> None:
    if changes.get("training", {}).get("InputDataConfig") == []:
        other = tuning.world.put("tuning/other/data.csv", "1,2\n0,3\n" * 30)
        changes = {"training": {"InputDataConfig": [channel("train", other, "text/csv")]}}
    with pytest.raises(AwsError, match="ValidationException") as caught:
        tuning.world.call(
            "CreateHyperParameterTuningJob", **tuning.request(**changes, WarmStartConfig=_child(parent, kind))
        )
    assert said in caught.value.message


def test_a_name_is_taken_once(tuning: Tuning, parent: dict[str, Any]) -> None:
    request = tuning.request(HyperParameterTuningJobName=parent["HyperParameterTuningJobName"])
    with pytest.raises(AwsError, match="ResourceInUse") as caught:
        tuning.world.call("CreateHyperParameterTuningJob", **request)
    name = parent["HyperParameterTuningJobName"]
    said = f"A hyperparameter tuning job with the name, {name}, already exists. Choose a different name."
    assert caught.value.message == said


@pytest.mark.parametrize("several", [1, 2])
@pytest.mark.parametrize("member", ["WarmStartConfig", "TrainingJobEarlyStoppingType Auto"])
def test_only_one_algorithm_learns_from_parents_or_stops_early(
    tuning: Tuning, parent: dict[str, Any], member: str, several: int
) -> None:
    request = tuning.request()
    one = {
        **request.pop("TrainingJobDefinition"),
        "TuningObjective": _OBJECTIVE,
        "HyperParameterRanges": request["HyperParameterTuningJobConfig"].pop("ParameterRanges"),
    }
    del request["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
    request["TrainingJobDefinitions"] = [{**one, "DefinitionName": f"number-{each}"} for each in range(several)]
    if member == "WarmStartConfig":
        request[member] = _child(parent)
    else:
        request["HyperParameterTuningJobConfig"]["TrainingJobEarlyStoppingType"] = "Auto"
    if several == 1:
        tuning.world.call("CreateHyperParameterTuningJob", **request)
        tuning.world.finish("HyperParameterTuningJob", request["HyperParameterTuningJobName"])
        return
    with pytest.raises(AwsError, match="ValidationException") as caught:
        tuning.world.call("CreateHyperParameterTuningJob", **request)
    assert caught.value.message.startswith(f"{member}: warm start and early stopping are available only for a single")


def test_an_unknown_tuning_job(tuning: Tuning) -> None:
    for operation in ("Describe", "Stop", "Delete"):
        with pytest.raises(AwsError, match="ResourceNotFound"):
            tuning.world.call(f"{operation}HyperParameterTuningJob", HyperParameterTuningJobName="unborn")
