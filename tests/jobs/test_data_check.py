# ruff: noqa: E501 (messages)
"""`mlops data check`: what it shows, each problem in the job's own words, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import job_cases
import pyarrow as pa
import pytest
import schema_cases

from mlops.cli import main
from mlops.jobs.row_encoder import parse_numbers
from mlops.jobs.training.number_columns import is_number

ROOT = Path(__file__).parents[2]


@pytest.fixture
def check(tmp_path, capsys):
    """Run the command on a CSV and a schema; its exit code, lines on standard output, and standard error."""

    def run(content=None, schema=None, *arguments):
        (tmp_path / "people.csv").write_bytes(job_cases.data() if content is None else content)
        file = tmp_path / "schema.json"
        file.write_bytes(schema if isinstance(schema, bytes) else json.dumps(schema or job_cases.SCHEMA).encode())
        code = main(["data", "check", str(file), *arguments])
        captured = capsys.readouterr()
        return code, captured.out.splitlines(), captured.err

    return run


def test_a_good_data_set_is_shown(check):
    rows = [f"{'?' if i == 2 else 20 + i / 2},{('Bern', 'Rome', '')[i % 3]},{'yes' if i % 4 == 0 else 'no'},x" for i in range(40)]  # fmt: skip
    code, lines, error = check(job_cases.data(header="age,city,bought,zip", rows=rows))
    assert (code, error) == (0, "")
    assert lines == [
        "people: people.csv, 40 rows, 2 features",
        "not used, because the schema does not name them: 'zip'",
        "",
        "label bought                            rows     share",
        "  no                  negative            30    75.0 %",
        "  yes                 positive            10    25.0 %",
        "",
        "feature               type        missing  distinct  values",
        "age                   number            1        39  20 to 39.5",
        "city                  category         13         2  Bern, Rome",
        "",
        "No problems: the pipeline takes this data set.",
    ]


def test_the_report_fits_80_columns(check):
    long = "x" * 200
    schema = {
        **job_cases.SCHEMA,
        "label": {"name": "bought" + long, "positive": "yes" + long, "negative": "no"},
        "features": [{"name": "age" + long, "type": "number"}, {"name": "city", "type": "category"}],
        "facets": [],
    }
    rows = [f"1e{i},{long}{i}\t,{'yes' + long if i % 2 else 'no'},0" for i in range(40)]
    code, lines, _ = check(job_cases.data(header=f"age{long},city,bought{long},{long}", rows=rows), schema)
    assert code == 0
    assert [line for line in lines if len(line) > 80 and not line.startswith(("problem", "warning"))] == []


def test_all_values_of_a_label_are_counted(check):
    code, lines, _ = check(job_cases.labelled(*(f"v{i}" for i in range(9)), ""))
    assert code == 1
    words = [line.split() for line in lines]
    assert ["v0", "unknown", "4", "10.0", "%"] in words
    assert ["(empty)", "missing", "4", "10.0", "%"] in words
    assert ["4", "more", "values", "16"] in words


@pytest.mark.parametrize("name", job_cases.BAD_DATA)
def test_each_problem_is_in_the_jobs_own_words(name, check):
    content, message = job_cases.BAD_DATA[name]
    code, lines, error = check(content)
    problems = [line for line in lines if line.startswith("problem: ")]
    assert (code, error) == (1, "")
    assert problems[0] == "problem: " + message.replace(" (1 more: `mlops data check` lists all)", "")
    assert lines[-1].startswith(f"{len(problems)} problem")


def test_every_problem_has_a_line(check):
    schema = json.loads(json.dumps(job_cases.SCHEMA))
    schema["features"] += [{"name": "income", "type": "number"}, {"name": "born", "type": "number"}]
    content = job_cases.labelled("a", "b", "c").decode().splitlines()
    lines = [content[0] + ",income,born", *(f'{line},"1,5",2024-01-31' for line in content[1:]), ""]
    code, lines, _ = check("\n".join(lines).encode(), schema)
    problems = [line for line in lines if line.startswith("problem: ")]
    assert code == 1
    assert ["label has 3 values" in problems[0], "decimal comma" in problems[1], "date" in problems[2]] == [True] * 3
    assert lines[-1] == "3 problems: the pipeline refuses this data set."


def test_the_job_counts_the_problems_that_it_does_not_show(run, data_set):
    content = job_cases.labelled("a", "b", "c").replace(b"\n20,", b"\nold,")
    result = run("preprocess", *data_set(content))
    assert result.code == 1
    assert result.stderr.endswith("merge the others into them (1 more: `mlops data check` lists all)\n")


def test_every_problem_of_a_header_has_a_line(check):
    code, lines, _ = check(job_cases.data(header="age,age,buys"))
    assert code == 1
    assert [line.split(": ", 2)[2].split(";")[0] for line in lines[:-1]] == [
        "the header names the column 'age' twice",
        "the label column 'bought' is missing",
        "missing feature column 'city'",
    ]


@pytest.mark.parametrize("name", schema_cases.BAD_SCHEMAS)
def test_a_mistake_in_the_schema_is_a_problem(name, check):
    schema, message = schema_cases.BAD_SCHEMAS[name]
    code, lines, _ = check(None, json.dumps(schema).encode())
    assert (code, lines[0]) == (1, f"problem: schema schema.json: {message}")


def test_a_byte_order_mark_line_ends_and_quotes_are_no_problem(check):
    content = b"\xef\xbb\xbf" + job_cases.data(end="\r\n").replace(b"Bern", b'"Bern"')
    assert check(content)[0] == 0


WARNINGS = {
    "constant number": (lambda i: f"5,{i % 3},", "column 'age' has the value '5' in all 40 rows; list it under ignored in the schema"),
    "constant category": (lambda i: f"{i},Bern,", "column 'city' has the value 'Bern' in all 40 rows; list it under ignored in the schema"),
    "always missing": (lambda i: f"?,{i % 3},", "column 'age' is missing in all 40 rows; list it under ignored in the schema, or correct missing_values"),
    "dates": (lambda i: f"{i},{1 + i % 28:02}.01.2024,", "column 'city' is a category of dates such as '01.01.2024'; replace it by a number, such as the days since a fixed date, or by groups such as the month"),
    "numbers": (lambda i: f"{i},{i},", "column 'city' is a category of 40 numbers; declare it a number, unless the numbers are codes"),
    "identifiers": (lambda i: f"{i},T{i},", "column 'city' looks like an identifier: 40 distinct values in 40 rows, from which a model can learn little; list it under ignored in the schema, or replace its values by fewer groups"),
    "decimal commas": (lambda i: f'{i},"{i},5",', "column 'city' is a category of 40 numbers with decimal commas such as '0,5'; write decimal points and declare it a number"),
}  # fmt: skip


@pytest.mark.parametrize("name", WARNINGS)
def test_a_column_that_says_little_is_a_warning(name, check):
    row, warning = WARNINGS[name]
    code, lines, _ = check(job_cases.data(rows=[row(i) + ("yes" if i % 4 == 0 else "no") for i in range(40)]))
    assert code == 0
    assert f"warning: {warning}" in lines


def test_what_cannot_be_read_ends_with_2(check, tmp_path, capsys):
    assert main(["data", "check", str(tmp_path / "none.json")]) == 2
    out, error = capsys.readouterr()
    assert (out, error) == (
        "",
        f"mlops data check: schema {tmp_path}/none.json is not a file; pass the JSON file that describes your CSV\n",
    )
    code, lines, error = check(None, {**job_cases.SCHEMA, "file": "other.csv"})
    assert (code, lines) == (2, [])
    expected = f"data {tmp_path}/other.csv does not exist; correct `file` in the schema, or pass --data"
    assert error == f"mlops data check: {expected}\n"
    assert check(None, None, "--data", str(tmp_path / "no"))[0] == 2
    with pytest.raises(SystemExit) as ended:
        main(["data", "check"])
    assert ended.value.code == 2


def test_other_data_than_the_schema_names_can_be_checked(check, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/one.csv").write_bytes(job_cases.data())
    (tmp_path / "folder/two.csv").write_bytes(job_cases.data())
    code, lines, _ = check(b"", None, "--data", str(tmp_path / "folder"))
    assert code == 0
    assert lines[0] == "people: one.csv, two.csv, 80 rows, 2 features"


@pytest.mark.parametrize("text", ["5", "-0.25", "1e6", "+3", ".5", "5.", "1E-3", "007"])
def test_what_counts_as_a_number_is_what_the_encoder_reads(text):
    assert is_number(text)
    assert parse_numbers("a", pa.array([text]), [""])[0] == float(text)


@pytest.mark.parametrize("schema", ["data/adult/schema.json", "examples/datasets/german_credit/schema.json"])
def test_the_committed_data_sets_have_no_problem_and_no_warning(schema, capsys):
    assert main(["data", "check", str(ROOT / schema)]) == 0
    assert "warning" not in capsys.readouterr().out


@pytest.mark.parametrize(("positive", "negative"), [("1", "0"), ("true", "false")])
def test_a_label_in_another_spelling_of_the_same_value_is_told_how_to_write(positive, negative, check):
    schema = {**job_cases.SCHEMA, "label": {"name": "bought", "positive": positive, "negative": negative}}
    spelled = {"1": "1.0", "0": "0.0", "true": "True", "false": "False"}
    code, lines, _ = check(job_cases.labelled(spelled[positive], spelled[negative]), schema)
    assert code == 1
    remedy = f"set label.positive to '{spelled[positive]}' and label.negative to '{spelled[negative]}' in the schema"
    assert remedy in "\n".join(lines)
    schema["label"] = {"name": "bought", "positive": spelled[positive], "negative": spelled[negative]}
    assert check(job_cases.labelled(spelled[positive], spelled[negative]), schema)[0] == 0
