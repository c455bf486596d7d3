"""Artifacts that Terraform reads, built with the SageMaker SDK at authoring time (see docs/rendering.md)."""

from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """`mlops render`; see `mlops.render.command.main`."""
    from mlops.render.command import main as command

    return command(argv)
