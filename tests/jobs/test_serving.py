"""The encoder's model archive serves raw rows as the scikit-learn container would, with what training computed."""

from __future__ import annotations

import csv
import importlib
import io
import json
import sys
import tarfile
from types import ModuleType

import job_cases
import numpy as np
import pytest
from werkzeug.wrappers import Response


@pytest.fixture
def model(run, data_set, tmp_path, monkeypatch):
    """The unpacked model and its handler, imported as the container imports it: top level, from the code folder."""
    output = run("preprocess", *data_set()).output
    with tarfile.open(output / "encoder/model.tar.gz") as archive:
        archive.extractall(tmp_path / "model", filter="data")
    monkeypatch.syspath_prepend(str(tmp_path / "model/code"))
    for name in ("inference", "row_encoder"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    handler = importlib.import_module("inference")
    assert handler.__file__ == str(tmp_path / "model/code/inference.py")
    encoder = handler.model_fn(str(tmp_path / "model"))

    def serve(body, content_type="text/csv", accept="*/*"):
        return handler.output_fn(handler.predict_fn(handler.input_fn(body, content_type), encoder), accept)

    yield serve
    for name in ("inference", "row_encoder"):
        sys.modules.pop(name, None)


@pytest.fixture(params=["sagemaker_containers.beta.framework.worker", "flask"])
def container_response(request, monkeypatch):
    """The response class under the name by which an image has it."""
    monkeypatch.setitem(sys.modules, "sagemaker_containers", None)
    name = request.param
    for depth in range(1, name.count(".") + 2):
        monkeypatch.setitem(sys.modules, ".".join(name.split(".")[:depth]), ModuleType(name))
    sys.modules[name].Response = Response


def raw_rows():
    return [row.rsplit(",", 1)[0] for row in job_cases.ROWS]


def test_the_archive_holds_the_encoder_and_its_code(run, data_set):
    output = run("preprocess", *data_set()).output
    with tarfile.open(output / "encoder/model.tar.gz") as archive:
        assert archive.getnames() == ["code/inference.py", "code/row_encoder.py", "encoder.json"]


def test_serving_encodes_every_training_row_as_training_did(model, tmp_path):
    raw = list(csv.reader(io.StringIO((tmp_path / "output/baseline/train_raw.csv").read_text())))[1:]
    body = "".join(",".join(row[:-1]) + "\n" for row in raw)
    encoded, content_type = model(body)
    train = [line.split(",", 1)[1] for line in (tmp_path / "output/train/train.csv").read_text().splitlines()]
    assert encoded.splitlines() == train
    assert content_type == "text/csv"


def test_one_row_and_many_give_the_same(model):
    whole = model("\n".join(raw_rows()))[0].splitlines()
    assert [model(row)[0].rstrip("\n") for row in raw_rows()] == whole


@pytest.mark.parametrize("body", ["30,Atlantis", "30,?", "30,", '30," ? "', "30 , ?"])
def test_unseen_and_missing_categories_are_nan(body, model):
    assert model(body)[0] == "30,nan\n"


def test_bytes_and_text_are_read(model):
    assert model(b"30,Rome\r\n") == model("30,Rome")


def test_what_ends_no_row(model):
    assert model("30,Rome\n31,Oslo\n\r\n\n") == model("30,Rome\n31,Oslo")
    assert model('30,"Ro\n\nme"\n31,Oslo')[0].splitlines()[0] == "30,nan"
    lines = '{"age": 30, "city": "A\u2028B"}\n{"age": 31, "city": "Rome"}\n\n'
    assert model(lines, "application/jsonlines") == model("30,A\u2028B\n31,Rome")


def test_json_forms_give_what_csv_gives(model):
    expected = model("30,Rome\n?,Oslo\n0.5,?\n")
    records = [{"age": 30, "city": "Rome"}, {"city": "Oslo", "age": None, "id": 7}, {"age": 0.5, "city": "?"}]
    arrays = [["30", "Rome"], [None, "Oslo"], [0.5, None]]
    for rows in (records, arrays):
        lines = "\n".join(json.dumps(row) for row in rows).encode()
        assert model(lines, "application/jsonlines") == expected
        assert model(json.dumps(rows), "application/json") == expected
        assert model(json.dumps({"instances": rows}), "application/json; charset=utf-8") == expected


def test_the_answer_is_csv_whatever_is_accepted(model):
    assert model("30,Rome", accept="application/json")[1] == "text/csv"


@pytest.mark.parametrize(
    ("body", "content_type", "message"),
    [
        ("", "text/csv", "the request holds no row"),
        (" \n", "text/csv", "the request holds no row"),
        ("30,Rome\n30\n", "text/csv", "rows must be UTF-8 with 2 values each, age, city: row 2 has 1: '30'"),
        ("age,city\n30,Rome", "text/csv", "row 1, column 'age': 'age' is not a number (a header among the rows?)"),
        ("30,Rome\nold,Rome", "text/csv", "row 2, column 'age': 'old' is not a number"),
        ("x", "text/plain", "content type 'text/plain' is not supported: send text/csv, application/jsonlines or "),
        ("7", "application/json", "JSON rows must be a list of objects or arrays"),
        ("[7]", "application/json", "row 1 is neither an object nor an array"),
        ('[{"age": 1}]', "application/json", "row 1 lacks the feature 'city'"),
        ("[[1]]", "application/json", "row 1 has 1 values, the model takes 2: age, city"),
        ('[["1", true]]', "application/json", "row 1, feature 'city': true is neither a string nor a number"),
        ('[1, "Rome"]\n{', "application/jsonlines", "row 2 is not JSON: Expecting property name"),
        ('[1, "Rome"]\n \n[2, "Oslo"]', "application/jsonlines", "row 2 is empty; send one object or array a line"),
        ("{} {}", "application/json", "the request is not JSON (Extra data: line 1 column 4 (char 3)): send a list of"),
        ("30,Rome\n\n31,Oslo", "text/csv", "rows must be UTF-8 with 2 values each, age, city: row 2 is empty"),
        ("\r\n30,Rome\r\n", "text/csv", "2 values each, age, city: row 1 is empty"),
        ('30,"Ro\n\nme"\r\n\r\n31,Oslo', "text/csv", "2 values each, age, city: row 2 is empty"),
        ("30,Rome\n31,Malm\ufffd\n", "text/csv", "2 values each, age, city: row 2 is not UTF-8"),
        ("30,Rome\n31,Malmö\n".encode("latin-1"), "text/csv", "2 values each, age, city: row 2 is not UTF-8"),
        ("30,Rome\n\n31," + "x" * 140_000, "text/csv", "age, city: row 2 is empty"),
        ('[[30, "Malm\ufffd"]]', "application/json", "JSON must be UTF-8: line 1 of the request is not"),
        ('["1", "Oslo"]\n["1", "Malmö"]'.encode("latin-1"), "application/jsonlines", "UTF-8: line 2 of the request"),
    ],
)
def test_the_sender_is_told_what_cannot_be_read(body, content_type, message, model, container_response):
    answer = model(body, content_type)
    assert answer.status_code == (415 if content_type == "text/plain" else 400)
    assert answer.mimetype == "text/plain"
    assert message in answer.get_data(as_text=True)


def test_a_value_too_large_to_look_for_the_row(model, container_response):
    before = csv.field_size_limit(1000)
    try:
        answer = model("30,Rome\n31,\ufffd" + "x" * 1001)
    finally:
        csv.field_size_limit(before)
    assert "row 2 cannot be read: field larger than field limit" in answer.get_data(as_text=True)


def test_xgboosts_container_reads_the_answer(model):
    # Its decoder strips the body, asks csv.Sniffer for the delimiter of the first line, and makes empty fields nan.
    text = model("30,Rome\n31,Atlantis\n")[0].strip()
    delimiter = csv.Sniffer().sniff(text.split("\n")[0][:512]).delimiter
    values = np.array([line.split(delimiter) for line in text.split("\n")]).astype(float)
    assert delimiter == ","
    assert values.shape == (2, 2)
    assert np.isnan(values[1, 1])
