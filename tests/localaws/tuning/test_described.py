"""What DescribeHyperParameterTuningJob fills in beside the request: SDK v2's HyperparameterTuner.attach reads it."""

from __future__ import annotations

from typing import Any

from .conftest import Tuning

_KINDS = ("CategoricalParameterRanges", "ContinuousParameterRanges", "IntegerParameterRanges")
_ONE = {"IntegerParameterRanges": [{"Name": "max_depth", "MinValue": "3", "MaxValue": "9"}]}
_LIMITS = {"MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 1}


def _sent_by_sdk(tuning: Tuning) -> dict[str, Any]:
    request = tuning.request(config={"ParameterRanges": _ONE, "ResourceLimits": _LIMITS})
    definition = request["TrainingJobDefinition"]
    definition["HyperParameterTuningResourceConfig"] = definition.pop("ResourceConfig")
    return request


def test_defaults_are_described(tuning: Tuning) -> None:
    request = _sent_by_sdk(tuning)
    tuning.world.call("CreateHyperParameterTuningJob", **request)
    described = tuning.world.finish("HyperParameterTuningJob", request["HyperParameterTuningJobName"])
    assert described["HyperParameterTuningJobStatus"] == "Completed", described
    ranges = described["HyperParameterTuningJobConfig"]["ParameterRanges"]
    assert sorted(ranges) == list(_KINDS)
    assert ranges["IntegerParameterRanges"] == [{**_ONE["IntegerParameterRanges"][0], "ScalingType": "Auto"}]
    assert (ranges["CategoricalParameterRanges"], ranges["ContinuousParameterRanges"]) == ([], [])
    definition = described["TrainingJobDefinition"]
    assert definition["ResourceConfig"] == definition["HyperParameterTuningResourceConfig"]
    assert definition["StaticHyperParameters"]["_tuning_objective_metric"] == "validation:auc"
    flags = ("EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining", "EnableNetworkIsolation")
    assert [definition[flag] for flag in flags] == [False, False, False]
    by_name = {each["Name"]: each["Regex"] for each in definition["AlgorithmSpecification"]["MetricDefinitions"]}
    assert by_name["ObjectiveMetric"] == by_name["validation:auc"]

    # What is described can be sent again, as an attached tuner does: its metric definitions override nothing.
    sent_again = {member: value for member, value in definition.items() if member in request["TrainingJobDefinition"]}
    name = f"{request['HyperParameterTuningJobName']}-again"
    again = {**request, "HyperParameterTuningJobName": name, "TrainingJobDefinition": sent_again}
    tuning.world.call("CreateHyperParameterTuningJob", **again)
    assert tuning.world.finish("HyperParameterTuningJob", name)["HyperParameterTuningJobStatus"] == "Completed"


def test_each_of_several_definitions_is_described(tuning: Tuning) -> None:
    one = {
        **tuning.request()["TrainingJobDefinition"],
        "TuningObjective": {"Type": "Maximize", "MetricName": "validation:auc"},
        "HyperParameterRanges": _ONE,
    }
    request = tuning.request(
        TrainingJobDefinition=None, TrainingJobDefinitions=[{**one, "DefinitionName": name} for name in ("a", "b")]
    )
    config = {"Strategy": "Random", "ResourceLimits": _LIMITS}
    request["HyperParameterTuningJobConfig"] = config
    tuning.world.call("CreateHyperParameterTuningJob", **request)
    described = tuning.world.finish("HyperParameterTuningJob", request["HyperParameterTuningJobName"])
    assert [each["DefinitionName"] for each in described["TrainingJobDefinitions"]] == ["a", "b"]
    for each in described["TrainingJobDefinitions"]:
        assert sorted(each["HyperParameterRanges"]) == list(_KINDS)
    assert "ParameterRanges" not in described["HyperParameterTuningJobConfig"]
