"""Intervals and deviations against scipy, brute force and simulation, at their limits most of all."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from scipy import stats

from mlops.jobs import intervals
from mlops.jobs.metrics import model_quality


def sample(rows, seed=0, decimals=None):
    """Labels and scores that tell something of each other; rounded, so that some scores are equal."""
    random = np.random.RandomState(seed)
    positive = random.rand(rows) < 0.3
    scores = 1 / (1 + np.exp(-(random.standard_normal(rows) + 1.5 * positive - 1)))
    return positive, scores if decimals is None else np.round(scores, decimals)


def delong_by_definition(positive, scores):
    """Value and variance from all pairs, as the paper writes them."""
    hits, misses = scores[positive], scores[~positive]
    wins = np.array([[1.0 if x > y else 0.5 if x == y else 0.0 for y in misses] for x in hits])
    by_hit, by_miss = wins.mean(axis=1), wins.mean(axis=0)
    return wins.mean(), by_hit.var(ddof=1) / len(hits) + by_miss.var(ddof=1) / len(misses)


@pytest.mark.parametrize(("rows", "decimals"), [(300, None), (300, 1), (60, 2), (12, 0)])
def test_delong_is_the_sum_over_all_pairs(rows, decimals):
    positive, scores = sample(rows, seed=rows, decimals=decimals)
    value, variance = delong_by_definition(positive, scores)
    estimate = intervals.auc(positive, scores)
    assert (estimate.value, estimate.standard_deviation**2) == pytest.approx((value, variance), abs=1e-12)


@pytest.mark.parametrize(("hits", "misses"), [(2, 2), (4, 36), (20, 20), (1000, 6000)])
@pytest.mark.parametrize("value", [0.0, 0.1, 0.5, 0.93, 1.0])
def test_newcombes_bounds_solve_his_equation(hits, misses, value):
    low, high = intervals._newcombe(value, hits, misses)
    for bound, end in ((low, 0.0), (high, 1.0)):
        if value == end:
            assert bound == end
            continue
        ratio = (1 - bound) / (2 - bound) + bound / (1 + bound)
        variance = bound * (1 - bound) * (1 + ((hits + misses) / 2 - 1) * ratio) / (hits * misses)
        assert abs(value - bound) == pytest.approx(stats.norm.ppf(0.975) * math.sqrt(variance), abs=1e-9)


def distributions():
    """Name → (random, positives, negatives, AUC) → scores of the positives and of the negatives with that AUC."""

    def normal(spread):
        def draw(random, hits, misses, auc):
            shift = math.sqrt(1 + spread**2) * stats.norm.ppf(auc)
            return spread * random.standard_normal(hits) + shift, random.standard_normal(misses)

        return draw

    def exponential(random, hits, misses, auc):
        return random.exponential(size=hits) * auc / (1 - auc), random.exponential(size=misses)

    def some_at_random(random, hits, misses, auc):
        lost = random.rand(hits) < 2 * (1 - auc)
        return np.where(lost, random.rand(hits), 2 + random.rand(hits)), random.rand(misses)

    return {"normal": normal(1), "wide": normal(3), "exponential": exponential, "some at random": some_at_random}


@pytest.mark.parametrize("name", distributions())
@pytest.mark.parametrize("auc", [0.5, 0.93, 0.99, 0.999])
@pytest.mark.parametrize(("hits", "misses"), [(2, 2), (4, 36), (20, 20), (70, 130)])
def test_auc_intervals_hold_the_truth_nine_times_in_ten(name, auc, hits, misses):
    draw, random = distributions()[name], np.random.RandomState(1)
    positive = np.arange(hits + misses) < hits
    held = 0
    for _ in range(200):
        low, high = intervals.auc(positive, np.concatenate(draw(random, hits, misses, auc))).interval
        assert low < high
        held += low <= auc <= high
    assert held / 200 >= 0.9


@pytest.mark.parametrize("auc", [0.5, 0.76, 0.93])
def test_auc_intervals_of_many_rows_are_no_wider_than_needed(auc):
    shift, positive = math.sqrt(2) * stats.norm.ppf(auc), np.arange(1000) < 300
    held, widths, errors = 0, [], []
    for seed in range(300):
        estimate = intervals.auc(positive, np.random.RandomState(seed).standard_normal(1000) + shift * positive)
        held += estimate.interval[0] <= auc <= estimate.interval[1]
        widths.append(estimate.interval[1] - estimate.interval[0])
        errors.append(estimate.value - auc)
    assert 0.92 <= held / 300 <= 0.99
    assert np.mean(widths) < 1.25 * 2 * 1.96 * np.std(errors)


PERFECT = np.array([0, 0, 1, 1], bool), np.array([0.1, 0.2, 0.8, 0.9])
DEGENERATE = {
    "perfect": PERFECT,
    "inverted": (PERFECT[0], 1 - PERFECT[1]),
    "certain and right": (PERFECT[0], PERFECT[0].astype(float)),
    "certain and wrong": (PERFECT[0], 1.0 - PERFECT[0]),
    "right by one amount, in single precision": (PERFECT[0], np.where(PERFECT[0], np.float32(0.9), np.float32(0.1))),
    "wrong by one amount": (PERFECT[0], np.where(PERFECT[0], 0.1, 0.9)),
    "constant": (np.arange(50) < 5, np.full(50, 0.3)),
    "constant at the threshold": (np.arange(50) < 5, np.full(50, 0.5)),
    "constant zero": (np.arange(7) < 3, np.zeros(7)),
    "nothing called positive": (np.arange(50) < 5, np.where(np.arange(50) < 5, 0.2, 0.1)),
    "a row each": (np.array([True, False]), np.array([0.9, 0.1])),
    "one positive row": (np.arange(40) < 1, np.linspace(0.9, 0.1, 40)),
    "large and perfect": (np.arange(5000) < 1000, np.linspace(1, 0, 5000)),
}


@pytest.mark.parametrize("name", DEGENERATE)
def test_no_interval_has_a_width_of_zero_and_no_deviation_is_zero(name):
    document = model_quality(*DEGENERATE[name], 0.5)
    bounds = document["confidence_intervals_95"]
    metrics = document["binary_classification_metrics"]
    assert "accuracy" in bounds
    for metric, interval in bounds.items():
        assert interval["upper"] - interval["lower"] > 1e-6, metric
        assert interval["lower"] <= metrics[metric]["value"] <= interval["upper"], metric
    deviations = [entry["standard_deviation"] for entry in metrics.values() if "standard_deviation" in entry]
    assert len(deviations) == 14
    assert all(deviation == "NaN" or deviation > 1e-9 for deviation in deviations)
    json.dumps(document, allow_nan=False)


def test_a_perfect_model_has_an_interval_below_one_and_no_deviation():
    value, deviation, interval, method = intervals.auc(*PERFECT)
    assert (value, deviation, method) == (1, None, "DeLong, Newcombe")
    assert interval == (pytest.approx(0.3856, abs=1e-4), 1)
    low, high = intervals.auc(np.arange(40) < 20, np.linspace(1, 0, 40)).interval
    assert (low, high) == (pytest.approx(0.8987, abs=1e-4), 1)


def test_one_row_of_a_class_has_an_auc_and_no_interval():
    document = model_quality(np.array([0, 0, 1], bool), np.array([0.1, 0.7, 0.6]), 0.5)
    assert document["binary_classification_metrics"]["auc"] == {"value": 0.5, "standard_deviation": "NaN"}
    assert "auc" not in document["confidence_intervals_95"]


@pytest.mark.parametrize(("hits", "total"), [(0, 10), (10, 10), (3, 10), (877, 1000), (1, 2)])
def test_wilson_intervals_are_those_of_scipy(hits, total):
    expected = stats.binomtest(hits, total).proportion_ci(0.95, method="wilson")
    assert intervals.proportion(hits, total).interval == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_a_share_of_nothing_is_zero_and_unknown():
    assert intervals.proportion(0, 0) == (0.0, None, None, "Wilson")
    assert intervals.f_measure(0, 0, 0, 1.0) == (0.0, None, None, "Wilson")


@pytest.mark.parametrize("beta", [0.5, 1.0, 2.0])
def test_f_measures_agree_with_drawing_rows(beta):
    positive, scores = sample(400, 5)
    called = scores >= 0.5
    estimate = intervals.f_measure(
        int((positive & called).sum()), int((positive & ~called).sum()), int((~positive & called).sum()), beta
    )
    rows = np.random.RandomState(7).randint(0, 400, (4000, 400))
    hits = (positive & called)[rows].sum(axis=1)
    whole = beta**2 * positive[rows].sum(axis=1) + called[rows].sum(axis=1)
    draws = (1 + beta**2) * hits / whole
    assert estimate.standard_deviation == pytest.approx(np.std(draws), rel=0.05)
    assert estimate.interval == pytest.approx(tuple(np.percentile(draws, [2.5, 97.5])), abs=0.02)


@pytest.mark.parametrize("beta", [0.5, 1.0, 2.0])
@pytest.mark.parametrize(
    ("rows", "share", "sensitivity", "specificity"),
    [
        (40, 0.25, 0.9, 0.97),
        (100, 0.05, 0.5, 0.99),
        (60, 0.5, 0.98, 0.98),
        (200, 0.1, 0.05, 0.995),
        (1000, 0.24, 0.6, 0.93),
    ],
)
def test_f_intervals_hold_the_truth_nine_times_in_ten(beta, rows, share, sensitivity, specificity):
    cells = np.array([share * sensitivity, share * (1 - sensitivity), (1 - share) * (1 - specificity), 0.0])
    cells[3] = 1 - cells.sum()
    hit, missed, false_alarm, _ = cells
    truth = (1 + beta**2) * hit / ((1 + beta**2) * hit + beta**2 * missed + false_alarm)
    random, held = np.random.RandomState(0), 0
    for _ in range(400):
        interval = intervals.f_measure(*random.multinomial(rows, cells)[:3].tolist(), beta).interval
        held += interval is not None and interval[0] <= truth <= interval[1]
    assert held / 400 >= 0.88


@pytest.mark.parametrize("rows", [2, 5, 250])
def test_mean_losses_have_the_error_and_interval_of_scipy(rows):
    losses = np.random.RandomState(3).exponential(size=rows)
    estimate = intervals.mean(losses)
    assert estimate.standard_deviation == pytest.approx(stats.sem(losses), abs=1e-12)
    low, high = stats.t.interval(0.95, rows - 1, losses.mean(), stats.sem(losses))
    assert estimate.interval == pytest.approx((max(0, low), high), rel=1e-9)


@pytest.mark.parametrize("loss", [0.0, 0.1, 0.09])  # 0.1 three times has a computed deviation of 1e-17
def test_losses_that_are_all_alike_have_no_interval(loss):
    assert intervals.mean(np.full(3, loss)) == (pytest.approx(loss), None, None, "t")


def test_midranks_are_those_of_scipy():
    values = np.random.RandomState(0).randint(0, 20, 200).astype(float)
    np.testing.assert_array_equal(intervals.midranks(values), stats.rankdata(values))
