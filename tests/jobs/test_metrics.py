"""Metrics and curves against scikit-learn."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from sklearn import metrics as reference

from mlops.jobs.metrics import model_quality, precision_recall_curve, roc_curve
from mlops.jobs.outputs import json_bytes


def sample(rows, seed=0, decimals=None):
    """Labels and scores that tell something of each other; rounded, so that some scores are equal."""
    random = np.random.RandomState(seed)
    positive = random.rand(rows) < 0.3
    scores = 1 / (1 + np.exp(-(random.standard_normal(rows) + 1.5 * positive - 1)))
    return positive, scores if decimals is None else np.round(scores, decimals)


CASES = [sample(2000), sample(2000, 1, decimals=2), sample(37, 2, decimals=1), sample(500, 3, decimals=0)]


@pytest.mark.parametrize("case", range(len(CASES)))
@pytest.mark.parametrize("threshold", [0.5, 0.25])
def test_values_are_those_of_scikit_learn(case, threshold):
    positive, scores = CASES[case]
    called = scores >= threshold
    tn, fp, fn, tp = reference.confusion_matrix(positive, called).ravel()
    expected = {
        "accuracy": reference.accuracy_score(positive, called),
        "auc": reference.roc_auc_score(positive, scores),
        "brier_score": reference.brier_score_loss(positive, scores),
        "f0_5": reference.fbeta_score(positive, called, beta=0.5, zero_division=0),
        "f1": reference.f1_score(positive, called, zero_division=0),
        "f2": reference.fbeta_score(positive, called, beta=2, zero_division=0),
        "false_negative_rate": fn / (fn + tp),
        "false_positive_rate": fp / (fp + tn),
        "log_loss": reference.log_loss(positive, scores),
        "precision": reference.precision_score(positive, called, zero_division=0),
        "recall": reference.recall_score(positive, called),
        "true_negative_rate": tn / (fp + tn),
        "true_positive_rate": tp / (fn + tp),
    }
    document = model_quality(positive, scores, threshold)
    measured = document["binary_classification_metrics"]
    assert measured.pop("confusion_matrix") == {"0": {"0": tn, "1": fp}, "1": {"0": fn, "1": tp}}
    for curve in ("receiver_operating_characteristic_curve", "precision_recall_curve"):
        measured.pop(curve)
    measured.pop("expected_calibration_error")
    assert {name: metric["value"] for name, metric in measured.items()} == pytest.approx(expected, abs=1e-9)
    assert document["dataset"] == {
        "base_rate": pytest.approx(positive.mean()),
        "decision_threshold": threshold,
        "item_count": len(positive),
    }


@pytest.mark.parametrize("case", range(len(CASES)))
def test_roc_points_lie_on_scikit_learns_curve(case):
    positive, scores = CASES[case]
    curve = roc_curve(positive, scores)
    fpr, tpr, _ = reference.roc_curve(positive, scores, drop_intermediate=False)
    points = list(zip(curve["false_positive_rates"], curve["true_positive_rates"], strict=True))
    assert set(points) <= set(zip(fpr.tolist(), tpr.tolist(), strict=True))
    assert (points[0], points[-1]) == ((0, 0), (1, 1))
    assert points == sorted(points)
    assert len(points) <= 201


def test_the_thinned_roc_curve_loses_no_area_to_speak_of():
    positive, scores = sample(20000)
    curve = roc_curve(positive, scores)
    area = np.trapezoid(curve["true_positive_rates"], curve["false_positive_rates"])
    assert len(curve["true_positive_rates"]) > 150
    assert area == pytest.approx(reference.roc_auc_score(positive, scores), abs=1e-3)


@pytest.mark.parametrize("case", range(len(CASES)))
def test_precision_recall_points_are_those_of_scikit_learn(case):
    positive, scores = CASES[case]
    curve = precision_recall_curve(positive, scores)
    precisions, recalls, _ = reference.precision_recall_curve(positive, scores)
    points = set(zip(curve["precisions"], curve["recalls"], strict=True))
    assert points <= set(zip(precisions.tolist(), recalls.tolist(), strict=True))
    assert (curve["precisions"][0], curve["recalls"][0], curve["recalls"][-1]) == (1, 0, 1)
    assert curve["recalls"] == sorted(curve["recalls"])


def test_calibration_bins_hold_every_row_and_their_error_is_as_defined():
    positive, scores = sample(3000, 9)
    scores[:2] = 0.0, 1.0
    document = model_quality(positive, scores, 0.5)
    bins = document["calibration"]["bins"]
    assert sum(entry["item_count"] for entry in bins) == 3000
    edges = [(entry["lower"], entry["upper"]) for entry in bins]
    assert all(upper == lower for (_, upper), (lower, _) in itertools.pairwise(edges))
    error = 0.0
    for index, entry in enumerate(bins):
        inside = (scores >= entry["lower"]) & ((scores < entry["upper"]) | (index == 9))
        assert entry["item_count"] == inside.sum()
        error += abs(scores[inside].mean() - positive[inside].mean()) * inside.sum() / 3000
    reported = document["binary_classification_metrics"]["expected_calibration_error"]["value"]
    assert reported == pytest.approx(error, abs=1e-12)


def test_calibrated_scores_have_a_small_error_and_distorted_ones_a_large():
    random = np.random.RandomState(1)
    scores = random.rand(20000)
    positive = random.rand(20000) < scores

    def error(shown):
        metric = model_quality(positive, shown, 0.5)["binary_classification_metrics"]["expected_calibration_error"]
        return metric["value"]

    assert error(scores) < 0.02
    assert error(scores**3) > 0.2


def test_the_document_is_plain_json_and_the_same_twice():
    first, second = (json_bytes(model_quality(*sample(500), 0.5)) for _ in range(2))
    assert first == second
    assert first.endswith(b"}\n")
    assert set(json.loads(first)) == {
        "binary_classification_metrics",
        "calibration",
        "confidence_intervals_95",
        "dataset",
    }
