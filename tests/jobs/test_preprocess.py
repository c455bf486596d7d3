"""Preprocessing end to end in this process."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tarfile

import job_cases
import numpy as np
import pyarrow as pa
import pytest

from mlops.jobs.row_encoder import Encoder
from mlops.jobs.training.identifiers import identifier_warnings
from mlops.jobs.training.split import stratified_split
from mlops.jobs.training.target_means import fit

OUTPUTS = [
    "baseline/train_raw.csv",
    "encoder/model.tar.gz",
    "report/report.json",
    "test/test.csv",
    "train/train.csv",
    "validation/validation.csv",
]
POSITIVE = np.array([row.endswith("yes") for row in job_cases.ROWS])


def members(output):
    with tarfile.open(output / "encoder/model.tar.gz") as archive:
        return {member.name: archive.extractfile(member).read().decode() for member in archive}


def split_rows(output, name):
    return [line.split(",") for line in (output / name / f"{name}.csv").read_text().splitlines()]


def test_outputs(run, data_set):
    result = run("preprocess", *data_set())
    assert (result.code, result.stderr, result.message) == (0, "", None)
    assert result.stdout == "people: 40 rows split into train 28, validation 6, test 6\n"
    assert result.files() == OUTPUTS


def test_splits_hold_label_first_and_the_encoded_rows_of_the_split(run, data_set):
    output = run("preprocess", *data_set()).output
    means = Encoder.from_json(members(output)["encoder.json"]).features[1].means
    for name, rows in stratified_split(POSITIVE, 42).items():
        raw = [job_cases.ROWS[row].split(",") for row in rows]
        read = split_rows(output, name)
        assert [row[:2] for row in read] == [["1" if label == "yes" else "0", age] for age, _, label in raw]
        if name != "train":
            assert [float(row[2]) for row in read] == [means[city] for _, city, _ in raw]


def test_training_rows_are_encoded_out_of_fold(run, data_set):
    output = run("preprocess", *data_set()).output
    train = stratified_split(POSITIVE, 42)["train"]
    cities = pa.array([job_cases.ROWS[row].split(",")[1] for row in train])
    found = fit({"city": "category"}, {"city": cities}, POSITIVE[train], ["?", ""], 42)
    assert [float(row[2]) for row in split_rows(output, "train")] == found.codes["city"].tolist()


def test_the_label_of_a_row_does_not_leak_into_its_code(run, data_set):
    """Every value once: the codes of all training rows are alike, whatever their labels."""
    rows = [f"{20 + i},T{i},{'yes' if i % 4 == 0 else 'no'}" for i in range(40)]
    output = run("preprocess", *data_set(job_cases.data(rows=rows))).output
    codes = {row[2] for name in ("train", "validation", "test") for row in split_rows(output, name)}
    assert codes == {"0.214286"}  # 6 of 28 training rows are positive


def test_the_encoder_sees_training_rows_only(run, data_set):
    train = set(stratified_split(POSITIVE, 42)["train"].tolist())
    outside = next(row for row in range(40) if row not in train)
    rows = list(job_cases.ROWS)
    rows[outside] = rows[outside].replace(rows[outside].split(",")[1], "Atlantis")
    changed = run("preprocess", *data_set(job_cases.data(rows=rows))).output
    assert "Atlantis" not in members(changed)["encoder.json"]
    assert members(changed)["encoder.json"] == members(run("preprocess", *data_set()).output)["encoder.json"]


def test_an_unseen_category_is_written_as_the_overall_share_and_counted(run, data_set):
    test = stratified_split(POSITIVE, 42)["test"].tolist()
    rows = list(job_cases.ROWS)
    rows[test[0]] = "33,Atlantis,no" if not POSITIVE[test[0]] else "33,Atlantis,yes"
    rows[test[1]] = rows[test[1]].replace(rows[test[1]].split(",")[1], "?")
    result = run("preprocess", *data_set(job_cases.data(rows=rows)))
    assert split_rows(result.output, "test")[0][1:] == ["33", "0.214286"]
    assert split_rows(result.output, "test")[1][2] == "nan"
    report = json.loads((result.output / "report/report.json").read_text())
    assert report["unseen_categories"] == {"test": {"city": 1}}
    assert result.stdout.splitlines()[1:] == [
        "test: of 6 rows, categories that no training row has, encoded as the overall share of positives: 'city' in 1"
    ]


def numbered(values):
    """Forty rows with a city that is the row's number modulo `values`."""
    return job_cases.data(rows=[f"{20 + i},{i % values:04},{'yes' if i % 4 == 0 else 'no'}" for i in range(40)])


