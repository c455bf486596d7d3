"""Which ids a name can be made of: a name never says more than that."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mlops.aws.tuning_names import job_name
from mlops.commands.transform import request
from mlops.validate.naming import contains, owners

NOW = datetime(2026, 3, 4, 5, 6, 7, 890_000, tzinfo=UTC)


@pytest.mark.parametrize(
    "student", ["ann", "ann-lee", "a-b-c-d-e-f", "tuning-jane", "20261127", "abcdefghij0123456789"]
)
def test_names_that_this_project_creates_are_of_one_student(student: str) -> None:
    for name in (*(job_name(student, NOW, attempt) for attempt in (0, 1)), request.job_name(student, NOW)):
        assert owners(name) == {student}


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("xgboost-tuning-ann-261123-2143", {"ann"}),
        ("xgboost-tuning-ann-lee-261123-2143", {"ann-lee"}),
        ("xgboost-tuning-ann-261127-132600", {"ann", "ann-261127"}),
        ("batch-transform-ann-2026-11-23-21-43-43-123", {"ann"}),
        ("batch-transform-ann-lee-d32c5kddcf5bb8c3", {"ann-lee"}),
        ("batch-transform-ann-lee--d32c5kddcf5bb8c3", {"ann-lee"}),
        ("batch-transform-20261127-20261127132600", {"20261127"}),
        ("tune-ann-lee-2rz4ywi4", {"ann-lee"}),
        ("xgboost-models-ann-lee", {"ann-lee"}),
        ("multi-model-endpoint-ann", {"ann"}),
        ("xgboost-tuning-ann-final", set()),
        ("sagemaker-xgboost-2026-11-23-21-43-43-123", set()),
        ("my-models-ann", set()),
    ],
)
def test_the_ids_that_a_name_can_be_made_of(name: str, ids: set[str]) -> None:
    assert owners(name) == ids


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("models-ann", True),
        ("ann", True),
        ("x-ann-2026", True),
        ("models-ann-lee", True),
        ("models-joann", False),
        ("anne-models", False),
        ("models-ANN", False),
        ("models-ann1", False),
        ("modelsXann", False),
    ],
)
def test_an_id_is_in_a_name_as_words_of_its_own(name: str, found: bool) -> None:
    assert contains("ann", name) is found
