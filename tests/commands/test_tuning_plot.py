"""What mattered in a tuning, and its plot."""

from __future__ import annotations

import math
import random
from xml.etree import ElementTree

import pytest
from trials import trial, tuning_job

from mlops.aws import tuning_jobs
from mlops.commands.tuning.importance import importances
from mlops.commands.tuning.plot import plot


def _searched(count: int) -> list[tuning_jobs.Trial]:
    """The objective has a top in eta, rises with depth a little, and ignores the rest."""
    chance = random.Random(1)
    trials = []
    for number in range(1, count + 1):
        eta, depth, noise = chance.uniform(0.01, 0.3), chance.randint(3, 10), chance.random()
        objective = 0.9 - (eta - 0.15) ** 2 + 0.0005 * depth
        trials.append(trial(number, objective, eta=str(eta), max_depth=str(depth), noise=str(noise), booster="dart"))
    return trials


def test_what_mattered_is_found() -> None:
    found = importances(_searched(24))
    assert found.untold is None
    assert [each.name for each in found.ranked[:2]] == ["eta", "max_depth"]
    by_name = {each.name: each for each in found.ranked}
    assert (by_name["eta"].explained or 0) > 0.7
    assert by_name["noise"].explained == 0
    assert by_name["max_depth"].correlation is not None
    assert by_name["max_depth"].correlation > 0
    assert by_name["booster"].explained is None


@pytest.mark.parametrize("seed", range(5))
def test_shares_are_at_most_the_whole(seed: int) -> None:
    """Two hyperparameters that say the same: the first has all of what they explain."""
    chance = random.Random(seed)
    trials = []
    for number in range(1, 13):
        eta = chance.random()
        parameters = {"eta": eta, "same": eta + chance.gauss(0, 0.01), "more": chance.random()}
        objective = (eta - 0.5) ** 2 + 0.01 * parameters["more"]
        trials.append(trial(number, objective, **{name: str(value) for name, value in parameters.items()}))
    shares = [each.explained or 0.0 for each in importances(trials).ranked]
    assert 0.8 < sum(shares) <= 1


def test_chance_is_called_chance() -> None:
    """Of a hundred searches in which nothing matters few find something; a curve fitted to ten points often does."""
    found = 0
    for seed in range(100):
        chance = random.Random(seed)
        trials = [
            trial(number, chance.random(), **{name: str(chance.random()) for name in "abcde"}) for number in range(10)
        ]
        found += importances(trials).untold != "the differences between 10 trials are within chance"
    assert found <= 12  # the 99.8th percentile of a twentieth of a hundred


@pytest.mark.parametrize(
    ("trials", "said"),
    [
        ([], "0 trials ran to their end, and 5 are the fewest that say anything"),
        (_searched(4), "4 trials ran to their end, and 5 are the fewest that say anything"),
        ([trial(n, 0.9, eta=str(n)) for n in range(1, 11)], "all 10 trials gave the same objective"),
        (
            [*_searched(3), *(trial(n, 0.8, "Stopped", eta=str(n), max_depth="1", noise="1") for n in range(4, 13))],
            "3 trials ran to their end, and 5 are the fewest that say anything",
        ),
    ],
    ids=["none", "few", "equal", "stopped early"],
)
def test_what_cannot_be_told(trials: list[tuning_jobs.Trial], said: str) -> None:
    found = importances(trials)
    assert found.untold == said
    assert [each.explained for each in found.ranked] == [None] * len(found.ranked)
    if trials:
        assert f"what mattered cannot be told: {said}" in plot(tuning_job(*trials))


@pytest.mark.parametrize("count", [0, 1, 4, 24])
def test_the_plot_has_a_panel_for_each_hyperparameter(count: int) -> None:
    places = _places(plot(tuning_job(*_searched(count))))
    assert len(places) == 4 * count
    assert all(math.isfinite(place) and place >= 0 for pair in places for place in pair)
    root = ElementTree.fromstring(plot(tuning_job(*_searched(count))))
    titles = [each.text for each in root.findall(f"{_SVG}text") if each.get("font-weight") == "bold"]
    assert len(titles) == (5 if count else 1)


_SVG = "{http://www.w3.org/2000/svg}"


def _places(svg: str) -> list[tuple[float, float]]:
    circles = ElementTree.fromstring(svg).iter(f"{_SVG}circle")
    return [(float(each.get("cx") or "nan"), float(each.get("cy") or "nan")) for each in circles]


def test_the_plot_shows_the_range_that_was_searched() -> None:
    described = {
        "HyperParameterTuningJobConfig": {
            "ParameterRanges": {
                "ContinuousParameterRanges": [
                    {"Name": "eta", "MinValue": "0.01", "MaxValue": "1", "ScalingType": "Logarithmic"}
                ],
                "CategoricalParameterRanges": [{"Name": "booster", "Values": ["gbtree", "dart", "gblinear"]}],
            }
        }
    }
    trials = tuple(trial(n, 0.9 + n / 100, eta="0.1", booster="dart") for n in (1, 2))
    svg = plot(tuning_jobs.TuningJob("tune-ann", "Completed", "auc", True, trials, described))
    assert all(label in svg for label in (">0.01<", ">1<", ">gbtree<", ">gblinear<"))
    # The middle of a logarithmic axis, and of three texts; a panel's axis is 178 wide, 5 free at each end.
    assert [round(x) % 250 for x, _ in _places(svg)] == [58 + 5 + 84] * 4


def test_a_trial_that_was_stopped_early_does_not_flatten_the_others() -> None:
    trials = [trial(1, 0.92, eta="0.1"), trial(2, 0.93, eta="0.2"), trial(3, 0.5, "Stopped", eta="0.3")]
    heights = sorted(y for _, y in _places(plot(tuning_job(*trials))))
    assert heights[1] == heights[2] > heights[0] + 90
    assert ">0.5000<" not in plot(tuning_job(*trials))


def test_equal_objectives_lie_in_the_middle() -> None:
    svg = plot(tuning_job(*(trial(n, 0.9, eta=str(n)) for n in range(1, 4))))
    assert len({y for _, y in _places(svg)}) == 1
    assert svg.count(">0.9000<") == 1


def test_names_in_the_plot_are_escaped() -> None:
    only = trial(1, 0.5, **{"<b>": "&"})
    assert ElementTree.fromstring(plot(tuning_job(only))) is not None
