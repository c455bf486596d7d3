"""Filters, joins and inference ids, by the examples of AWS's documentation.

https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from localaws.services.sagemaker.transform.json_paths import FilterError, parse
from localaws.services.sagemaker.transform.processing import DataError, Processing

LINES = "application/jsonlines"


def processing(data: dict[str, str], kind: str = "text/csv", *, split: bool = True, ids: bool = False) -> Processing:
    return Processing(data, kind, kind, split=split, ids=ids, clock=lambda: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("$[0]", ["a", "b", "c"], "a"),
        ("$[-1]", ["a", "b", "c"], "c"),
        ("$[0,2]", ["a", "b", "c"], ["a", "c"]),
        ("$[0, -1]", ["a", "b", "c"], ["a", "c"]),
        ("$[1:]", ["a", "b", "c"], ["b", "c"]),
        ("$[:2]", ["a", "b", "c"], ["a", "b"]),
        ("$[:-1]", ["a", "b", "c"], ["a", "b"]),
        ("$[0:2]", ["a", "b", "c"], ["a", "b"]),
        ("$[*]", ["a", "b"], ["a", "b"]),
        ("$.*", {"x": 1, "y": 2}, [1, 2]),
        ("$.features", {"id": 1, "features": [1, 2]}, [1, 2]),
        ("$.a.b[1]", {"a": {"b": [5, 6]}}, 6),
        ("$['id']", {"id": 1}, 1),
        ("$['id','SageMakerOutput']", {"id": 1, "x": 2, "SageMakerOutput": 3}, {"id": 1, "SageMakerOutput": 3}),
    ],
)
def test_paths(path: str, value: Any, expected: Any) -> None:
    chosen = parse(path)
    assert chosen is not None
    assert chosen(value) == expected


def test_the_root_takes_all() -> None:
    assert parse("$") is None


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("$.id", {"x": 1}, "JSONPath '$.id': the record has no member 'id'."),
        ("$[5]", [1, 2], "JSONPath '$[5]': the record has only 2 columns."),
        ("$[1:]", {"x": 1}, "JSONPath '$[1:]': the record is no list."),
        ("$[0]", {"x": 1}, "JSONPath '$[0]': the record is no list."),
        ("$[*]", 7, "JSONPath '$[*]': the record is neither an object nor a list."),
    ],
)
def test_paths_that_lead_nowhere(path: str, value: Any, message: str) -> None:
    chosen = parse(path)
    assert chosen is not None
    with pytest.raises(FilterError) as caught:
        chosen(value)
    assert str(caught.value) == message


def test_output_only_inferences() -> None:
    plain = processing({})
    assert not plain.after
    assert plain.sent(b"1,2\n3,4\n") == b"1,2\n3,4\n"
    assert plain.kept(b"1,2\n", b"0.5\n") == b"0.5\n"


def test_csv_joined() -> None:
    joined = processing({"JoinSource": "Input"})
    # What stood in a row stays as it was written.
    assert joined.kept(b'1, "a ""b""",3\n4,,6', b"0.5\n0.25\n") == b'1, "a ""b""",3,0.5\n4,,6,0.25\n'


def test_csv_without_its_id_joined_and_cut_to_id_and_inference() -> None:
    data = {"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"}
    chosen = processing(data)
    assert chosen.sent(b'7,1,"x,y"\n8,2,z\n') == b'1,"x,y"\n2,z\n'
    assert chosen.kept(b'7,1,"x,y"\n8,2,z\n', b"0.5\n0.25\n") == b"7,0.5\n8,0.25\n"


def test_empty_filters_take_all() -> None:
    """The API's shortest JSONPath is none at all."""
    open_ended = processing({"InputFilter": "", "OutputFilter": "", "JoinSource": "Input"})
    assert open_ended.sent(b"7,1\n") == b"7,1\n"
    assert open_ended.kept(b"7,1\n", b"0.5\n") == b"7,1,0.5\n"
    nothing = processing({"InputFilter": "", "OutputFilter": "", "JoinSource": "None"}, "image/png", split=False)
    assert not nothing.after


def test_json_lines_joined() -> None:
    joined = processing({"InputFilter": "$.features", "JoinSource": "Input"}, LINES)
    body = b'{"id": 1, "features": [1, 2]}\n{"id": 2, "features": [3, 4]}\n'
    assert joined.sent(body) == b"[1, 2]\n[3, 4]\n"
    assert [json.loads(line) for line in joined.kept(body, b'{"p": 0.5}\n{"p": 0.25}\n').splitlines()] == [
        {"id": 1, "features": [1, 2], "SageMakerOutput": {"p": 0.5}},
        {"id": 2, "features": [3, 4], "SageMakerOutput": {"p": 0.25}},
    ]


def test_what_is_no_object_gets_members() -> None:
    joined = processing({"JoinSource": "Input"}, LINES)
    assert json.loads(joined.kept(b"[1, 2]\n", b"0.5\n")) == {"SageMakerInput": [1, 2], "SageMakerOutput": 0.5}


def test_json_objects_are_one_record() -> None:
    data = {"JoinSource": "Input", "OutputFilter": "$['id','SageMakerOutput']"}
    chosen = processing(data, "application/json", split=False)
    body = b'{"id": 1,\n "features": [1, 2]}'
    assert chosen.kept(body, b'{"p":\n 0.5}') == b'{"id": 1, "SageMakerOutput": {"p": 0.5}}'


def test_inference_ids() -> None:
    identity = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    line = processing({}, ids=True).kept(b"1\n", b"0.5\n").decode()
    assert re.fullmatch(rf"0\.5,{identity},2026-01-02T03:04:05Z\n", line)
    both = processing({"JoinSource": "Input"}, ids=True).kept(b"1,2\n", b"0.5\n").decode()
    assert re.fullmatch(rf"1,2,0\.5,{identity},2026-01-02T03:04:05Z\n", both)
    record = json.loads(processing({}, LINES, ids=True).kept(b"{}\n", b'{"output": 0}\n'))
    assert set(record) == {"output", "SageMakerInferenceId", "SageMakerInferenceTime"}


def test_answers_that_cannot_be_matched() -> None:
    joined = processing({"JoinSource": "Input"})
    with pytest.raises(DataError, match="the model answered 2 records with 1"):
        joined.kept(b"1\n2\n", b"0.5\n")
    with pytest.raises(DataError, match="a record is not jsonlines"):
        processing({"JoinSource": "Input"}, LINES).kept(b"{}\n", b"oops\n")
