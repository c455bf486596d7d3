# ruff: noqa: E501 (one expression a line)
"""Paths, expressions and conditions."""

from __future__ import annotations

from typing import Any

import pytest

from localaws.services.sagemaker.pipelines.conditions import check_condition, holds
from localaws.services.sagemaker.pipelines.errors import DefinitionError, EvaluationError
from localaws.services.sagemaker.pipelines.expressions import Scope, evaluate, references
from localaws.services.sagemaker.pipelines.paths import PathError, lookup, parse_path

DESCRIBED = {
    "TrainingJobName": "job",
    "ProcessingOutputConfig": {"Outputs": [{"OutputName": "train", "S3Output": {"S3Uri": "s3://b/train"}}]},
    "FinalMetricDataList": [{"MetricName": "validation:auc", "Value": 0.93}],
}
REPORT = {"metrics": {"auc": {"value": 0.9297}, "f 1": {"value": None}}, "Output": [5, 10]}


@pytest.fixture
def scope() -> Scope:
    def s3_json(uri: str) -> Any:
        assert uri == "s3://b/x/report.json"
        return REPORT

    return Scope(
        parameters={"Name": "adult", "Rounds": 100, "Eta": 0.2, "Flag": True},
        execution={"PipelineExecutionId": "x"}.__getitem__,
        properties={"S": DESCRIBED}.__getitem__,
        property_file=lambda step, name: {("S", "Report"): REPORT}[step, name],
        s3_json=s3_json,
    )


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a", ("a",)),
        ("$.a.b", ("a", "b")),
        ("a.b-c[0]", ("a", "b-c", 0)),
        ("Outputs['my train'].S3Uri", ("Outputs", "my train", "S3Uri")),
        ('$["a.b"][2]["c"]', ("a.b", 2, "c")),
    ],
)
def test_paths_are_read_in_json_path_notation(text: str, path: Any) -> None:
    assert parse_path(text) == path


@pytest.mark.parametrize("text", ["", "$", "a..b", "a[", "a[x]", "a['b]", "a[0]b"])
def test_a_path_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(PathError):
        parse_path(text)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (("metrics", "mse"), "there is no 'mse' (there is: auc, f 1)"),
        (("Output", 2), "there is no element [2]"),
        (("Output", "x"), "no element is named 'x'"),
        (("metrics", "auc", "value", "x"), "'x' is asked of a float"),
    ],
)
def test_a_path_that_leads_nowhere_says_where_it_stopped(path: Any, message: str) -> None:
    with pytest.raises(PathError) as error:
        lookup(REPORT, path)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("node", "value"),
    [
        ({"Get": "Parameters.Rounds"}, 100),
        ({"Get": "Execution.PipelineExecutionId"}, "x"),
        ({"Get": "Steps.S.TrainingJobName"}, "job"),
        ({"Get": "Steps.S.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri"}, "s3://b/train"),
        ({"Get": "Steps.S.ProcessingOutputConfig.Outputs[0].OutputName"}, "train"),
        ({"Get": "Steps.S.FinalMetricDataList['validation:auc'].Value"}, 0.93),
        ({"Std:Join": {"On": "/", "Values": ["s3:/", {"Get": "Parameters.Name"}, {"Get": "Parameters.Eta"}]}}, "s3://adult/0.2"),
        ({"Std:Join": {"Values": [{"Get": "Parameters.Flag"}, 1, 2.5]}}, "true12.5"),
        ({"Std:Join": {"On": "", "Values": [{"Std:Join": {"On": "-", "Values": ["a", "b"]}}]}}, "a-b"),
        ({"Std:JsonGet": {"PropertyFile": {"Get": "Steps.S.PropertyFiles.Report"}, "Path": "metrics.auc.value"}}, 0.9297),
        ({"Std:JsonGet": {"S3Uri": {"Std:Join": {"On": "/", "Values": ["s3://b", {"Get": "Execution.PipelineExecutionId"}, "report.json"]}}, "Path": "Output[1]"}}, 10),
        ({"deep": [{"er": {"Get": "Parameters.Name"}}, 1, None]}, {"deep": [{"er": "adult"}, 1, None]}),
    ],
)  # fmt: skip
def test_expressions_are_replaced_wherever_they_stand(node: Any, value: Any, scope: Scope) -> None:
    assert evaluate(node, scope) == value


