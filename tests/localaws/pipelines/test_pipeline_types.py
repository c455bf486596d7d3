# ruff: noqa: E501 (one assignment a line)
"""The type of each expression against the type of the argument that it is given to."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape
from pipeline_steps import ROLE, fail, gate, pipeline
from typed_steps import EARLIER, JSON, KINDS, PARAMETERS, TYPES, check, get, join, refusal, with_step

from localaws.services.sagemaker.pipelines.errors import DefinitionError
from localaws.services.sagemaker.pipelines.shapes import input_shape

ROOT = Path(__file__).parents[3]
ACCEPTED = [
    ("Processing", "ProcessingResources.ClusterConfig.InstanceCount", get("I")),
    ("Processing", "ProcessingResources.ClusterConfig.InstanceCount", JSON),
    ("Processing", "ProcessingResources.ClusterConfig.InstanceCount", get("Steps.Training.ResourceConfig.InstanceCount")),
    ("Processing", "ProcessingResources.ClusterConfig.InstanceType", get("S")),
    ("Processing", "ProcessingResources.ClusterConfig.InstanceType", get("Steps.Training.ResourceConfig.InstanceType")),
    ("Processing", "StoppingCondition", {"MaxRuntimeInSeconds": get("I")}),
    ("Processing", "NetworkConfig", {"EnableNetworkIsolation": get("B"), "VpcConfig": {"Subnets": [get("S")], "SecurityGroupIds": [get("S")]}}),
    ("Processing", "NetworkConfig", {"EnableNetworkIsolation": get("Steps.G.Outcome")}),
    ("Processing", "AppSpecification.ContainerArguments", ["--k", join(get("I")), get("S"), JSON, get("Execution.StartDateTime")]),
    ("Processing", "Environment", {"A": join(get("F"), get("B"), join(get("I")), 1, True, "x"), "B": JSON}),
    ("Processing", "Environment", {"A": join(get("Steps.Training.TrainingStartTime"), get("Steps.Training.BillableTimeInSeconds"))}),
    ("Training", "HyperParameters", {"num_round": join(get("I")), "eta": get("S")}),
    ("Training", "EnableManagedSpotTraining", get("B")),
    ("Training", "OutputDataConfig.S3OutputPath", join("s3://b", get("Execution.PipelineExecutionId"))),
    ("Tuning", "HyperParameterTuningJobConfig.ResourceLimits.MaxNumberOfTrainingJobs", get("I")),
    ("Tuning", "HyperParameterTuningJobConfig.TuningJobCompletionCriteria", {"TargetObjectiveMetricValue": get("I")}),
    ("Tuning", "HyperParameterTuningJobConfig.TuningJobCompletionCriteria", {"TargetObjectiveMetricValue": get("F")}),
    ("Tuning", "HyperParameterTuningJobConfig.TuningJobCompletionCriteria", {"TargetObjectiveMetricValue": get("Steps.Training.FinalMetricDataList['validation:auc'].Value")}),
    ("Model", "PrimaryContainer.ModelDataUrl", join("s3://b", get("Steps.Tuning.TrainingJobSummaries[0].TrainingJobName"), "output/model.tar.gz")),
    ("Model", "PrimaryContainer.ModelDataUrl", get("Steps.Training.ModelArtifacts.S3ModelArtifacts")),
    ("Model", "PrimaryContainer.Environment", {"A": get("S")}),
    ("Transform", "ModelName", get("Steps.Model.ModelName")),
    ("Transform", "MaxPayloadInMB", get("I")),
    ("RegisterModel", "ModelApprovalStatus", get("S")),
    ("RegisterModel", "ModelMetrics.ModelQuality.Statistics.S3Uri", join(get("Steps.A.ProcessingOutputConfig.Outputs['out'].S3Output.S3Uri"), "evaluation.json")),
    ("RegisterModel", "ModelMetrics.ModelQuality.Statistics.S3Uri", get("Steps.A.ProcessingOutputConfig.Outputs[0].S3Output.S3Uri")),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "path", "value"), ACCEPTED)
def test_a_value_of_the_arguments_type_is_accepted(kind: str, path: str, value: Any) -> None:
    check(with_step(kind, path, value))


# kind, path, value, what AWS says, the rest
REFUSED = [
    ("Processing", "AppSpecification.ContainerArguments", ["--k", get("I")], "property reference [Parameters.I] to argument of type [String].",
     "'AppSpecification.ContainerArguments[1]' of step 'X' must be of type String, and Parameters.I is of type Integer: use a String, or convert it by"),
    ("Processing", "Environment", {"A": get("F")}, "property reference [Parameters.F] to argument of type [String].", "'Environment['A']' of step 'X' must be of type String, and Parameters.F is of type Float"),
    ("Processing", "Environment", {"A": get("B")}, "property reference [Parameters.B] to argument of type [String].", "and Parameters.B is of type Boolean"),
    ("Processing", "Environment", {"A": get("Steps.G.Outcome")}, "property reference [Steps.G.Outcome] to argument of type [String].", "is of type Boolean"),
    ("Processing", "Environment", {"A": get("Steps.Training.ResourceConfig.InstanceCount")}, "property reference [Steps.Training.ResourceConfig.InstanceCount] to argument of type [String].", "is of type Integer"),
    ("Processing", "Environment", {"A": get("Steps.Training.FinalMetricDataList['a'].Value")}, "property reference [Steps.Training.FinalMetricDataList['a'].Value] to argument of type [String].", "is of type Float"),
    ("Processing", "Environment", {"A": get("Steps.Training.CreationTime")}, "property reference [Steps.Training.CreationTime] to argument of type [String].", "is of type Timestamp: use a String, or convert it by"),
    ("Processing", "Environment", {"A": get("Steps.Training.ModelArtifacts")}, "property reference [Steps.Training.ModelArtifacts] to argument of type [String].", "is of type Structure: refer to one of its members."),
    ("Processing", "Environment", {"A": get("Steps.A.ProcessingOutputConfig.Outputs")}, "property reference [Steps.A.ProcessingOutputConfig.Outputs] to argument of type [String].", "is of type List: refer to one of its members."),
    ("Processing", "Environment", {"A": get("Steps.Training.HyperParameters")}, "property reference [Steps.Training.HyperParameters] to argument of type [String].", "is of type Map"),
    ("Processing", "Environment", {"A": join("x", get("Steps.Training.ModelArtifacts"))}, "property reference [Steps.Training.ModelArtifacts] to argument of type [String].", "The Std:Join in 'Environment['A']' of step 'X' joins single values, and Steps.Training.ModelArtifacts is of type Structure"),
    ("Processing", "ProcessingResources.ClusterConfig.InstanceCount", get("S"), "property reference [Parameters.S] to argument of type [Integer].", "must be of type Integer, and Parameters.S is of type String: use a value of type Integer."),
    ("Processing", "ProcessingResources.ClusterConfig.InstanceCount", get("F"), "property reference [Parameters.F] to argument of type [Integer].", "is of type Float"),
    ("Processing", "ProcessingResources.ClusterConfig.InstanceCount", get("B"), "property reference [Parameters.B] to argument of type [Integer].", "is of type Boolean"),
    ("Processing", "ProcessingResources.ClusterConfig.InstanceCount", join(get("I")), "function [Std:Join] to argument of type [Integer].", "Std:Join is of type String"),
    ("Processing", "ProcessingResources.ClusterConfig.InstanceCount", get("Execution.PipelineName"), "property reference [Execution.PipelineName] to argument of type [Integer].", "is of type String"),
    ("Processing", "ProcessingResources.ClusterConfig.InstanceType", get("I"), "property reference [Parameters.I] to argument of type [String].", "is of type Integer"),
    ("Processing", "NetworkConfig", {"EnableNetworkIsolation": get("S")}, "property reference [Parameters.S] to argument of type [Boolean].", "'NetworkConfig.EnableNetworkIsolation' of step 'X'"),
    ("Training", "HyperParameters", {"num_round": get("I")}, "property reference [Parameters.I] to argument of type [String].", "'HyperParameters['num_round']' of step 'X'"),
    ("Tuning", "HyperParameterTuningJobConfig.ParameterRanges.ContinuousParameterRanges.0.MinValue", get("F"), "property reference [Parameters.F] to argument of type [String].",
     "'HyperParameterTuningJobConfig.ParameterRanges.ContinuousParameterRanges[0].MinValue' of step 'X'"),
    ("Tuning", "HyperParameterTuningJobConfig.TuningJobCompletionCriteria", {"TargetObjectiveMetricValue": get("S")}, "property reference [Parameters.S] to argument of type [Float].", "is of type String"),
    ("Transform", "MaxConcurrentTransforms", get("S"), "property reference [Parameters.S] to argument of type [Integer].", "'MaxConcurrentTransforms' of step 'X'"),
    ("Model", "PrimaryContainer.Environment.A", get("I"), "property reference [Parameters.I] to argument of type [String].", "'PrimaryContainer.Environment['A']' of step 'X'"),
    ("RegisterModel", "ModelApprovalStatus", get("B"), "property reference [Parameters.B] to argument of type [String].", "'ModelApprovalStatus' of step 'X'"),
    ("RegisterModel", "InferenceSpecification.Containers.0.Environment.A", get("I"), "property reference [Parameters.I] to argument of type [String].", "'InferenceSpecification.Containers[0].Environment['A']' of step 'X'"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "path", "value", "words", "detail"), REFUSED)
def test_a_value_of_another_type_is_refused(kind: str, path: str, value: Any, words: str, detail: str) -> None:
    error = refusal(with_step(kind, path, value))
    assert error.code == "ValidationException"
    assert error.message.startswith(f"Cannot assign {words} ")
    assert detail in error.message


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("NetworkConfig", {"VpcConfig": {"Subnets": get("S"), "SecurityGroupIds": ["s"]}}, "Expecting start of Json Array. 'NetworkConfig.VpcConfig.Subnets' of step 'X' must be of type List, and Parameters.S (String) stands for one value: write the List out"),
        ("AppSpecification.ContainerArguments", JSON, "Expecting start of Json Array. 'AppSpecification.ContainerArguments' of step 'X' must be of type List, and Std:JsonGet stands for one value"),
        ("AppSpecification.ContainerArguments", get("Steps.A.AppSpecification.ContainerArguments"), "Expecting start of Json Array."),
        ("Environment", get("S"), "Expecting start of Json Object. 'Environment' of step 'X' must be of type Map"),
        ("NetworkConfig", {"VpcConfig": get("S")}, "Expecting start of Json Object. 'NetworkConfig.VpcConfig' of step 'X' must be of type Structure"),
        ("AppSpecification.ContainerArguments", "--k", "Expecting start of Json Array. 'AppSpecification.ContainerArguments' of step 'X' is \"--k\"."),
        ("Environment", ["A"], "Expecting start of Json Object. 'Environment' of step 'X' is [\"A\"]."),
        ("AppSpecification.ContainerArguments", ["-k", 3], "Model Validation failed: Value 3 for 'AppSpecification.ContainerArguments[1]' of step 'X' must be a string."),
        ("ProcessingResources.ClusterConfig.InstanceCount", "1", "Model Validation failed: Value \"1\" for 'ProcessingResources.ClusterConfig.InstanceCount' of step 'X' must be of type integer."),
        ("ProcessingResources.ClusterConfig.InstanceCount", 1.5, "Model Validation failed: Value 1.5 for 'ProcessingResources.ClusterConfig.InstanceCount' of step 'X' must be of type integer."),
    ],
)  # fmt: skip
def test_a_list_map_or_structure_is_written_out(path: str, value: Any, words: str) -> None:
    assert refusal(with_step("Processing", path, value)).message.startswith(
        f"Unable to parse pipeline definition. {words}"
    )


def leaves(
    shape: Shape, path: tuple[str, ...] = (), seen: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every scalar member of a request, with its path and type in the API model."""
    if shape.name in seen:
        return
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            yield from leaves(member, (*path, name), (*seen, shape.name))
    elif isinstance(shape, ListShape):
        yield from leaves(shape.member, (*path, "[]"), (*seen, shape.name))
    elif isinstance(shape, MapShape):
        yield from leaves(shape.value, (*path, "{}"), (*seen, shape.name))
    else:
        yield path, shape.type_name


