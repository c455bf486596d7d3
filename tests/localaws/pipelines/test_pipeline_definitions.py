# ruff: noqa: E501 (one mistake a line)
"""The refusal of each mistake that a definition can have, and what the SDKs write passing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pipeline_steps import ROLE, fail, gate, pipeline, processing

from localaws.services.sagemaker.pipelines.definition import parse_definition
from localaws.services.sagemaker.pipelines.errors import DefinitionError
from localaws.services.sagemaker.pipelines.validation import check_definition, dependencies

DEFINITIONS = sorted(Path(__file__).with_name("definitions").glob("*.json"))
FILE = {"PropertyFileName": "Report", "OutputName": "out", "FilePath": "report.json"}


def check(document: Any) -> None:
    check_definition(parse_definition(document if isinstance(document, str) else json.dumps(document)))


def json_get(step: str, name: str) -> dict[str, Any]:
    return {"Std:JsonGet": {"PropertyFile": {"Get": f"Steps.{step}.PropertyFiles.{name}"}, "Path": "a"}}


def with_step(**changes: Any) -> dict[str, Any]:
    return pipeline({**processing("A", outputs={"out": "s3://b/out"}), **changes})


def with_arguments(**changes: Any) -> dict[str, Any]:
    step = processing("A")
    step["Arguments"].update(changes)
    return pipeline(step)


def using(expression: Any) -> dict[str, Any]:
    """Step B whose input is an expression over step A."""
    files = processing("A", outputs={"out": "s3://b/out"}, PropertyFiles=[FILE])
    return pipeline(files, processing("B", inputs={"in": expression}))


def parameters(*listed: Any) -> dict[str, Any]:
    return pipeline(fail("F"), parameters=listed)


MISTAKES: list[tuple[Any, str]] = [
    # the text
    ("", "Invalid JSON at line 1 column 1"),
    ('{"Steps": [}', "Invalid JSON at line 1 column 12"),
    ('{"Steps": NaN}', "Invalid JSON: NaN is not a number that SageMaker can hold."),
    ('{"Steps": 1e999}', "Invalid JSON: 1e999 is not a number that SageMaker can hold."),
    ('{"Steps": %s}' % ("9" * 5000), "Invalid JSON: 999"),
    ("[]", "Expecting start of Json Object."),
    ({"Version": "2020-12-01", "Steps": [], "Stepz": 1}, "Cannot parse object, unknown property 'Stepz'."),
    ({"Version": "2021-01-01", "Steps": [fail("F")]}, "Version \"2021-01-01\" is not supported: it must be '2020-12-01'."),
    ({"Steps": []}, "The pipeline has no steps"),
    ({"Steps": {"Name": "F"}}, "Expecting start of Json Array."),
    ({"Steps": ["F"]}, "Expecting start of Json Object."),
    ({"Steps": [fail("F")], "Metadata": {"a b": "c"}}, "Invalid Metadata entry 'a b'"),
    ({"Steps": [fail("F")], "Metadata": {"a": 1}}, "Invalid Metadata entry 'a'"),
    (pipeline(*(fail(f"F{i}") for i in range(51))), "The pipeline has 51 steps: at most 50 are allowed."),
    # steps
    (pipeline(fail("a b")), 'Invalid step name "a b": it must match'),
    (pipeline(fail("a" * 65)), "Invalid step name"),
    (pipeline({"Name": "A"}), "Step 'A' has no 'Type'."),
    (pipeline(fail("F"), fail("F")), "Duplicate step name 'F'"),
    (pipeline(gate("G", 1, 1, yes=[fail("G")])), "Duplicate step name 'G'"),
    (pipeline({"Name": "L", "Type": "Lambda"}), "Step 'L' is of type 'Lambda', which the local stack does not implement."),
    (pipeline({"Name": "L", "Type": "ForEach"}), "Step 'L' is of type 'ForEach', which the local stack does not implement."),
    (pipeline({"Name": "L", "Type": "Lamda"}), "Unknown step type 'Lamda' of step 'L': there is Condition, Fail, "),
    (with_step(Retry=[]), "Cannot parse object, unknown property 'Retry'."),
    (pipeline(fail("F", CacheConfig={"Enabled": True})), "Cannot parse object, unknown property 'CacheConfig'."),
    (with_step(DisplayName="x" * 257), "The DisplayName of step 'A' must be a string of at most 256 characters."),
    (with_step(DependsOn=["Z"]), "Step 'A' depends on unknown step 'Z'."),
    (with_step(DependsOn="Z"), "Expecting start of Json Array."),
    (pipeline(fail("F"), processing("A", DependsOn=["F"])), "Step A can not depends on F"),
    (with_step(DependsOn=["A"]), "The steps form a cycle: A -> A."),
    (pipeline(processing("A", DependsOn=["C"]), processing("B", DependsOn=["A"]), processing("C", DependsOn=["B"])),
     "The steps form a cycle: A -> C -> B -> A."),
    (pipeline(processing("A", DependsOn=["G"]), gate("G", 1, 1, yes=[processing("B")], DependsOn=["B"])),
     "The steps form a cycle: B -> G -> B."),
    # options of steps
    (with_step(CacheConfig={"Enabled": "yes"}), 'CacheConfig.Enabled must be true or false, not "yes".'),
    (with_step(CacheConfig={"Enabled": True, "ExpireAfter": "1 day"}), "ExpireAfter '1 day' is not an ISO 8601 duration"),
    (with_step(CacheConfig={"Enabled": True, "Expires": "P1D"}), "Cannot parse object, unknown property 'Expires'."),
    (with_step(PropertyFiles=[{**FILE, "OutputName": "other"}]),
     "Property file 'Report' of step 'A' refers to output 'other', which the step does not have (outputs: out)."),
    (with_step(PropertyFiles=[{"PropertyFileName": "Report"}]), "A property file needs 'OutputName', a string."),
    (with_step(PropertyFiles=[FILE, FILE]), "Step 'A' has two property files named 'Report'"),
    (with_step(RetryPolicies=[{"ExceptionType": ["Any"]}]), "Unknown ExceptionType 'Any' of step 'A'"),
    (with_step(RetryPolicies=[{"MaxAttempts": 1}]), "A retry policy of step 'A' needs 'ExceptionType', a list."),
    (with_step(RetryPolicies=[{"ExceptionType": ["Step.THROTTLING"], "MaxAttempts": 21}]),
     "MaxAttempts of step 'A' is 21: it must be a number from 1 to 20."),
    (with_step(RetryPolicies=[{"ExceptionType": ["Step.THROTTLING"], "MaxAttempts": 2, "ExpireAfterMin": 2}]),
     "A retry policy of step 'A' gives both MaxAttempts and ExpireAfterMin"),
    # arguments, against the API model
    (with_arguments(ProcessingJobbName="x"), "Unknown Argument member 'ProcessingJobbName'."),
    (with_arguments(AppSpecification={"ImageUri": "i", "Image": "i"}), "Unknown Argument member 'Image'."),
    (with_arguments(AppSpecification=None), "Model Validation failed: Missing required member 'AppSpecification' of the arguments of step 'A'."),
    (with_arguments(AppSpecification={}), "Model Validation failed: Missing required member 'ImageUri' of 'AppSpecification' of step 'A'."),
    (with_arguments(AppSpecification=[]), "Expecting start of Json Object."),
    (with_arguments(ProcessingInputs={}), "Expecting start of Json Array."),
    (with_arguments(Environment={"A": 1}), "Model Validation failed: Value 1 for 'Environment['A']' of step 'A' must be a string."),
    (with_arguments(StoppingCondition={"MaxRuntimeInSeconds": "60"}),
     "Model Validation failed: Value \"60\" for 'StoppingCondition.MaxRuntimeInSeconds' of step 'A' must be of type integer."),
    (with_arguments(StoppingCondition={"MaxRuntimeInSeconds": 0}),
     "Model Validation failed: Value 0 for 'StoppingCondition.MaxRuntimeInSeconds' of step 'A' must be from 1 to "),
    (with_arguments(NetworkConfig={"EnableNetworkIsolation": "true"}),
     "Model Validation failed: Value \"true\" for 'NetworkConfig.EnableNetworkIsolation' of step 'A' must be a boolean."),
    (with_arguments(RoleArn="role"), "Model Validation failed: 'RoleArn' of step 'A' has 4 characters: it must have 20 to 2048."),
    (with_arguments(ProcessingInputs=[{"InputName": "a", "S3Input": {"S3Uri": "s3://b", "S3DataType": "S3Prefix",
                                                                     "S3InputMode": "FastFile"}}]),
     "Model Validation failed: Value 'FastFile' for 'ProcessingS3InputMode' failed to satisfy enum value set: [Pipe, File]. See 'ProcessingInputs[0].S3Input.S3InputMode' of step 'A'."),
    (with_arguments(ProcessingInputs=[{"InputName": str(i)} for i in range(11)]),
     "Model Validation failed: 'ProcessingInputs' of step 'A' has 11 members: it must have 0 to 10."),
    (pipeline({"Name": "R", "Type": "RegisterModel", "Arguments": {"ModelPackageName": "m"}}),
     "Unknown Argument member 'ModelPackageName'."),
    (pipeline({"Name": "M", "Type": "Model", "Arguments": {"ExecutionRoleArn": ROLE, "Modl": 1}}), "Unknown Argument member 'Modl'."),
    (pipeline({"Name": "C", "Type": "Condition", "Arguments": {"IfSteps": []}}), "Step 'C' needs 'Conditions', a list."),
    (pipeline({"Name": "C", "Type": "Condition", "Arguments": {"Conditions": [], "Then": []}}), "Unknown Argument member 'Then'."),
    (pipeline(gate("G", 1, 1, kind="NotEquals")), "Unknown condition type 'NotEquals'"),
    (pipeline(fail("F", 7)), "ErrorMessage of step 'F' must be a string or an expression."),
    (pipeline({"Name": "F", "Type": "Fail", "Arguments": {"Message": "x"}}), "Unknown Argument member 'Message'."),
    # references
    (using({"Get": "Parameters.Nope"}), "Reference to unknown parameter 'Nope'. Defined parameters: none."),
    (using({"Get": "Steps.Nope.ProcessingJobName"}), "Step 'B' refers to unknown step 'Nope' in 'Steps.Nope.ProcessingJobName'."),
    (using({"Get": "Steps.A.ProcessingJobNam"}),
     "Invalid property reference 'Steps.A.ProcessingJobNam': 'ProcessingJobNam' is not a property: there is "),
    (using({"Get": "Steps.A.ProcessingOutputConfig.Outputs['out'].S3Uri"}),
     "Invalid property reference 'Steps.A.ProcessingOutputConfig.Outputs['out'].S3Uri': 'S3Uri' is not a property"),
    (using({"Get": "Steps.A.ProcessingOutputConfig.Outputs['other'].S3Output.S3Uri"}),
     "Invalid property reference 'Steps.A.ProcessingOutputConfig.Outputs['other'].S3Output.S3Uri': step 'A' has no output 'other'"),
    (using({"Get": "Steps.A.ProcessingOutputConfig.Outputs.out.S3Output.S3Uri.x"}), "Invalid property reference"),
    (using({"Get": "Steps.A.ProcessingJobName.x"}), "Invalid property reference 'Steps.A.ProcessingJobName.x': 'x' is not"),
    (using(json_get("A", "Other")), "Step 'B' refers to property file 'Other', which step 'A' does not declare (declared: Report)."),
    (using({"Get": "Execution.Nope"}), "Unknown execution variable 'Execution.Nope'"),
    (pipeline(fail("F"), processing("B", inputs={"in": {"Get": "Steps.F.ErrorMessage"}})),
     "Invalid property reference 'Steps.F.ErrorMessage': a fail step has no properties."),
    (pipeline(gate("G", 1, 1), fail("F", {"Get": "Steps.G.Result"})),
     "Invalid property reference 'Steps.G.Result': a condition step has only 'Outcome'."),
    ({**pipeline(fail("F")), "PipelineExperimentConfig": {"ExperimentName": {"Get": "Parameters.Nope"}}},
     "Reference to unknown parameter 'Nope'."),
    ({**pipeline(fail("F")), "PipelineExperimentConfig": {"ExperimentName": {"Get": "Steps.F.Name"}}},
     "PipelineExperimentConfig cannot refer to 'Steps.F.Name'."),
    ({**pipeline(fail("F")), "PipelineExperimentConfig": {"ExperimentName": 7}},
     "PipelineExperimentConfig.ExperimentName is 7: it must be a string."),
    # parameters
    (parameters("A"), "Expecting start of Json Object."),
    (parameters({"Name": "a b"}), 'Invalid parameter name "a b"'),
    (parameters({"Name": "A", "Type": "Int"}), "Parameter 'A' has unknown type 'Int': there is String, Integer, Float, Boolean."),
    (parameters({"Name": "A", "Default": "x"}), "Cannot parse object, unknown property 'Default'."),
    (parameters({"Name": "A"}, {"Name": "A"}), "Duplicate parameter name 'A'"),
    (parameters({"Name": "A", "Type": "Integer", "DefaultValue": "1"}), "Parameter 'A' is of type Integer; \"1\" is not a valid value."),
    (parameters({"Name": "A", "Type": "Integer", "DefaultValue": True}), "Parameter 'A' is of type Integer; true is not a valid value."),
    (parameters({"Name": "A", "Type": "String", "EnumValues": ["x", 1]}), "Parameter 'A' is of type String; 1 is not a valid value."),
    (parameters({"Name": "A", "DefaultValue": "z", "EnumValues": ["x"]}),
     "The default value \"z\" of parameter 'A' is not one of its EnumValues."),
]  # fmt: skip


@pytest.mark.parametrize(("document", "message"), MISTAKES, ids=[message[:60] for _, message in MISTAKES])
def test_a_mistake_is_refused_with_its_reason(document: Any, message: str) -> None:
    with pytest.raises(DefinitionError) as error:
        check(document)
    assert str(error.value).startswith(message)
    refusal = error.value.refusal()
    assert refusal.code == "ValidationException"
    assert refusal.message.startswith("Unable to parse pipeline definition. ")


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: path.stem)
def test_what_the_sdks_write_is_accepted(path: Path) -> None:
    check(path.read_text())


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Each container of a JSON document with each of its keys."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield node, key
        yield from places(value)


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: path.stem)
def test_whatever_stands_anywhere_is_accepted_or_refused(path: Path) -> None:
    document = json.loads(path.read_text())
    strange = [None, True, 7, "x", [], ["x"], {}, {"x": "y"}, {"Get": "Parameters.InputData"}, {"Get": 7}]
    refused = 0
    for number, (container, key) in enumerate(list(places(document))):
        before = container[key]
        # Three of the values at each place: over all the places each value meets each kind of member.
        for value in (strange * 2)[number % len(strange) :][:3]:
            container[key] = value
            try:
                check(document)
            except DefinitionError:
                refused += 1
        container[key] = before
    assert refused > 500


def test_steps_wait_for_what_they_name_use_and_stand_in() -> None:
    definition = parse_definition(
        json.dumps(
            pipeline(
                processing("A", outputs={"out": "s3://b/out"}, PropertyFiles=[FILE]),
                gate(
                    "G", json_get("A", "Report"), 1, yes=[gate("H", 1, 1, yes=[fail("F", {"Get": "Steps.A.RoleArn"})])]
                ),
                processing("B", DependsOn=["G"]),
            )
        )
    )
    assert dependencies(definition) == {"A": set(), "G": {"A"}, "H": {"G"}, "F": {"H", "A"}, "B": {"G"}}
