"""Every rendered file. A new artifact is a module with a function that returns its text, and a line here."""

from collections.abc import Callable
from dataclasses import dataclass

from mlops.render.document import canonical_json, tokens_in
from mlops.render.images import images
from mlops.render.tokens import describe
from mlops.render.training import on_demand, spot

__all__ = ["ARTIFACTS", "Artifact", "render_all"]


@dataclass(frozen=True)
class Artifact:
    """A file under rendered/ and the function that gives its whole text."""

    path: str
    text: Callable[[], str]


ARTIFACTS = [
    Artifact("images.json", images),
    Artifact("pipeline/training-spot.json.tftpl", spot),
    Artifact("pipeline/training.json.tftpl", on_demand),
]


def render_all() -> dict[str, str]:
    """Path under rendered/ → text, of every artifact and of the token list of each folder of templates."""
    texts = {artifact.path: artifact.text() for artifact in ARTIFACTS}
    used: dict[str, set[str]] = {}
    for path, text in texts.items():
        if path.endswith(".tftpl"):
            used.setdefault(path.rpartition("/")[0], set()).update(tokens_in(text))
    lists = {f"{folder}/tokens.json": canonical_json(describe(names)) for folder, names in used.items()}
    return texts | lists
