"""The trials as an SVG: the objective against each hyperparameter, the most important first."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from mlops.aws.tuning_jobs import Trial, TuningJob
from mlops.commands.tuning.axes import Axis, height_axis, searched, value_axis
from mlops.commands.tuning.importance import Importance, Importances, importances

__all__ = ["plot"]

_WIDE, _HIGH = 250, 190  # a panel
_LEFT, _TOP, _RIGHT, _BOTTOM = 58, 44, 14, 34  # around its axes
_HEAD = 74
_COLUMNS = 3
_INK, _FAINT, _DOT, _STOPPED, _BEST = "#1f2933", "#9aa5b1", "#2a78c2", "#b8c4ce", "#d1495b"


def plot(job: TuningJob) -> str:
    """An SVG document; its panels have one dot a trial over the range that was searched: red the best one, grey those
    that were stopped early, which lie on the edge where they are worse than all that ran to their end."""
    scored = job.ranked()
    found = importances(scored)
    ranked = found.ranked
    rows = (len(ranked) + _COLUMNS - 1) // _COLUMNS
    width, height = _COLUMNS * _WIDE + 10, _HEAD + rows * _HIGH + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="Helvetica, Arial, sans-serif">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        _text(16, 26, f"{job.name}: {len(scored)} trials", size=16, weight="bold"),
        _text(16, 45, _legend(job, scored), size=11, colour="#52606d"),
        _text(16, 61, _mattered(found) if scored else "", size=11, colour="#52606d"),
    ]
    ranges, objective = searched(job), height_axis(scored)
    for index, each in enumerate(ranked):
        x, y = index % _COLUMNS * _WIDE, _HEAD + index // _COLUMNS * _HIGH
        axis = value_axis(ranges.get(each.name), [trial.parameters.get(each.name, "") for trial in scored])
        parts += _panel(x, y, each, scored, axis, objective)
    return "\n".join([*parts, "</svg>", ""])


def _legend(job: TuningJob, scored: Sequence[Trial]) -> str:
    if not scored:
        return f"no trial gave {job.metric}"
    return (
        f"{job.metric} by hyperparameter; red: the best, {scored[0].objective:.5f} (trial {scored[0].number}); "
        "grey: stopped early, on the edge if worse than all others"
    )


def _mattered(found: Importances) -> str:
    if found.untold:
        return f"what mattered cannot be told: {found.untold}"
    return "shares of the variance explained by trials that ran to their end; each beyond those before it"


def _panel(x: int, y: int, each: Importance, scored: Sequence[Trial], axis: Axis, objective: Axis) -> list[str]:
    left, right, top, bottom = x + _LEFT, x + _WIDE - _RIGHT, y + _TOP, y + _HIGH - _BOTTOM
    parts = [
        _text(left, y + 16, each.name, size=13, weight="bold"),
        _text(left, y + 31, _said(each), size=10, colour="#52606d"),
        f'<path d="M{left} {top}V{bottom}H{right}" fill="none" stroke="{_FAINT}"/>',
    ]
    for place, _ in objective.ticks():
        value = objective.low + place * (objective.high - objective.low)
        parts.append(_text(left - 5, bottom - 2 - place * (bottom - top - 10), f"{value:.4f}", size=9, anchor="end"))
    for place, label in axis.ticks():
        anchor = "start" if place == 0 else "end" if place == 1 else "middle"
        parts.append(_text(left + place * (right - left), bottom + 14, label, size=9, anchor=anchor))
    # The best is drawn last, over the others.
    for rank, trial in reversed(list(enumerate(scored))):
        colour = _BEST if rank == 0 else _STOPPED if trial.status == "Stopped" else _DOT
        given = trial.parameters.get(each.name, "")
        cx = left + 5 + axis.place(given) * (right - left - 10)
        cy = bottom - 5 - objective.place(trial.objective or 0.0) * (bottom - top - 10)
        title = escape(f"trial {trial.number}: {given} → {trial.objective}")
        parts.append(
            f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="{5 if rank == 0 else 4}" fill="{colour}" fill-opacity="0.85">'
            f"<title>{title}</title></circle>"
        )
    return parts


def _said(each: Importance) -> str:
    told = [f"explains {each.explained:.0%}"] if each.explained else []
    if each.explained == 0.0:
        told = ["adds nothing to those before it"]
    if each.correlation is not None:
        told.append(f"rank correlation {each.correlation:+.2f}")
    return "; ".join(told)


def _text(
    x: float, y: float, text: str, *, size: int, colour: str = _INK, weight: str = "normal", anchor: str = "start"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" fill="{colour}" '
        f'text-anchor="{anchor}">{escape(text)}</text>'
    )
