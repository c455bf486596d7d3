"""The encoder's model archive serves raw rows as the scikit-learn container would, with what training computed."""

from __future__ import annotations

import csv
import importlib
import json
import math
import sys
import tarfile
from pathlib import Path
from types import ModuleType

import job_cases
import numpy as np
import pytest
from werkzeug.wrappers import Response

from mlops.jobs.row_encoder import Encoder
from mlops.jobs.training.split import stratified_split

MODULES = ("csv_rows", "inference", "row_encoder")


@pytest.fixture
def serving(run, data_set, tmp_path, monkeypatch):
    """The handler of a data set's model, imported as the container imports it: top level, from the code folder."""

    def serve(content=None, schema=None):
        output = run("preprocess", *data_set(content, schema)).output
        with tarfile.open(output / "encoder/model.tar.gz") as archive:
            archive.extractall(tmp_path / "model", filter="data")
        monkeypatch.syspath_prepend(str(tmp_path / "model/code"))
        for name in MODULES:
            monkeypatch.delitem(sys.modules, name, raising=False)
        handler = importlib.import_module("inference")
        assert handler.__file__ == str(tmp_path / "model/code/inference.py")
        encoder = handler.model_fn(str(tmp_path / "model"))
        return lambda body, content_type="text/csv", accept="*/*": handler.output_fn(
            handler.predict_fn(handler.input_fn(body, content_type), encoder), accept
        )

    yield serve
    for name in MODULES:
        sys.modules.pop(name, None)


@pytest.fixture
def model(serving):
    """The handler of the small data set's model."""
    return serving()


@pytest.fixture(params=["sagemaker_containers.beta.framework.worker", "flask"])
def container_response(request, monkeypatch):
    """The response class under the name by which an image has it."""
    monkeypatch.setitem(sys.modules, "sagemaker_containers", None)
    name = request.param
    for depth in range(1, name.count(".") + 2):
        monkeypatch.setitem(sys.modules, ".".join(name.split(".")[:depth]), ModuleType(name))
    sys.modules[name].Response = Response


