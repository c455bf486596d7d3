"""The one error that rendering raises for its user."""


class RenderError(Exception):
    """What stops a rendering, in one line: the value, the rule, the remedy."""
