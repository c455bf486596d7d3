"""Whose a job is where its name alone says it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mlops.operate.batch import request
from mlops.operate.tuning.naming import job_name
from mlops.validate.naming import named_for

NOW = datetime(2026, 3, 4, 5, 6, 7, 890_000, tzinfo=UTC)


@pytest.mark.parametrize("student", ["ann", "a-b-c-d-e-f", "tuning-jane", "jane-2", "abcdefghij0123456789"])
def test_what_this_project_names_is_of_one_student(student: str) -> None:
    words = student.split("-")
    others = {"-".join(words[:-1]), "-".join(words[1:]), "tuning", "xgboost", "batch", f"tune-{student}", "transform"}
    for name in (*(job_name(student, NOW, attempt) for attempt in (0, 1)), request.job_name(student, NOW)):
        assert named_for(student, name)
        assert not any(named_for(other, name) for other in others - {"", student})


@pytest.mark.parametrize(
    ("name", "hers"),
    [
        ("xgboost-tuning-ann", True),
        ("xgboost-tuning-ann-261123-2143", True),
        ("xgboost-tuning-ann-lee-261123-2143", False),
        ("xgboost-tuning-ann-final", True),
        ("batch-transform-ann-2026-11-23-21-43-43-123", True),
        ("batch-transform-ann-d32c5kddcf5bb8c3", True),
        ("batch-transform-ann-lee-d32c5kddcf5bb8c3", False),
        ("my-first-tuning-of-ann-1", True),
        ("tuning-job-ann-261123-2143", True),
        ("xgboost-tuning-joann", False),
        ("tuning-annex-1", False),
    ],
)
def test_names_that_students_and_the_sdk_choose(name: str, hers: bool) -> None:
    assert named_for("ann", name) is hers


def test_a_beginning_is_no_part_of_an_id() -> None:
    assert not named_for("tuning-jane", "xgboost-tuning-jane")
    assert named_for("tuning-jane", "xgboost-tuning-tuning-jane")