def rome(*texts):
    """Sixty rows of three cities, of which Rome, written as one of `texts` after the other, has most positives."""
    cities = [("Bern", texts[i // 3 % len(texts)], "Oslo")[i % 3] for i in range(60)]
    return job_cases.data(
        rows=[f"{i},{city},{'yes' if (i % 3 == 1) ^ (i % 7 == 0) else 'no'}" for i, city in enumerate(cities)]
    )


def raw_rows():
    return [row.rsplit(",", 1)[0] for row in job_cases.ROWS]


def test_the_archive_holds_the_encoder_and_its_code(run, data_set):
    output = run("preprocess", *data_set()).output
    with tarfile.open(output / "encoder/model.tar.gz") as archive:
        assert archive.getnames() == [*(f"code/{name}.py" for name in MODULES), "encoder.json"]


def test_serving_encodes_every_row_as_the_test_split_is_encoded(model, tmp_path):
    positive = np.array([row.endswith("yes") for row in job_cases.ROWS])
    rows = stratified_split(positive, 42)["test"]
    encoded, content_type = model("".join(raw_rows()[row] + "\n" for row in rows))
    test = [line.split(",", 1)[1] for line in (tmp_path / "output/test/test.csv").read_text().splitlines()]
    assert encoded.splitlines() == test
    assert content_type == "text/csv"


def test_one_row_and_many_give_the_same(model):
    whole = model("\n".join(raw_rows()))[0].splitlines()
    assert [model(row)[0].rstrip("\n") for row in raw_rows()] == whole


@pytest.mark.parametrize("body", ["30,?", "30,", '30," ? "', "30 , ?"])
def test_missing_categories_are_nan(body, model):
    assert model(body)[0] == "30,nan\n"


def test_unseen_categories_are_the_overall_share(model):
    assert model("30,Atlantis")[0] == "30,0.214286\n"


@pytest.mark.parametrize(
    ("trained", "text", "served"),
    [
        ("3", "3.0", [3, 3.0, "3", "3.0", " 3 "]),
        ("3.0", "3", [3, 3.0, "3", "3.00"]),
        ("1000", "1e3", [1000, 1e3, "1E3"]),
        ("0", "-0.0", [0, -0.0, "-0"]),
        ("9007199254740993", "9007199254740993.0", [9007199254740993, "9007199254740993"]),
        ("1e-05", "0.00001", [1e-05, 0.00001]),
        ("True", "true", [True, "TRUE", "true"]),
        ("false", "False", [False]),
        ("NaN", "NaN", [math.nan, "NaN"]),
        ("007", "007", ["007"]),
        ('"3"', '" 3.0"', [3]),
    ],
)
def test_csv_and_json_write_one_category_in_many_ways(trained, text, served, serving):
    """Half of Rome's rows are written as `trained` in the CSV, half as `text`: they are one category."""
    expected = serving(rome("Rome"))("30,Rome")[0]
    model = serving(rome(trained, text))
    assert expected != model("30,Atlantis")[0]
    assert model(f"30,{trained}\n30,{text}")[0] == expected * 2
    lines = "\n".join(json.dumps({"age": 30, "city": value}) for value in served)
    assert model(lines, "application/jsonlines")[0] == expected * len(served)
    assert model(json.dumps([[30, value] for value in served]), "application/json")[0] == expected * len(served)


@pytest.mark.parametrize(
    ("trained", "other"), [("007", "7"), ("9007199254740993", "9007199254740992"), ("1.1", "1.11")]
)
def test_different_numbers_are_different_categories(trained, other, serving):
    model = serving(rome(trained))
    unseen = model("30,Atlantis")
    assert model(f'[[30, "{other}"], [30, {other}]]', "application/json")[0] == unseen[0] * 2
    assert model(f"30,{trained}") != unseen


def test_missing_values_are_missing_however_they_are_written(serving):
    model = serving(schema={**job_cases.SCHEMA, "missing_values": ["-1"]})
    assert model("-1,-1\n-1.0,-1.0")[0] == "nan,nan\n" * 2
    assert model("[[-1, -1], [-1.0, -1.0], [null, null]]", "application/json")[0] == "nan,nan\n" * 3


def test_unseen_categories_are_counted_in_the_log_once_for_each_doubling(model, capsys):
    capsys.readouterr()
    for _ in range(100):
        model("30,Atlantis\n30,Rome\n30,?")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" since ")[0] for line in lines] == [
        f"feature 'city': {count} of {3 * count} rows" for count in (1, 2, 4, 8, 16, 32, 64)
    ]
    assert "have a category that no training row has, such as 'Atlantis'; encoded as the overall share" in lines[0]
    model("\n".join(["30," + "x" * 80] * 1000))
    (line,) = capsys.readouterr().out.splitlines()
    assert "1100 of 1300 rows since the start" in line
    assert f"such as '{'x' * 60}…'" in line


def test_an_archive_of_before_is_served_by_the_code_that_lies_in_it(tmp_path, monkeypatch):
    with tarfile.open(Path(__file__).with_name("golden") / "encoder-version-1.tar.gz") as archive:
        archive.extractall(tmp_path / "model", filter="data")
    monkeypatch.syspath_prepend(str(tmp_path / "model/code"))
    for name in MODULES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    handler = importlib.import_module("inference")
    encoder = handler.model_fn(str(tmp_path / "model"))
    row = "39,State-gov,Bachelors,13,Never-married,Adm-clerical,Not-in-family,White,Male,2174,0,40,United-States"
    text = handler.output_fn(handler.predict_fn(handler.input_fn(row, "text/csv"), encoder), "*/*")[0]
    for name in MODULES:
        sys.modules.pop(name, None)
    fitted = (tmp_path / "model/encoder.json").read_text()
    ranked = zip(json.loads(fitted)["features"], row.split(","), strict=True)
    assert text.strip().split(",") == [
        str(feature["categories"].index(value)) if feature["type"] == "category" else value for feature, value in ranked
    ]
    with pytest.raises(ValueError, match="has version 1, this code reads version 2: serve it with the code that lies"):
        Encoder.from_json(fitted)


def test_bytes_and_text_are_read(model):
    assert model(b"30,Rome\r\n") == model("30,Rome")


def test_what_ends_no_row(model):
    assert model("30,Rome\n31,Oslo\n\r\n\n") == model("30,Rome\n31,Oslo")
    assert model('30,"Ro\n\nme"\n31,Oslo')[0].splitlines()[0] == "30,0.214286"
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
        ('[[true, "Rome"]]', "application/json", "row 1, feature 'age': true is neither a string nor a number"),
        ('[[1, ["Rome"]]]', "application/json", "row 1, feature 'city': [\"Rome\"] is no string, number or boolean"),
        ('[[NaN, "Rome"]]', "application/json", "row 1, column 'age': 'NaN' is not a finite number"),
        ('[[1e400, "Rome"]]', "application/json", "row 1, column 'age': '1e400' is not a finite number"),
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
        ("[" * 100_000, "application/json", "the request is nested too deeply: send a list of objects"),
        ('{"age":' * 100_000, "application/jsonlines", "the request is nested too deeply"),
        ('[[1, "\\ud800"]]', "application/json", "row 1, feature 'city': \"\\ud800\" holds half of a surrogate pair"),
        ('["1", "Oslo"]\n["1", "Malmö"]'.encode("latin-1"), "application/jsonlines", "UTF-8: line 2 of the request"),
    ],
)
def test_the_sender_is_told_what_cannot_be_read(body, content_type, message, model, container_response):
    answer = model(body, content_type)
    assert answer.status_code == (415 if content_type == "text/plain" else 400)
    assert answer.mimetype == "text/plain"
    assert message in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("9" * 100_000 + ",Rome", "text/csv"),
        (f"[[{'9' * 100_000}, 1]]", "application/json"),
        (json.dumps([[30, ["x" * 1000] * 100]]), "application/json"),
    ],
)
def test_a_message_shows_the_beginning_of_a_long_value(body, content_type, model, container_response):
    message = model(body, content_type).get_data(as_text=True)
    assert "…" in message
    assert len(message) < 200


def test_a_value_too_large_to_look_for_the_row(model, container_response):
    before = csv.field_size_limit(1000)
    try:
        answer = model("30,Rome\n31,\ufffd" + "x" * 1001)
    finally:
        csv.field_size_limit(before)
    assert "row 2 cannot be read: field larger than field limit" in answer.get_data(as_text=True)


def test_xgboosts_container_reads_the_answer(model):
    # Its decoder strips the body, asks csv.Sniffer for the delimiter of the first line, and makes empty fields nan.
    text = model("30,Rome\n31,?\n")[0].strip()
    delimiter = csv.Sniffer().sniff(text.split("\n")[0][:512]).delimiter
    values = np.array([line.split(delimiter) for line in text.split("\n")]).astype(float)
    assert delimiter == ","
    assert values.shape == (2, 2)
    assert np.isnan(values[1, 1])
