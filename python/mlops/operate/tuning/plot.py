"""The trials as an SVG: the objective against each hyperparameter, the most important first."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from mlops.operate.tuning.importance import Importance, importances
from mlops.operate.tuning.job import Trial, TuningJob
from mlops.operate.tuning.screen import short

__all__ = ["plot"]

_WIDE, _HIGH = 250, 190  # a panel
_LEFT, _TOP, _RIGHT, _BOTTOM = 58, 44, 14, 34  # around its axes
_HEAD = 58
_COLUMNS = 3
_INK, _FAINT, _DOT, _STOPPED, _BEST = "#1f2933", "#9aa5b1", "#2a78c2", "#b8c4ce", "#d1495b"


def plot(job: TuningJob) -> str:
    """An SVG document; its panels have one dot a trial: red the best one, grey those that were stopped early."""
    scored = job.ranked()
    ranked = importances(scored)
    rows = (len(ranked) + _COLUMNS - 1) // _COLUMNS
    width, height = _COLUMNS * _WIDE + 10, _HEAD + rows * _HIGH + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="Helvetica, Arial, sans-serif">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        _text(16, 26, f"{job.name}: {len(scored)} trials", size=16, weight="bold"),
        _text(16, 45, _legend(job, scored), size=11, colour="#52606d"),
    ]
    for index, each in enumerate(ranked):
        x, y = index % _COLUMNS * _WIDE, _HEAD + index // _COLUMNS * _HIGH
        parts += _panel(x, y, each, scored)
    return "\n".join([*parts, "</svg>", ""])


def _legend(job: TuningJob, scored: Sequence[Trial]) -> str:
    if not scored:
        return f"no trial gave {job.metric}"
    return (
        f"{job.metric} by hyperparameter; red: the best, {scored[0].objective:.5f} (trial {scored[0].number}); "
        "grey: stopped early"
    )


def _panel(x: int, y: int, each: Importance, scored: Sequence[Trial]) -> list[str]:
    left, right, top, bottom = x + _LEFT, x + _WIDE - _RIGHT, y + _TOP, y + _HIGH - _BOTTOM
    places, ticks = _places([trial.parameters.get(each.name, "") for trial in scored])
    objectives = [trial.objective or 0.0 for trial in scored]
    low, high = min(objectives, default=0.0), max(objectives, default=1.0)
    spread = (high - low) or 1.0
    parts = [
        _text(left, y + 16, each.name, size=13, weight="bold"),
        _text(left, y + 31, _said(each), size=10, colour="#52606d"),
        f'<path d="M{left} {top}V{bottom}H{right}" fill="none" stroke="{_FAINT}"/>',
        _text(left - 5, top + 6, f"{high:.4f}", size=9, anchor="end"),
        _text(left - 5, bottom, f"{low:.4f}", size=9, anchor="end"),
    ]
    for place, label in ticks:
        anchor = "start" if place == 0 else "end" if place == 1 else "middle"
        parts.append(_text(left + place * (right - left), bottom + 14, label, size=9, anchor=anchor))
    # The best is drawn last, over the others.
    for rank, trial in reversed(list(enumerate(scored))):
        colour = _BEST if rank == 0 else _STOPPED if trial.status == "Stopped" else _DOT
        cx = left + 5 + places[rank] * (right - left - 10)
        cy = bottom - 5 - (objectives[rank] - low) / spread * (bottom - top - 10)
        title = escape(f"trial {trial.number}: {trial.parameters.get(each.name, '')} → {trial.objective}")
        parts.append(
            f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="{5 if rank == 0 else 4}" fill="{colour}" fill-opacity="0.85">'
            f"<title>{title}</title></circle>"
        )
    return parts


def _said(each: Importance) -> str:
    if each.correlation is None:
        return "too few different values to say"
    return f"explains {each.explained or 0:.0%}; rank correlation {each.correlation:+.2f}"


def _places(values: Sequence[str]) -> tuple[list[float], list[tuple[float, str]]]:
    """Where values lie from 0 to 1, and the labels of the axis: its ends for numbers, each value for text."""
    try:
        numbers = [float(value) for value in values]
    except ValueError:
        kinds = sorted(set(values))
        step = 1 / max(1, len(kinds) - 1)
        return [kinds.index(value) * step for value in values], [(i * step, kind) for i, kind in enumerate(kinds)]
    low, high = min(numbers, default=0.0), max(numbers, default=1.0)
    spread = (high - low) or 1.0
    return [(number - low) / spread for number in numbers], [(0, short(str(low))), (1, short(str(high)))]


def _text(
    x: float, y: float, text: str, *, size: int, colour: str = _INK, weight: str = "normal", anchor: str = "start"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" fill="{colour}" '
        f'text-anchor="{anchor}">{escape(text)}</text>'
    )
