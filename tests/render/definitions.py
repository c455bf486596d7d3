"""The committed artifacts, read and filled."""

import json
from pathlib import Path
from typing import Any

from mlops.render.document import fill
from mlops.render.tokens import TOKENS

ROOT = Path(__file__).resolve().parents[2]
RENDERED = ROOT / "rendered"
TEMPLATES = sorted(path.relative_to(RENDERED).as_posix() for path in RENDERED.rglob("*.tftpl"))
# Templates that are pipeline definitions, and those that are one request each, with the operation they are sent to.
DEFINITIONS = [name for name in TEMPLATES if name.startswith("pipeline/")]
REQUESTS = {
    "batch/request.json.tftpl": ("CreateTransformJob", {"TransformJobName": "job"}),
    "tuning/preprocess.json.tftpl": ("CreateProcessingJob", {"ProcessingJobName": "job"}),
    "tuning/request.json.tftpl": ("CreateHyperParameterTuningJob", {"HyperParameterTuningJobName": "job"}),
}
EXAMPLES = {name: token.example for name, token in TOKENS.items()}


def filled(template: Path) -> dict[str, Any]:
    """The definition in `template` with the tokens' examples put in."""
    document: dict[str, Any] = json.loads(fill(template.read_text(encoding="utf-8"), EXAMPLES))
    return document


def committed(name: str) -> dict[str, Any]:
    """The committed definition `name` (training, training-spot), filled with the tokens' examples."""
    return filled(RENDERED / "pipeline" / f"{name}.json.tftpl")


def steps(definition: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Step name → step, those inside conditions included."""
    found: dict[str, dict[str, Any]] = {}
    waiting = list(definition["Steps"])
    while waiting:
        step = waiting.pop(0)
        found[step["Name"]] = step
        if step["Type"] == "Condition":
            waiting += step["Arguments"]["IfSteps"] + step["Arguments"]["ElseSteps"]
    return found