def test_a_column_that_looks_like_an_identifier_is_named_in_report_and_log(run, data_set):
    result = run("preprocess", *data_set(numbered(40)))
    report = json.loads((result.output / "report/report.json").read_text())
    assert report["warnings"] == [
        "column 'city' looks like an identifier: 28 distinct values in 28 training rows, from which a model can learn "
        "little; list it under ignored in the schema, or replace its values by fewer groups"
    ]
    assert result.stdout.splitlines()[-1] == f"warning: {report['warnings'][0]}"


@pytest.mark.parametrize("content", [None, numbered(10)], ids=["three cities", "ten cities in 28 rows"])
def test_categories_that_return_are_no_identifiers(content, run, data_set):
    result = run("preprocess", *data_set(content))
    assert json.loads((result.output / "report/report.json").read_text())["warnings"] == []
    assert "warning" not in result.stdout


def test_a_number_feature_is_no_identifier(run, data_set):
    schema = {**job_cases.SCHEMA, "features": [{"name": "age", "type": "number"}, {"name": "city", "type": "number"}]}
    result = run("preprocess", *data_set(numbered(40), {**schema, "facets": []}))
    assert (result.code, "warning" in result.stdout) == (0, False)


@pytest.mark.parametrize(
    ("counts", "warned"),
    [
        ([1] * 20, True),
        ([1] * 19, False),
        ([3] * 100, True),
        ([4] * 100, False),
        ([1] * 300 + [100], True),
        ([1] * 300 + [101], False),  # as job titles are: frequent ones with many rare ones beside them
        ([1000] * 5000, False),
        ([], False),
    ],
)
def test_what_looks_like_an_identifier(counts, warned):
    assert bool(identifier_warnings({"city": np.array(counts, int)})) is warned


def test_baseline_holds_the_raw_training_rows(run, data_set):
    rows = [row.replace("Rome", '"New ""York"", NY"').replace("Oslo", "?") for row in job_cases.ROWS]
    output = run("preprocess", *data_set(job_cases.data(rows=rows))).output
    read = list(csv.reader(io.StringIO((output / "baseline/train_raw.csv").read_text())))
    assert read[0] == ["age", "city", "bought"]
    parsed = list(csv.reader(rows))
    assert read[1:] == [parsed[row] for row in stratified_split(POSITIVE, 42)["train"]]


