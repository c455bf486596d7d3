"""Parameter values of an execution: strings on the wire, typed inside."""

from __future__ import annotations

from typing import Any

import pytest

from localaws.api.errors import AwsError
from localaws.services.sagemaker.pipelines.parameters import on_the_wire, parse_parameters, values_for_execution

DECLARED = parse_parameters(
    [
        {"Name": "Input", "Type": "String"},
        {"Name": "Rounds", "Type": "Integer", "DefaultValue": 100},
        {"Name": "Eta", "Type": "Float", "DefaultValue": 1},
        {"Name": "Spot", "Type": "Boolean", "DefaultValue": False},
        {"Name": "Status", "Type": "String", "DefaultValue": "Pending", "EnumValues": ["Pending", "Approved"]},
    ]
)


def given(**values: str) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in values.items()]


def test_values_are_typed_and_defaults_fill_the_rest() -> None:
    values = values_for_execution(DECLARED, given(Rounds="-3", Input="s3://b", Spot="True"))
    assert values == {"Input": "s3://b", "Rounds": -3, "Eta": 1.0, "Spot": True, "Status": "Pending"}
    assert on_the_wire(values) == given(Input="s3://b", Rounds="-3", Eta="1.0", Spot="true", Status="Pending")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (given(), "Parameter 'Input' has no default value: give one in PipelineParameters."),
        (given(Inputt="x"), "Parameter 'Inputt' is not defined in the pipeline. Defined parameters: Input, Rounds, "),
        (given(Input="x") * 2, "Parameter 'Input' is given more than once."),
        (given(Rounds="3.5"), "Parameter 'Rounds' is of type Integer; '3.5' is not a valid value."),
        (given(Rounds=""), "Parameter 'Rounds' is of type Integer; '' is not a valid value."),
        (given(Eta="nan"), "Parameter 'Eta' is of type Float; 'nan' is not a valid value."),
        (given(Rounds="abc"), "Parameter 'Rounds' is of type Integer; 'abc' is not a valid value."),
        (given(Rounds="\u0663"), "Parameter 'Rounds' is of type Integer; '\u0663' is not a valid value."),
        (given(Eta="1e999"), "Parameter 'Eta' is of type Float; '1e999' is not a valid value."),
        (given(Spot="yes"), "Parameter 'Spot' is of type Boolean; 'yes' is not a valid value."),
        (given(Status="Rejected"), "Parameter 'Status' has value 'Rejected', which is not one of its"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_by_name(values: Any, message: str) -> None:
    with pytest.raises(AwsError) as error:
        values_for_execution(DECLARED, values)
    assert error.value.code == "ValidationException"
    assert error.value.message.startswith(message)