@pytest.mark.parametrize(
    ("node", "message"),
    [
        ({"Get": "Steps.S.Nothing"}, "Unable to resolve 'Steps.S.Nothing': there is no 'Nothing'"),
        (
            {"Std:JsonGet": {"PropertyFile": {"Get": "Steps.S.PropertyFiles.Report"}, "Path": "metrics['f 1'].value"}},
            "The value at JSON path 'metrics['f 1'].value' in property file 'Report' of step 'S' is null.",
        ),
        (
            {"Std:JsonGet": {"S3Uri": "s3://b/x/report.json", "Path": "Output[7]"}},
            "Unable to find JSON path 'Output[7]' in s3://b/x/report.json: there is no element [7].",
        ),
    ],
)
def test_an_expression_without_value_says_why(node: Any, message: str, scope: Scope) -> None:
    with pytest.raises(EvaluationError) as error:
        evaluate(node, scope)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    ("node", "message"),
    [
        ({"Get": 7}, "Get must be a string"),
        ({"Get": "Params.X"}, "Invalid reference 'Params.X'"),
        ({"Get": "Steps.S"}, "Invalid reference 'Steps.S'"),
        ({"Get": "Steps.S.a[x]"}, "Invalid reference 'Steps.S.a[x]'. Cannot read path"),
        ({"Get": "Execution.Id"}, "Unknown execution variable 'Execution.Id': there is PipelineExecutionId"),
        ({"Std:Join": ["a"]}, "Expecting start of Json Object."),
        ({"Std:Join": {"Value": []}}, "Cannot parse object, unknown property 'Value'."),
        ({"Std:Join": {"On": "/"}}, "Std:Join needs 'Values'"),
        ({"Std:JsonGet": {"Path": "a"}}, "Std:JsonGet needs either 'PropertyFile' or 'S3Uri'"),
        ({"Std:JsonGet": {"S3Uri": "s3://b/k", "Path": "a..b"}}, "Invalid Std:JsonGet. Cannot read path 'a..b'"),
        (
            {"Std:JsonGet": {"PropertyFile": {"Get": "Steps.S.Path"}, "Path": "a"}},
            "The PropertyFile of Std:JsonGet must name Steps.<step>.PropertyFiles.<name>, not 'Steps.S.Path'.",
        ),
        (
            {"Std:JsonGet": {"PropertyFile": "Report", "Path": "a"}},
            'The PropertyFile of Std:JsonGet must be {"Get": "Steps.<step>.PropertyFiles.<name>"}.',
        ),
    ],
)
def test_a_malformed_expression_is_refused(node: Any, message: str) -> None:
    with pytest.raises(DefinitionError) as error:
        list(references({"somewhere": [node]}))
    assert str(error.value).startswith(message)


def binary(kind: str, left: Any, right: Any) -> dict[str, Any]:
    return {"Type": kind, "LeftValue": left, "RightValue": right}


@pytest.mark.parametrize(
    ("condition", "value"),
    [
        (binary("Equals", {"Get": "Parameters.Rounds"}, 100.0), True),
        (binary("Equals", {"Get": "Parameters.Flag"}, True), True),
        (binary("Equals", {"Get": "Parameters.Name"}, "Adult"), False),
        (binary("GreaterThan", 0.9297, 0.9297), False),
        (binary("GreaterThanOrEqualTo", 0.9297, 0.9297), True),
        (binary("LessThan", "a", "b"), True),
        (binary("LessThanOrEqualTo", 3, 2), False),
        ({"Type": "In", "QueryValue": {"Get": "Parameters.Name"}, "Values": ["x", {"Get": "Parameters.Name"}]}, True),
        ({"Type": "In", "QueryValue": 1, "Values": [True, "1"]}, False),
        ({"Type": "Not", "Condition": binary("Equals", 1, 1)}, False),
        ({"Type": "Or", "Conditions": [binary("Equals", 1, 2), binary("Equals", 2, 2)]}, True),
        ({"Type": "And", "Conditions": [binary("Equals", 1, 2), binary("Equals", 2, 2)]}, False),
        ({"Type": "Or", "Conditions": []}, False),
    ],
)
def test_conditions(condition: Any, value: bool, scope: Scope) -> None:
    check_condition(condition)
    assert holds(condition, scope) is value


@pytest.mark.parametrize(
    ("condition", "what"),
    [
        (binary("GreaterThan", "0.9", 0.5), "string '0.9' with number '0.5'"),
        (binary("Equals", True, 1), "boolean 'True' with number '1'"),
        (binary("LessThan", True, False), "boolean 'True' with boolean 'False'"),
        (binary("Equals", {"Get": "Steps.S.FinalMetricDataList"}, 1), "list "),
    ],
)
def test_values_of_different_kinds_cannot_be_compared(condition: Any, what: str, scope: Scope) -> None:
    with pytest.raises(EvaluationError, match="cannot compare") as error:
        holds(condition, scope)
    assert what in str(error.value)


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("Equals", "Expecting start of Json Object."),
        ({"Type": "Near"}, "Unknown condition type 'Near': there is Equals, GreaterThan"),
        ({"Type": "Not", "Expression": {}}, "Cannot parse object, unknown property 'Expression'."),
        ({"Type": "Equals", "LeftValue": 1}, "Condition of type 'Equals' is missing 'RightValue'."),
        ({"Type": "Or", "Conditions": {}}, "Expecting start of Json Array."),
        ({"Type": "Or", "Conditions": [{"Type": "Nor"}]}, "Unknown condition type 'Nor'"),
        ({"Type": "Not", "Condition": {"Type": "Nor"}}, "Unknown condition type 'Nor'"),
    ],
)
def test_a_malformed_condition_is_refused(condition: Any, message: str) -> None:
    with pytest.raises(DefinitionError) as error:
        check_condition(condition)
    assert str(error.value).startswith(message)
