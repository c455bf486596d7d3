"""Bayesian search: a Gaussian process models the objective, and the next trial has the highest expected improvement.

The model is scikit-learn's, with a Matérn 5/2 kernel and a length scale for each hyperparameter, as in Snoek,
Larochelle and Adams, "Practical Bayesian Optimization of Machine Learning Algorithms" (NeurIPS 2012). Trials that
still run count with the value that the model predicts for them (Ginsbourger, Le Riche and Carraro, "Kriging Is
Well-Suited to Parallelize Optimization", 2010), so that parallel trials do not crowd one place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from localaws.services.sagemaker.tuning.space import Space
from localaws.services.sagemaker.tuning.strategies.base import Observation

__all__ = ["Bayesian"]

Matrix = npt.NDArray[np.float64]

_STARTING_TRIALS = 3
_CANDIDATES = 1500
_NEIGHBOURS = 300
_NEIGHBOUR_STEPS = (0.03, 0.1, 0.25)
_MAX_MODELLED = 200  # trials: the model's cost grows with their cube
# Log-normal priors (median, width) keep the likelihood of few trials from calling a hyperparameter irrelevant or
# everything noise.
_LENGTH, _LENGTH_WIDTH = 0.5, 0.7
_NOISE, _NOISE_WIDTH = 1e-3, 1.5


class Bayesian:
    """Deterministic for a seed and a history."""

    def __init__(self, space: Space, seed: int) -> None:
        self._space = space
        self._random = np.random.default_rng(seed)
        self._start = self._random.random(len(space.dimensions))
        self._started = 0

    def next(self, observed: Sequence[Observation]) -> dict[str, str] | None:
        known = [each for each in observed if each.score is not None]
        tried = [each.point for each in observed]
        if len(known) < _STARTING_TRIALS:
            return self._fresh(self._spread(), tried)
        points, scores = self._data(known[-_MAX_MODELLED:])
        if len(points) < 2 or float(np.ptp(scores)) == 0.0:
            return self._fresh(self._spread(), tried)
        model = _fit(points, scores)
        running, _ = self._data([each for each in observed if each.running])
        if len(running):
            points = np.vstack([points, running])
            scores = np.concatenate([scores, model.predict(running)])
            model.fit(points, scores)
        candidates = self._candidates(points, scores)
        features = self._features(candidates)
        mean, deviation = model.predict(features, return_std=True)
        order = np.argsort(-_expected_improvement(mean, deviation, float(scores.max())), kind="stable")
        for index in order:
            point = self._space.point(candidates[index].tolist())
            if point not in tried:
                return point
        return self._fresh(self._spread(), tried)

    def _spread(self) -> Matrix:
        """The next point of a low-discrepancy sequence (Roberts' generalised golden ratio) from a random start."""
        self._started += 1
        count = len(self._start)
        ratio = 2.0
        for _ in range(40):
            ratio = (1 + ratio) ** (1 / (count + 1))
        steps = ratio ** -np.arange(1, count + 1)
        spread: Matrix = (self._start + self._started * steps) % 1.0
        return spread

    def _fresh(self, units: Matrix, tried: list[dict[str, str]]) -> dict[str, str]:
        point = self._space.point(units.tolist())
        for _ in range(100):
            if point not in tried:
                break
            point = self._space.point(self._random.random(len(units)).tolist())
        return point

    def _data(self, observed: Sequence[Observation]) -> tuple[Matrix, Matrix]:
        rows, scores = [], []
        for each in observed:
            units = self._space.units(each.point)
            if units is not None:
                rows.append(units)
                scores.append(each.score if each.score is not None else 0.0)
        if not rows:
            return np.empty((0, 0)), np.empty(0)
        return self._features(np.array(rows)), np.array(scores)

    def _features(self, units: Matrix) -> Matrix:
        """What the model sees: a number as it is, a category as one column a value."""
        columns: list[Matrix] = []
        for index, dimension in enumerate(self._space.dimensions):
            column = units[:, index]
            if dimension.kind == "categorical":
                chosen = np.minimum((column * len(dimension.values)).astype(int), len(dimension.values) - 1)
                columns.append(np.eye(len(dimension.values))[chosen] / np.sqrt(2.0))
            else:
                columns.append(column[:, None])
        return np.hstack(columns)

    def _candidates(self, points: Matrix, scores: Matrix) -> Matrix:
        """Points of the unit cube: anywhere, and around the best trials; snapped to values that trials can have."""
        count = len(self._space.dimensions)
        drawn = [self._random.random((_CANDIDATES, count))]
        centres = self._centres(points, scores)
        for centre in centres:
            for step in _NEIGHBOUR_STEPS:
                moved = centre + step * self._random.standard_normal((_NEIGHBOURS // len(_NEIGHBOUR_STEPS), count))
                # Most neighbours differ from the centre in some hyperparameters only.
                kept = self._random.random(moved.shape) < 0.5
                drawn.append(np.where(kept, centre, np.clip(moved, 0.0, 1.0)))
        candidates = np.vstack(drawn)
        for index, dimension in enumerate(self._space.dimensions):
            if dimension.kind != "continuous":
                candidates[:, index] = [dimension.unit(dimension.text(unit)) for unit in candidates[:, index]]
        return candidates

    def _centres(self, points: Matrix, scores: Matrix) -> list[Matrix]:
        best = np.argsort(-scores, kind="stable")[:3]
        return [self._units_of(points[index]) for index in best]

    def _units_of(self, features: Matrix) -> Matrix:
        units, column = [], 0
        for dimension in self._space.dimensions:
            if dimension.kind == "categorical":
                chosen = int(np.argmax(features[column : column + len(dimension.values)]))
                units.append((chosen + 0.5) / len(dimension.values))
                column += len(dimension.values)
            else:
                units.append(float(np.clip(features[column], 0.0, 1.0)))
                column += 1
        return np.array(units)


def _fit(points: Matrix, scores: Matrix) -> Any:
    """A Gaussian process with the kernel parameters of highest posterior density."""
    from scipy.optimize import minimize
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

    count = points.shape[1]
    kernel = ConstantKernel(1.0, (1e-2, 1e2)) * Matern([_LENGTH] * count, (5e-2, 2e1), nu=2.5)
    kernel += WhiteKernel(_NOISE, (1e-6, 1.0))
    # The optimiser is called here and not by scikit-learn: it warns of parameters at their bounds, which is no fault.
    process = GaussianProcessRegressor(kernel, optimizer=None, normalize_y=True).fit(points, scores)
    centre = np.concatenate([[0.0], np.full(count, np.log(_LENGTH)), [np.log(_NOISE)]])
    width = np.concatenate([[1.0], np.full(count, _LENGTH_WIDTH), [_NOISE_WIDTH]])

    def loss(theta: Matrix) -> tuple[float, Matrix]:
        likelihood, gradient = process.log_marginal_likelihood(theta, eval_gradient=True, clone_kernel=False)
        deviation = (theta - centre) / width
        return float(-likelihood + 0.5 * deviation @ deviation), -gradient + deviation / width

    found = minimize(loss, kernel.theta, jac=True, method="L-BFGS-B", bounds=kernel.bounds, options={"maxiter": 60})
    chosen = kernel.clone_with_theta(found.x)
    return GaussianProcessRegressor(chosen, optimizer=None, normalize_y=True).fit(points, scores)


def _expected_improvement(mean: Matrix, deviation: Matrix, best: float) -> Matrix:
    from scipy.stats import norm

    deviation = np.maximum(deviation, 1e-12)
    ratio = (mean - best) / deviation
    improvement: Matrix = (mean - best) * norm.cdf(ratio) + deviation * norm.pdf(ratio)
    return improvement
