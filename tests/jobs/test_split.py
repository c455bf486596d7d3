"""The split is exact, stratified and the same everywhere."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from mlops.jobs.errors import JobError
from mlops.jobs.training.split import FEWEST_ROWS_OF_A_CLASS, sizes, stratified_split


def labels(rows, positives):
    return np.arange(rows) < positives


@pytest.mark.parametrize(
    ("negatives", "positives", "expected"),
    [
        (70, 30, {"train": (50, 20), "validation": (10, 5), "test": (10, 5)}),
        (30, 10, {"train": (22, 6), "validation": (4, 2), "test": (4, 2)}),
        (4, 4, {"train": (2, 2), "validation": (1, 1), "test": (1, 1)}),
        (37155, 11687, {"train": (26009, 8181), "validation": (5573, 1753), "test": (5573, 1753)}),
    ],
)
def test_sizes(negatives, positives, expected):
    assert sizes(negatives, positives) == expected


def test_splits_are_70_15_15_in_all_and_within_a_row_in_each_class():
    for negatives in range(FEWEST_ROWS_OF_A_CLASS, 120):
        for positives in range(FEWEST_ROWS_OF_A_CLASS, 120):
            part = sizes(negatives, positives)
            total = negatives + positives
            assert [sum(counts) for counts in zip(*part.values(), strict=True)] == [negatives, positives]
            assert part["validation"] == part["test"]
            assert abs(part["test"][0] - 0.15 * negatives) <= 1
            assert abs(part["test"][1] - 0.15 * positives) <= 1
            assert min(map(min, part.values())) >= 1
            if min(negatives, positives) > 10:
                assert abs(sum(part["test"]) - 0.15 * total) <= 0.5


def test_every_row_falls_into_one_split():
    splits = stratified_split(labels(1003, 211), seed=42)
    np.testing.assert_array_equal(np.sort(np.concatenate(list(splits.values()))), np.arange(1003))


def test_each_class_is_split_by_itself():
    positive = labels(1003, 211)
    for name, rows in stratified_split(positive, seed=42).items():
        assert (int((~positive[rows]).sum()), int(positive[rows].sum())) == sizes(792, 211)[name]


def test_rows_keep_their_order():
    for rows in stratified_split(labels(500, 100), seed=42).values():
        assert (np.diff(rows) > 0).all()


def test_the_seed_decides():
    positive = labels(500, 100)
    first, second, other = (stratified_split(positive, seed)["test"].tolist() for seed in (42, 42, 43))
    assert first == second != other


def test_seed_42_draws_these_rows_in_every_image():
    rows = stratified_split(labels(1000, 240), seed=42)["test"]
    assert rows[:8].tolist() == [5, 16, 28, 29, 33, 42, 50, 51]
    assert hashlib.sha256(rows.astype("<i8").tobytes()).hexdigest()[:16] == "7d1a890489a4899e"


def test_the_smallest_class_reaches_every_split():
    positive = labels(100, FEWEST_ROWS_OF_A_CLASS)
    assert [int(positive[rows].sum()) for rows in stratified_split(positive, seed=0).values()] == [2, 1, 1]


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_seed_out_of_range(seed):
    with pytest.raises(JobError, match=f"--seed is {seed}; it must lie between 0 and 4294967295"):
        stratified_split(labels(100, 50), seed)