def holding(path: tuple[str, ...], value: Any) -> Any:
    """JSON that has `value` at a path of `leaves`."""
    for part in reversed(path):
        value = [value] if part == "[]" else {"k": value} if part == "{}" else {part: value}
    return value


TAKES = {"string": "S", "integer": "I", "long": "I", "float": "IF", "double": "IF", "boolean": "B"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_member_takes_its_own_type_and_no_other(kind: str) -> None:
    operation, arguments = KINDS[kind]
    members = [(path, types) for path, types in leaves(input_shape(operation)) if path[0] not in ("ModelPackageName",)]
    assert len(members) > 12
    for path, model_type in members:
        for name in TYPES:
            given = copy.deepcopy(dict(arguments)) | holding(path, get(name))
            step = {"Name": "X", "Type": kind, "Arguments": given}
            try:
                check(pipeline(step, parameters=PARAMETERS))
                words = ""
            except DefinitionError as error:
                words = str(error)
            if "Missing required member" in words:
                continue  # the path's own structure wants more than this member
            assert words.startswith("Cannot assign") == (name not in TAKES[model_type]), (path, name, words)


@pytest.mark.parametrize(
    ("left", "right", "kind"),
    [
        (get("I"), 1.5, "Equals"),
        (get("B"), True, "Equals"),
        (get("Steps.G.Outcome"), get("B"), "Equals"),
        (JSON, get("F"), "GreaterThanOrEqualTo"),
        (join(get("I")), "1", "Equals"),
        (get("Steps.Training.FinalMetricDataList['a'].Value"), 0.5, "GreaterThan"),
        # AWS creates these; what cannot be compared is found out by the execution.
        (get("Steps.Training.HyperParameters['batch-size']"), 6.0, "GreaterThanOrEqualTo"),
        (get("I"), "1", "Equals"),
        (get("B"), False, "GreaterThan"),
        (get("Steps.Training.CreationTime"), get("Execution.StartDateTime"), "LessThan"),
    ],
)
def test_conditions_compare_single_values_of_any_type(left: Any, right: Any, kind: str) -> None:
    check(pipeline(*EARLIER, gate("C", left, right, kind=kind), parameters=PARAMETERS))


@pytest.mark.parametrize(
    ("left", "right", "words"),
    [
        (get("I"), None, "'Conditions[0].RightValue' of step 'C' compares strings, numbers, booleans and references: null is none of them."),
        (JSON, [1], "'Conditions[0].RightValue' of step 'C' compares strings, numbers, booleans and references: [1] is none of them."),
        ({"Std:Upper": "x"}, "X", '\'Conditions[0].LeftValue\' of step \'C\' compares strings, numbers, booleans and references: {"Std:Upper": "x"} is none of them.'),
        (get("Steps.Training.ModelArtifacts"), "x", "'Conditions[0].LeftValue' of step 'C' compares single values, and Steps.Training.ModelArtifacts is of type Structure: refer to one of its members."),
        (1, get("Steps.Training.FinalMetricDataList"), "'Conditions[0].RightValue' of step 'C' compares single values, and Steps.Training.FinalMetricDataList is of type List: refer to one of its members."),
    ],
)  # fmt: skip
def test_what_is_no_single_value_is_refused_in_conditions(left: Any, right: Any, words: str) -> None:
    error = refusal(pipeline(*EARLIER, gate("C", left, right, kind="Equals"), parameters=PARAMETERS))
    assert error.message.endswith(f"Condition 'Equals' in {words}")


def test_nested_conditions_are_checked_at_their_place() -> None:
    listed: dict[str, Any] = {
        "Type": "In",
        "QueryValue": get("I"),
        "Values": ["1", get("Steps.Training.HyperParameters")],
    }
    inner = {"Type": "Or", "Conditions": [{"Type": "Not", "Condition": listed}]}
    step = {"Name": "C", "Type": "Condition", "Arguments": {"Conditions": [{"Type": "And", "Conditions": [inner]}]}}
    error = refusal(pipeline(*EARLIER, step, parameters=PARAMETERS))
    place = "'Conditions[0].Conditions[0].Conditions[0].Condition.Values[1]' of step 'C'"
    assert f"Condition 'In' in {place} compares single values" in error.message
    listed["Values"] = ["1", 2]
    check(pipeline(*EARLIER, step, parameters=PARAMETERS))


def test_a_fail_message_and_an_experiments_names_are_strings() -> None:
    for message in ("no", get("S"), join("AUC", JSON, get("F")), JSON):
        check(pipeline(*EARLIER, fail("E", message), parameters=PARAMETERS))
    error = refusal(pipeline(fail("E", get("I")), parameters=PARAMETERS))
    assert error.message.startswith(
        "Cannot assign property reference [Parameters.I] to argument of type [String]. 'ErrorMessage' of step 'E'"
    )
    experiment = {"PipelineExperimentConfig": {"ExperimentName": get("S"), "TrialName": None}}
    check({**pipeline(fail("E"), parameters=PARAMETERS), **experiment})
    experiment["PipelineExperimentConfig"]["TrialName"] = get("I")
    error = refusal({**pipeline(fail("E"), parameters=PARAMETERS), **experiment})
    assert "to argument of type [String]. 'PipelineExperimentConfig.TrialName'" in error.message
    experiment["PipelineExperimentConfig"] = {"Experiment": "e"}
    error = refusal({**pipeline(fail("E"), parameters=PARAMETERS), **experiment})
    assert error.message.endswith("Cannot parse object, unknown property 'Experiment'.")


def test_the_uri_of_a_json_document_is_a_string() -> None:
    def reading(uri: Any) -> dict[str, Any]:
        return with_step("Processing", "Environment", {"A": {"Std:JsonGet": {"S3Uri": uri, "Path": "a"}}})

    check(reading(join("s3://b", get("Execution.PipelineExecutionId"))))
    assert refusal(reading(get("I"))).message.startswith(
        "Cannot assign property reference [Parameters.I] to argument of type [String]. "
        "'Environment['A'].Std:JsonGet.S3Uri' of step 'X' must be of type String"
    )
    assert "The S3Uri of Std:JsonGet in 'Environment['A']' of step 'X' is 7: it must be" in refusal(reading(7)).message


@pytest.mark.parametrize("path", sorted((ROOT / "rendered/pipeline").glob("*.tftpl")), ids=lambda path: path.name)
def test_our_own_definitions_are_accepted(path: Path) -> None:
    check(json.loads(path.read_text().replace("${job_role_arn}", ROLE)))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (
            join("x", join(["y"])),
            "Std:Join in 'Environment['A']' of step 'X' joins strings, numbers, booleans and references: [\"y\"] is none of them.",
        ),
        (
            join(None),
            "Std:Join in 'Environment['A']' of step 'X' joins strings, numbers, booleans and references: null is none of them.",
        ),
        (
            get("Steps.A.PropertyFiles.Report"),
            "'Steps.A.PropertyFiles.Report' is a property file: read a value of it with Std:JsonGet.",
        ),
    ],
)
def test_what_has_no_single_value_is_refused(value: Any, words: str) -> None:
    assert refusal(with_step("Processing", "Environment", {"A": value})).message.endswith(words)
