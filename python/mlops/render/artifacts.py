"""Every rendered file. A new artifact is a module with a function that returns its content, and a line here."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from mlops.render.batch import sample, transform_request
from mlops.render.bootstrap import FILES, committed_or_new
from mlops.render.document import canonical_json, tokens_in
from mlops.render.images import images
from mlops.render.tokens import describe
from mlops.render.training import on_demand, spot
from mlops.render.tuning import preprocessing_request, tuned, tuning_request

__all__ = ["ARTIFACTS", "Artifact", "render_all"]


@dataclass(frozen=True)
class Artifact:
    """A file under rendered/ and the function that gives its whole content."""

    path: str
    content: Callable[[], str | bytes]


ARTIFACTS = [
    Artifact("batch/request.json.tftpl", transform_request),
    Artifact("batch/sample.csv", sample),
    *(Artifact(f"bootstrap/{name}", partial(committed_or_new, name)) for name in FILES),
    Artifact("images.json", images),
    Artifact("pipeline/training-spot.json.tftpl", spot),
    Artifact("pipeline/training-tuned.json.tftpl", tuned),
    Artifact("pipeline/training.json.tftpl", on_demand),
    Artifact("tuning/preprocess.json.tftpl", preprocessing_request),
    Artifact("tuning/request.json.tftpl", tuning_request),
]


def render_all() -> dict[str, bytes]:
    """Path under rendered/ → content, of every artifact and of the token list of each folder of templates."""
    rendered: dict[str, bytes] = {}
    tokens: dict[str, set[str]] = {}
    for artifact in ARTIFACTS:
        content = artifact.content()
        if isinstance(content, str):
            if artifact.path.endswith(".tftpl"):
                tokens.setdefault(artifact.path.rpartition("/")[0], set()).update(tokens_in(content))
            content = content.encode("ascii")
        rendered[artifact.path] = content
    for folder, names in tokens.items():
        rendered[f"{folder}/tokens.json"] = canonical_json(describe(names)).encode("ascii")
    return rendered
