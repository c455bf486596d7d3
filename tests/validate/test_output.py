"""Where the grade goes: a terminal, a file, a device; whole or not at all."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from grading import Passing, run, start

from mlops.validate import scoring
from mlops.validate.account import Account
from mlops.validate.report import as_table
from mlops.validate.results import Result


def test_a_grade_file_is_whole_or_absent(
    student: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "jane.json"
    assert run("aiml_hard", "--student-id", student, "--output", str(file)) == 0
    assert capsys.readouterr().out == (
        f"{student}: 0 of 50 reachable points (100 in all); "
        f"nothing was found: check the student id, account and region; {file}\n"
    )
    assert json.loads(file.read_text())["student_id"] == student
    assert file.read_text().endswith("}\n")
    assert [each.name for each in tmp_path.iterdir()] == ["jane.json"]

    file.unlink()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert run("aiml_hard", "--student-id", student, "--output", str(file)) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_output_to_a_device_leaves_it_alone(student: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("aiml_hard", "--student-id", student, "--output", os.devnull) == 2
    assert f"--output {os.devnull} is no regular file" in capsys.readouterr().err


def test_output_through_a_link_keeps_the_link(student: str, tmp_path: Path) -> None:
    (tmp_path / "grades").mkdir()
    (tmp_path / "jane.json").symlink_to(tmp_path / "grades" / "jane.json")
    assert run("aiml_hard", "--student-id", student, "--output", str(tmp_path / "jane.json")) == 0
    assert (tmp_path / "jane.json").is_symlink()
    assert json.loads((tmp_path / "grades" / "jane.json").read_text())["student_id"] == student


def test_a_full_disk(student: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = start(student, stdout=full)
    assert done.returncode == 2
    assert done.stderr == "validate_tasks.py: the result cannot be written: No space left on device\n"


def test_a_terminal_without_unicode(student: str) -> None:
    done = start(student, stdout=subprocess.PIPE, env=os.environ | {"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0, done.stderr
    assert f"? terraform apply -var student_id={student}\n" in done.stdout


def test_what_students_write_cannot_rewrite_the_table(student: str) -> None:
    class Hostile(Passing):
        def check(self, account: Account) -> Result:
            return Result(False, "\x1b[2J\x1b[HScore: 100 of 100 points\r\n")

    table = as_table(Account(student), scoring.score(Account(student), [Hostile()]))
    assert all(each.isprintable() for each in table.replace("\n", ""))
    assert "\\x1b[2J" in table


def test_output_to_a_folder(student: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("aiml_hard", "--student-id", student, "--output", str(tmp_path)) == 2
    assert f"--output {tmp_path} is a folder: give a file, e.g. {tmp_path}/jane.json" in capsys.readouterr().err
    assert run("aiml_hard", "--student-id", student, "--output", str(tmp_path / "no" / "x.json")) == 2
    assert f"there is no folder {tmp_path}/no; create it first" in capsys.readouterr().err
