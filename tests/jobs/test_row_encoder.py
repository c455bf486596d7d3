"""Properties of the encoder."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest

from mlops.jobs.row_encoder import PRIOR_ROWS, Encoder, EncodingError, read_rows, write_rows

TYPES = {"age": "number", "city": "category"}


def columns(ages, cities):
    return {"age": pa.array(ages, pa.string()), "city": pa.array(cities, pa.string())}


def fitted(cities, positive, missing=("?", "")):
    return Encoder.fit(TYPES, columns(["1"] * len(cities), cities), np.array(positive, bool), missing)


def encoded_cities(encoder, cities):
    return encoder.encode(columns(["1"] * len(cities), cities))[:, 1].tolist()


def test_categories_are_ranked_by_their_share_of_positives():
    encoder = fitted(["a"] * 20 + ["b"] * 20 + ["c"] * 20, [1] * 15 + [0] * 5 + [0] * 20 + [1] * 5 + [0] * 15)
    assert encoder.features[1].categories == ["b", "c", "a"]
    assert encoded_cities(encoder, ["a", "b", "c"]) == [2, 0, 1]


def test_a_rare_category_is_drawn_to_the_overall_share():
    # Two of two are positive, but ten rows' weight of the base rate keeps "rare" below fifty of sixty.
    encoder = fitted(["rare"] * 2 + ["often"] * 60 + ["never"] * 60, [1] * 2 + [1] * 50 + [0] * 10 + [0] * 60)
    base = 52 / 122
    assert (2 + PRIOR_ROWS * base) / (2 + PRIOR_ROWS) < (50 + PRIOR_ROWS * base) / (60 + PRIOR_ROWS)
    assert encoder.features[1].categories == ["never", "rare", "often"]


def test_equal_shares_are_ordered_by_name():
    assert fitted(["b", "a", "c", "a", "b", "c"], [1, 1, 1, 0, 0, 0]).features[1].categories == ["a", "b", "c"]


def test_missing_and_unseen_categories_become_nan():
    encoder = fitted(["a", "b", "?", "", "a", "b"], [1, 0, 1, 0, 1, 0])
    assert encoder.features[1].categories == ["b", "a"]
    assert encoded_cities(encoder, ["a", "?", " ? ", "", None, "z"])[0] == 1
    assert all(map(math.isnan, encoded_cities(encoder, ["?", " ? ", "", None, "z"])))


def test_white_space_is_no_part_of_a_value():
    encoder = fitted(["a", " a", "a ", "b"], [1, 1, 1, 0])
    assert encoder.features[1].categories == ["b", "a"]
    assert encoded_cities(encoder, ["  a\t"]) == [1]


@pytest.mark.parametrize(
    ("text", "number"),
    [("5", 5), (" 5 ", 5), ("+5", 5), ("-0.25", -0.25), ("1e6", 1e6), (".5", 0.5), ("0.1", 0.1), ("?", math.nan)],
)
def test_numbers(text, number):
    value = fitted(["a", "b"], [1, 0]).encode(columns([text], ["a"]))[0, 0]
    assert value == number or (math.isnan(value) and math.isnan(number))


@pytest.mark.parametrize("text", ["x", "1,5", "1_000", "0x10", "inf", "-inf", "nan", "1e400", "++5", "5 5", "٣"])
def test_no_numbers(text):
    encoder = fitted(["a", "b"], [1, 0])
    with pytest.raises(EncodingError) as caught:
        encoder.encode(columns(["1", text], ["a", "b"]))
    assert (caught.value.row, caught.value.column, caught.value.value) == (1, "age", text)


def test_json_round_trip_is_exact():
    encoder = fitted(["Zürich", 'quo"te', "new\nline", "?"], [1, 0, 1, 0])
    text = encoder.to_json()
    again = Encoder.from_json(text)
    assert again.to_json() == text
    assert (again.features, again.missing_values) == (encoder.features, encoder.missing_values)
    assert text.endswith("}\n")


def test_another_version_is_refused():
    with pytest.raises(ValueError, match=r"encoder\.json has version 2, this code reads version 1"):
        Encoder.from_json('{"version": 2}')


def test_the_order_of_the_rows_does_not_matter():
    random = np.random.RandomState(0)
    cities, positive = random.choice(list("abcdefgh"), 500), random.rand(500) < 0.3
    texts = set()
    for seed in range(5):
        order = np.random.RandomState(seed).permutation(500)
        texts.add(fitted(list(cities[order]), positive[order]).to_json())
    assert len(texts) == 1


def test_chunked_columns_encode_like_whole_ones():
    encoder = fitted(["a", "b", "c", "d"], [1, 0, 1, 0])
    whole = columns(["1", "2", "?", "4"], ["d", "z", "a", "?"])
    chunked = {name: pa.chunked_array([array.slice(0, 1), array.slice(1)]) for name, array in whole.items()}
    np.testing.assert_array_equal(encoder.encode(whole), encoder.encode(chunked))


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


def test_a_row_is_counted_as_a_bad_number_is():
    rows = b"\n1,a\n\nold,a\n"
    encoder = fitted(["a", "b"], [1, 0])
    with pytest.raises(ValueError, match=r"^row 2, column 'age': 'old' is not a number$"):
        encoder.encode(read_rows(rows, ["age", "city"]))
    with pytest.raises(ValueError, match=r"age, city: row 3 has 1: 'c'$"):
        read_rows(rows + b"c\n", ["age", "city"])


def test_columns_without_any_value_become_nan():
    nothing = columns(["?", "", "?"], ["", "?", ""])
    encoder = Encoder.fit(TYPES, nothing, np.array([True, False, False]), ["?", ""])
    assert encoder.features[1].categories == []
    assert np.isnan(encoder.encode(nothing)).all()


def test_without_missing_values_an_empty_text_is_a_category_and_no_number():
    encoder = fitted(["", "a"], [1, 0], missing=())
    assert encoder.features[1].categories == ["a", ""]
    with pytest.raises(EncodingError, match="row 1, column 'age': '' is not a number"):
        encoder.encode(columns([""], ["a"]))
