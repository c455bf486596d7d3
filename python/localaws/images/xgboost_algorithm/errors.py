"""What can go wrong, in the classes that the image's failure messages name."""

from __future__ import annotations

__all__ = ["AlgorithmError", "ToolkitError", "UserError"]


class ToolkitError(Exception):
    """A failure whose message is for the user."""


class UserError(ToolkitError):
    """The user's hyperparameters, channels or data cannot be used."""


class AlgorithmError(ToolkitError):
    """Training itself failed."""
