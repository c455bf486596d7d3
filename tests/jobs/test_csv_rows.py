"""Reading raw rows and writing encoded ones."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mlops.jobs.csv_rows import read_rows, write_rows


def test_rows_survive_writing_and_reading():
    random = np.random.RandomState(1)
    matrix = random.standard_normal((200, 3)) * 10.0 ** random.randint(-300, 300, (200, 3))
    matrix[random.rand(200, 3) < 0.1] = math.nan
    matrix[:, 0] = np.round(random.standard_normal(200) * 1e6)
    text = write_rows(matrix).decode()
    again = [[float(value) for value in line.split(",")] for line in text.splitlines()]
    np.testing.assert_array_equal(np.array(again), matrix)


def test_whole_numbers_are_written_without_a_point():
    assert write_rows(np.array([[1.0, 39.0, math.nan, 0.5]])) == b"1,39,nan,0.5\n"


def test_read_rows_keeps_quoted_values_whole():
    read = read_rows(b'1,"New\nYork, NY"\r\n2,"say ""hi"""\n', ["age", "city"])
    assert read["city"].to_pylist() == ["New\nYork, NY", 'say "hi"']


_LONG = b",".join([b"x" * 50] * 3) + b"\n"


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (b"1\n", "row 501 has 1: '1'"),
        (b"1,2,3\n", "row 501 has 3: '1,2,3'"),
        (b"1,\xff\n", r"row 501 is not UTF-8: '1,\udcff'"),
        (b"\n\n1\n", "row 501 has 1: '1'"),
        (_LONG, f"row 501 has 3: '{'x' * 50},{'x' * 9}…'"),
    ],
)
@pytest.mark.parametrize("good", [b"1,2\n", b'1,"a\nb"\n', b'"1","say ""hi"", she"\r\n'])
def test_a_row_that_cannot_be_read_is_located(bad, said, good):
    """Rows are counted as Encoder counts them: empty lines are none, a quoted line break ends none."""
    with pytest.raises(ValueError, match="row 501 ") as caught:
        read_rows(good * 500 + bad + good * 500, ["age", "city"])
    assert str(caught.value) == f"rows must be UTF-8 with 2 values each, age, city: {said}"
