"""Every mistake gets one line on standard error and for SageMaker, exit code 1, and no output."""

from __future__ import annotations

import re
from pathlib import Path

import job_cases
import pytest
import schema_cases

from mlops.jobs.cli import shortened
from mlops.jobs.schema import load_schema


def assert_refused(result, message):
    assert (result.code, result.stdout) == (1, "")
    assert result.stderr == message + "\n"
    assert result.message == message
    assert not result.output.exists() or result.files() == []


@pytest.mark.parametrize("name", job_cases.BAD_DATA)
def test_bad_data(name, run, data_set):
    content, message = job_cases.BAD_DATA[name]
    assert_refused(run("preprocess", *data_set(content)), message)


@pytest.mark.parametrize("name", schema_cases.BAD_SCHEMAS)
def test_bad_schema(name, run, data_set):
    schema, message = schema_cases.BAD_SCHEMAS[name]
    assert_refused(run("preprocess", *data_set(schema=schema)), f"schema schema.json: {message}")


@pytest.mark.parametrize("name", schema_cases.BAD_SCHEMA_FILES)
def test_bad_schema_file(name, run, data_set):
    content, message = schema_cases.BAD_SCHEMA_FILES[name]
    assert_refused(run("preprocess", *data_set(schema=content)), message)


def test_input_folder_missing(run, data_set, tmp_path):
    _, _, *schema = data_set()
    result = run("preprocess", "--input", tmp_path / "nowhere", *schema)
    expected = f"input {tmp_path}/nowhere does not exist; pass the CSV file, or a folder that holds it, as --input"
    assert_refused(result, expected)


def test_input_folder_without_csv(run, data_set, tmp_path):
    arguments = data_set()
    (tmp_path / "data/people.csv").rename(tmp_path / "data/people.parquet")
    result = run("preprocess", *arguments)
    assert_refused(
        result,
        f"input folder {tmp_path}/data holds only 'people.parquet'; "
        "it must hold at least one .csv file: check the S3 URI",
    )


def test_input_folder_empty(run, data_set, tmp_path):
    arguments = data_set()
    (tmp_path / "data/people.csv").unlink()
    message = (
        f"input folder {tmp_path}/data holds no file at all; it must hold at least one .csv file: check the S3 URI"
    )
    assert_refused(run("preprocess", *arguments), message)


def test_files_with_different_columns(run, data_set, tmp_path):
    arguments = data_set()
    (tmp_path / "data/people2.csv").write_bytes(job_cases.data(header=job_cases.HEADER + ",zip"))
    assert_refused(
        run("preprocess", *arguments),
        "people2.csv and people.csv do not have the same columns: 'zip' in one of them only; give all files of a data "
        "set the same header",
    )


def test_the_bad_row_is_named_in_its_own_file(run, data_set, tmp_path):
    arguments = data_set()
    (tmp_path / "data/people2.csv").write_bytes(job_cases.with_line(3, "old,Rome,no"))
    result = run("preprocess", *arguments)
    assert result.stderr.startswith("people2.csv line 3, column 'age': 'old' is not a number")


def test_schema_missing_and_ambiguous(run, data_set, tmp_path):
    data = data_set()[:2]
    missing = run("preprocess", *data, "--schema", tmp_path / "none")
    message = f"schema {tmp_path}/none does not exist; pass the schema file, or a folder that holds it, as --schema"
    assert_refused(missing, message)
    (tmp_path / "schema/other.json").write_text("{}")
    ambiguous = run("preprocess", *data, "--schema", tmp_path / "schema")
    assert_refused(
        ambiguous,
        f"schema folder {tmp_path}/schema holds 2 .json files ('other.json', 'schema.json'); "
        "it must hold exactly one, the schema",
    )


def test_seed_out_of_range(run, data_set):
    result = run("preprocess", *data_set(), "--seed", -1)
    assert_refused(result, "--seed is -1; it must lie between 0 and 4294967295")


def test_a_long_message_is_cut_to_a_kilobyte_between_characters():
    cut = shortened("ü" * 600 + "€" * 600)
    assert len(cut) <= 1024
    assert cut.decode("utf-8").startswith("ü" * 512)
    assert shortened("€" * 600) == ("€" * 341).encode("utf-8")


def test_an_output_that_cannot_be_written(run, data_set, tmp_path):
    (tmp_path / "file").touch()
    result = run("preprocess", *data_set(), output=tmp_path / "file/output")
    assert_refused(result, f"[Errno 20] Not a directory: '{tmp_path}/file/output'")


def test_documentation_shows_every_message():
    page = (Path(__file__).parents[2] / "docs/schema.md").read_text(encoding="utf-8")
    messages = [message for _, message in job_cases.BAD_DATA.values()]
    messages += [message for _, message in schema_cases.BAD_SCHEMAS.values()]
    messages += [message for _, message in schema_cases.BAD_SCHEMA_FILES.values()]
    assert [message for message in messages if message not in page] == []


def test_documentation_shows_a_schema_that_is_one(tmp_path):
    page = (Path(__file__).parents[2] / "docs/schema.md").read_text(encoding="utf-8")
    (tmp_path / "schema.json").write_text(re.search(r"```json\n(.*?)```", page, re.DOTALL)[1])
    schema = load_schema(tmp_path)
    assert schema.features == {"age": "number", "city": "category"}
    assert [(facet.name, facet.disadvantaged, facet.disadvantaged_above) for facet in schema.facets] == [
        ("city", ("Bern",), None),
        ("age", (), 60.0),
    ]
