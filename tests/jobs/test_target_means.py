"""The codes of categories, and those of the training rows themselves."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pyarrow as pa
import pytest
import xgboost
from sklearn.metrics import roc_auc_score

from mlops.jobs.training.target_means import FOLDS, LEAST_WEIGHT, OWN_ROWS, _distinct, fit, prior_rows


def fitted(cities, positive, missing=("?", ""), seed=42):
    return fit({"city": "category"}, {"city": pa.array(cities, pa.string())}, np.array(positive, bool), missing, seed)


def means(cities, positive, **options):
    return fitted(cities, positive, **options).encoder.features[0].means


def codes(cities, positive, **options):
    return fitted(cities, positive, **options).codes["city"]


# Six groups that differ far more than chance has them differ, too small to be encoded by their own rows.
GROUPS = [letter for letter in "abcdef" for _ in range(20)]
SHARES = [row < 3 * group for group in range(6) for row in range(20)]


def test_a_code_is_the_share_of_positives_drawn_to_the_overall_share():
    weight = prior_rows(np.full(6, 20), np.arange(0, 18, 3))
    assert 1 < weight < 20
    overall = 45 / 120
    expected = {letter: (3 * n + weight * overall) / (20 + weight) for n, letter in enumerate("abcdef")}
    assert means(GROUPS, SHARES) == pytest.approx(expected, abs=1e-6)


def test_the_weight_is_the_anova_estimate():
    rows, positives = np.array([40, 90, 20, 70]), np.array([0, 60, 10, 20])
    labels = [np.arange(n) < hits for n, hits in zip(rows, positives, strict=True)]
    overall = np.concatenate(labels).mean()
    between = sum(len(group) * (group.mean() - overall) ** 2 for group in labels) / 3
    within = sum(((group - group.mean()) ** 2).sum() for group in labels) / (220 - 4)
    size = (220 - (rows**2).sum() / 220) / 3
    correlation = (between - within) / (between + (size - 1) * within)
    assert prior_rows(rows, positives) == pytest.approx((1 - correlation) / correlation)


def test_categories_that_differ_no_more_than_chance_all_get_the_overall_share():
    assert prior_rows(np.full(4, 10), np.full(4, 3)) == math.inf
    assert set(means(["a", "b"] * 10, [1, 1, 0, 0] * 5).values()) == {0.5}


@pytest.mark.parametrize("share", [0.5, 0.02])
@pytest.mark.parametrize("rows", [2, 5, 100])
def test_chance_seldom_gives_categories_a_weight(rows, share):
    """Where the variance between categories alone decided, half of all meaningless features would have one."""
    random = np.random.RandomState(0)
    trusted = [prior_rows(np.full(30, rows), random.binomial(rows, share, 30)) < math.inf for _ in range(300)]
    assert 0 < sum(trusted) < 75


@pytest.mark.parametrize(("rows", "positives"), [([], []), ([7], [3]), ([1, 1, 1], [0, 1, 0])])
def test_without_anything_to_compare_the_weight_is_infinite(rows, positives):
    assert prior_rows(np.array(rows, int), np.array(positives, int)) == math.inf


def test_categories_of_one_class_each_are_not_trusted_without_limit():
    assert prior_rows(np.full(4, 5), np.array([5, 0, 5, 0])) == LEAST_WEIGHT
    assert means(["a", "b"] * 10, [1, 0] * 10) == pytest.approx({"a": 10.5 / 11, "b": 0.5 / 11}, abs=1e-6)


def test_a_rows_own_label_does_not_move_its_code():
    """Neither its own nor another label of its fold: the code is that of an encoder that never saw the fold."""
    found = codes(GROUPS, SHARES)
    hidden = {
        letter: {round(code, 6) for code, city in zip(found, GROUPS, strict=True) if city == letter}
        for letter in "abcdef"
    }
    weight = prior_rows(np.full(6, 20), np.arange(0, 18, 3))
    for number, letter in enumerate("abcdef"):
        possible = {
            round((hits + weight * 0.375) / (rows + weight), 6)
            for rows, hits in itertools.product(range(8, 20), range(3 * number + 1))
        }
        assert hidden[letter] <= possible
    assert len(set(found)) > 6


def test_unique_texts_tell_nothing():
    random = np.random.RandomState(1)
    positive = random.rand(300) < 0.3
    found = fitted([f"T{number}" for number in range(300)], positive)
    assert set(found.codes["city"]) == set(found.encoder.features[0].means.values()) == {found.encoder.prior}


def test_large_categories_keep_one_code_each_in_training_and_serving():
    """As in an exclusive or, where neither category has an effect of its own."""
    cities = ["a", "b"] * (2 * OWN_ROWS)
    found = fitted(cities, [1, 1, 0, 0] * OWN_ROWS)
    values = found.encoder.features[0].means
    assert values["a"] < values["b"] < values["a"] + 1e-5
    assert found.codes["city"].tolist() == [values[city] for city in cities]


def test_equal_codes_of_large_categories_are_set_apart_and_stay_between_0_and_1():
    assert _distinct(np.array([1, 0.5, 1, 0.999999, 0])).tolist() == [0.999999, 0.5, 1, 0.999998, 0]
    assert _distinct(np.array([0, 0.3, 0, 0.000001])).tolist() == [0, 0.3, 0.000001, 0.000002]


def test_a_category_is_large_by_the_rows_of_the_rarer_class():
    cities = [letter for letter in "ab" for _ in range(2 * OWN_ROWS)]
    assert len(set(means(cities, [1, 0] * (2 * OWN_ROWS)).values())) == 2
    assert len(set(means(cities, [1, 0, 0, 0] * OWN_ROWS).values())) == 1


def test_many_categories_are_encoded_out_of_fold_although_each_has_many_rows():
    random = np.random.RandomState(2)
    cities = [f"C{number}" for number in range(40) for _ in range(OWN_ROWS)]
    found = codes(cities, random.rand(len(cities)) < np.repeat(np.linspace(0, 1, 40), OWN_ROWS))
    assert len(set(found[:OWN_ROWS])) <= FOLDS < len(set(found))


def test_missing_values_are_nan_and_count_for_nothing():
    found = fitted([*GROUPS, "?", None, " "], [*SHARES, 1, 1, 1])
    assert np.isnan(found.codes["city"][-3:]).all()
    assert set(found.encoder.features[0].means) == set("abcdef")
    assert found.rows["city"].tolist() == [20] * 6


def test_ways_to_write_a_number_are_one_category():
    found = fitted(["3", "3.0", " 3", "True", "true", "?"], [1, 0, 1, 0, 1, 0])
    assert sorted(found.encoder.features[0].means) == ["3", "true"]
    assert found.rows["city"].tolist() == [3, 2]


def test_the_order_of_the_rows_does_not_matter_to_the_fit():
    random = np.random.RandomState(0)
    cities, positive = random.choice(list("abcdefgh"), 500), random.rand(500) < 0.3
    texts = set()
    for seed in range(5):
        order = np.random.RandomState(seed).permutation(500)
        texts.add(fitted(list(cities[order]), positive[order]).encoder.to_json())
    assert len(texts) == 1


def test_the_seed_deals_the_folds():
    assert codes(GROUPS, SHARES).tolist() == codes(GROUPS, SHARES).tolist()
    assert codes(GROUPS, SHARES).tolist() != codes(GROUPS, SHARES, seed=7).tolist()


@pytest.mark.parametrize("positives", [1, 2, 3])
def test_a_class_of_few_rows_is_fitted(positives):
    labels = [True] * positives + [False] * (25 - positives)
    found = codes([chr(97 + number % 3) for number in range(25)], labels)
    assert np.isfinite(found).all()
    assert ((found >= 0) & (found <= 1)).all()


def test_columns_without_any_value_become_nan():
    found = fitted(["?", "", None], [1, 0, 0])
    assert found.encoder.features[0].means == {}
    assert np.isnan(found.codes["city"]).all()


@pytest.mark.parametrize(
    ("values", "copies"),
    [*itertools.product([400, 1100, 1600, 10**9], [1, 3]), (11, 20)],
)
def test_meaningless_texts_cost_a_model_little(values, copies):
    """The columns cost 0.03 to 0.2 of the AUC where a category is encoded with the labels of its own rows."""
    random = np.random.RandomState(0)
    lost = []
    for seed in range(3):
        positive = random.rand(2400) < 0.4
        number = random.standard_normal(2400) + 1.8 * positive
        tickets = [[f"T{ticket}" for ticket in random.randint(0, values, 2400)] for _ in range(copies)]
        types = {f"ticket{copy}": "category" for copy in range(copies)}
        arrays = {name: pa.array(texts) for name, texts in zip(types, tickets, strict=True)}
        train, test = slice(0, 1400), slice(1400, 2400)
        found = fit(types, {name: array[train] for name, array in arrays.items()}, positive[train], [""], seed)
        encoded = found.encoder.encode({name: array[test] for name, array in arrays.items()})
        alone = auc(number[train, None], number[test, None], positive[train], positive[test])
        both = auc(
            np.column_stack([number[train], *found.codes.values()]),
            np.column_stack([number[test], encoded]),
            positive[train],
            positive[test],
        )
        lost.append(alone - both)
    assert np.mean(lost) < 0.015


def auc(train, test, positive, expected):
    parameters = {"objective": "binary:logistic", "max_depth": 5, "eta": 0.2, "nthread": 1}
    booster = xgboost.train(parameters, xgboost.DMatrix(train, positive), 50)
    return roc_auc_score(expected, booster.predict(xgboost.DMatrix(test)))