def test_report(run, data_set):
    content = job_cases.data(
        header="id,zip," + job_cases.HEADER, rows=[f"{i},8000,{row}" for i, row in enumerate(job_cases.ROWS)]
    )
    result = run("preprocess", *data_set(content))
    report = json.loads((result.output / "report/report.json").read_text())
    assert report["columns"] == {"features": ["age", "city"], "ignored": ["id"], "unlisted": ["zip"]}
    assert report["data"] == {
        "files": [{"name": "people.csv", "rows": 40}],
        "rows": 40,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    schema = json.dumps(job_cases.SCHEMA).encode()
    assert report["schema"] == {"name": "people", "sha256": hashlib.sha256(schema).hexdigest()}
    assert report["splits"] == {name: len(rows) for name, rows in stratified_split(POSITIVE, 42).items()}
    assert report["positive_share"] == {"train": 6 / 28, "validation": 2 / 6, "test": 2 / 6}
    assert "columns that the schema does not name, not used: 'zip'" in result.stdout


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(job_cases.data(end="\r\n"), id="CRLF"),
        pytest.param(job_cases.data(end="\r"), id="CR"),
        pytest.param(b"\xef\xbb\xbf" + job_cases.data(), id="byte order mark"),
        pytest.param(job_cases.data().replace(b"\n", b"\n\n"), id="blank lines"),
        pytest.param(job_cases.data().replace(b",", b" , "), id="blanks around values"),
        pytest.param(job_cases.data().rstrip(b"\n"), id="no line end at the end"),
        pytest.param(
            job_cases.data(header='"age","city","bought"').replace(b"Rome", b'"Rome"'), id="quotes without need"
        ),
        pytest.param(
            job_cases.data("city,bought,age", [",".join([*r.split(",")[1:], r.split(",")[0]]) for r in job_cases.ROWS]),
            id="columns in another order",
        ),
        pytest.param(
            job_cases.data(header='"a\nnote",' + job_cases.HEADER, rows=[f"x,{row}" for row in job_cases.ROWS]),
            id="a column name of two lines",
        ),
    ],
)
def test_forms_of_the_same_data_give_the_same_splits(content, run, data_set, tmp_path):
    plain = run("preprocess", *data_set(), output=tmp_path / "plain")
    result = run("preprocess", *data_set(content), output=tmp_path / "other")
    assert result.code == 0, result.stderr
    for name in OUTPUTS:
        if name != "report/report.json":
            assert (result.output / name).read_bytes() == (plain.output / name).read_bytes(), name


def test_quoted_line_ends_stay_in_the_value(run, data_set):
    rows = [row.replace("Rome", '"Ro\nme"') for row in job_cases.ROWS]
    output = run("preprocess", *data_set(job_cases.data(rows=rows))).output
    assert "Ro\nme" in Encoder.from_json(members(output)["encoder.json"]).features[1].means


def test_a_data_set_of_several_files(run, data_set, tmp_path):
    whole = run("preprocess", *data_set(), output=tmp_path / "whole")
    arguments = data_set(job_cases.data(rows=job_cases.ROWS[:15]))
    (tmp_path / "data/more").mkdir()
    (tmp_path / "data/people.csv").rename(tmp_path / "data/a.CSV")
    (tmp_path / "data/more/b.csv").write_bytes(job_cases.data(rows=job_cases.ROWS[15:]))
    (tmp_path / "data/_SUCCESS").touch()
    parts = run("preprocess", *arguments, output=tmp_path / "parts")
    for name in ("train", "validation", "test"):
        assert split_rows(parts.output, name) == split_rows(whole.output, name)
    report = json.loads((parts.output / "report/report.json").read_text())
    assert report["data"]["files"] == [{"name": "a.CSV", "rows": 15}, {"name": "more/b.csv", "rows": 25}]


def test_two_runs_write_the_same_bytes(run, data_set, tmp_path):
    first, second = (run("preprocess", *data_set(), output=tmp_path / name) for name in ("one", "two"))
    for name in OUTPUTS:
        assert (first.output / name).read_bytes() == (second.output / name).read_bytes(), name


def test_another_seed_draws_other_rows(run, data_set, tmp_path):
    first = run("preprocess", *data_set(), output=tmp_path / "one").output
    other = run("preprocess", *data_set(), "--seed", 7, output=tmp_path / "two").output
    assert split_rows(first, "test") != split_rows(other, "test")


def test_folders_that_exist_are_filled(run, data_set, tmp_path):
    for name in ("train", "validation", "test", "encoder", "baseline", "report"):
        (tmp_path / "output" / name).mkdir(parents=True)
    assert run("preprocess", *data_set()).files() == OUTPUTS
