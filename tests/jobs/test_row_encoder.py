"""Properties of the encoder."""

from __future__ import annotations

import json
import math
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from mlops.jobs.csv_rows import read_rows
from mlops.jobs.row_encoder import Encoder, EncodingError, Feature, category

PRIOR = 0.25


def columns(ages, cities):
    return {"age": pa.array(ages, pa.string()), "city": pa.array(cities, pa.string())}


def encoder(*cities, missing=("?", "")):
    """An encoder that has the cities' codes 0.01, 0.02 and so on."""
    means = {city: number / 100 for number, city in enumerate(cities, start=1)}
    return Encoder([Feature("age", "number", {}), Feature("city", "category", means)], PRIOR, missing)


def encoded_cities(encoder, cities):
    return encoder.encode(columns(["1"] * len(cities), cities))[:, 1].tolist()


def test_categories_become_their_codes_and_unseen_ones_the_overall_share():
    assert encoded_cities(encoder("a", "b"), ["b", "a", "z", "A"]) == [0.02, 0.01, PRIOR, PRIOR]


def test_missing_categories_become_nan():
    assert all(map(math.isnan, encoded_cities(encoder("a"), ["?", " ? ", "", "  ", None])))


def test_unseen_categories_are_noted_and_missing_ones_are_not():
    matrix, unseen = encoder("a", "b").encode_and_note(columns(["1"] * 5, ["a", "z", "?", None, "y"]))
    assert {name: new.tolist() for name, new in unseen.items()} == {"city": [False, True, False, False, True]}
    np.testing.assert_array_equal(matrix[:, 1], [0.01, PRIOR, math.nan, math.nan, PRIOR])
    assert encoder("a").encode_and_note(columns(["1"], ["a"]))[1] == {}


@pytest.mark.parametrize(
    ("texts", "one"),
    [
        (["3", "3.0", "3.00", " 3 ", "+3", "3.", "3e0", "30e-1", "0.3E+1"], "3"),
        (["0", "-0", "-0.0", "0.0", "0e5", "+0", ".0"], "0"),
        (["1000", "1e3", "1.0E+03", "1000.0", "0.001e6"], "1000"),
        (["0.5", ".5", "5e-1", "0.50", "+.5"], "0.5"),
        (["-1.25", "-125e-2", "-1.250"], "-1.25"),
        (["0.00001", "1e-05", "1E-5"], "0.00001"),
        (["9007199254740993", "9007199254740993.0"], "9007199254740993"),
        (["9007199254740992"], "9007199254740992"),
        (["1e+16", "10000000000000000"], "10000000000000000"),
        (["1e400", "10e399"], "1e400"),
        (["-1e-400", "-0.1e-399"], "-1e-400"),
        (["true", "True", "TRUE", " True\t"], "true"),
        (["false", "False", "FALSE"], "false"),
    ],
)
def test_ways_to_write_a_category(texts, one):
    assert [category(text) for text in texts] == [one] * len(texts)


@pytest.mark.parametrize(
    "text",
    ["007", "08540", "-01", "00", "1,5", "1_000", "0x10", "NaN", "nan", "inf", "-", ".", "+", "e5", ".e5", "1e",
     "1.2.3", "٣", "tRUE", "yes", "", "-a", "1e1234567", "1 000", "3a"],
)  # fmt: skip
def test_what_is_no_number_stays_as_it_is(text):
    assert category(text) == text


def test_numbers_are_one_category_exactly_where_they_are_equal():
    random = np.random.RandomState(0)
    texts = {f"{random.randint(-99, 99)}{point}e{power}" for power in range(-40, 40, 3) for point in ("", ".0", ".25")}
    texts |= (
        {str(Decimal(text)) for text in texts} | {repr(float(text)) for text in texts} | {"1" * 200, "1" * 199 + "2"}
    )
    by_value, by_category = {}, {}
    for text in texts:
        by_value.setdefault(Decimal(text), set()).add(text)
        by_category.setdefault(category(text), set()).add(text)
        assert Decimal(category(text)) == Decimal(text)
        assert category(category(text)) == category(text)
    assert sorted(map(sorted, by_category.values())) == sorted(map(sorted, by_value.values()))


def test_missing_values_are_read_as_categories_are():
    found = encoder("3", missing=["-1", "999.0", "NaN"])
    assert encoded_cities(found, ["3.0"]) == [0.01]
    assert all(map(math.isnan, encoded_cities(found, ["-1", "-1.0", "999", "9.99e2", "NaN"])))
    numbers = found.encode(columns(["-1", "-1.0", "999", "+999.0", "NaN", "998"], ["3"] * 6))[:, 0]
    np.testing.assert_array_equal(numbers, [math.nan] * 5 + [998])


@pytest.mark.parametrize(
    ("text", "number"),
    [("5", 5), (" 5 ", 5), ("+5", 5), ("-0.25", -0.25), ("1e6", 1e6), (".5", 0.5), ("0.1", 0.1), ("?", math.nan)],
)
def test_numbers(text, number):
    value = encoder("a", "b").encode(columns([text], ["a"]))[0, 0]
    assert value == number or (math.isnan(value) and math.isnan(number))


@pytest.mark.parametrize("text", ["x", "1,5", "1_000", "0x10", "inf", "-inf", "nan", "1e400", "++5", "5 5", "٣"])
def test_no_numbers(text):
    with pytest.raises(EncodingError) as caught:
        encoder("a", "b").encode(columns(["1", text], ["a", "b"]))
    assert (caught.value.row, caught.value.column, caught.value.value) == (1, "age", text)


def test_json_round_trip_is_exact():
    found = encoder("Zürich", 'quo"te', "new\nline", "3")
    text = found.to_json()
    again = Encoder.from_json(text)
    assert again.to_json() == text
    assert (again.features, again.prior, again.missing_values) == (found.features, PRIOR, ["?", ""])
    assert text.endswith("}\n")
    assert json.loads(text)["version"] == 2


def test_another_version_is_refused():
    with pytest.raises(
        ValueError, match=r"^encoder\.json has version 1, this code reads version 2: serve it with the code"
    ):
        Encoder.from_json('{"version": 1}')


def test_chunked_columns_encode_like_whole_ones():
    whole = columns(["1", "2", "?", "4"], ["d", "z", "a", "?"])
    chunked = {name: pa.chunked_array([array.slice(0, 1), array.slice(1)]) for name, array in whole.items()}
    found = encoder("a", "b", "c", "d")
    np.testing.assert_array_equal(found.encode(whole), found.encode(chunked))


def test_a_row_is_counted_as_a_bad_number_is():
    rows = b"\n1,a\n\nold,a\n"
    with pytest.raises(ValueError, match=r"^row 2, column 'age': 'old' is not a number$"):
        encoder("a", "b").encode(read_rows(rows, ["age", "city"]))
    with pytest.raises(ValueError, match=r"age, city: row 3 has 1: 'c'$"):
        read_rows(rows + b"c\n", ["age", "city"])


def test_without_missing_values_an_empty_text_is_a_category_and_no_number():
    found = encoder("", "a", missing=())
    assert encoded_cities(found, ["", " "]) == [0.01, 0.01]
    with pytest.raises(EncodingError, match="row 1, column 'age': '' is not a number"):
        found.encode(columns([""], ["a"]))
