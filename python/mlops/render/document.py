"""From plain data to the bytes that are committed: canonical JSON, and templates whose every token is known."""

import json
import re
from collections.abc import Mapping
from typing import Any

from mlops.render.errors import RenderError
from mlops.render.tokens import TOKENS

__all__ = ["canonical_json", "fill", "template", "tokens_in", "without_empty"]

_INTERPOLATION = re.compile(r"\$\{([^}\"]*)\}")


def canonical_json(document: Any) -> str:
    """`document` sorted by key, indented by two spaces, ASCII only, one newline at the end.

    Raises:
        RenderError: a value that JSON has no place for (NaN, infinity, or a type that is not plain data).
    """
    try:
        return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=True, allow_nan=False) + "\n"
    except (TypeError, ValueError) as error:
        raise RenderError(
            f"the document is not plain JSON data: {error}; build it from dicts, lists and scalars"
        ) from None


def without_empty(document: Any, keys: frozenset[str]) -> Any:
    """`document` without the members named in `keys` that are null, empty text or an empty object, at any depth."""
    if isinstance(document, Mapping):
        return {
            key: without_empty(value, keys)
            for key, value in document.items()
            if not (key in keys and value in (None, "", {}))
        }
    if isinstance(document, list):
        return [without_empty(value, keys) for value in document]
    return document


def template(document: Any) -> str:
    """`document` as canonical JSON that Terraform's `templatefile()` can fill.

    Terraform reads `${` as an interpolation and `%{` as a directive wherever they stand, so that nothing but a known
    token may look like one (https://developer.hashicorp.com/terraform/language/expressions/strings).

    Raises:
        RenderError: an interpolation that is no token, or a directive.
    """
    text = canonical_json(document)
    for name in _INTERPOLATION.findall(text):
        if name not in TOKENS:
            raise RenderError(
                f"${{{name}}} is no token; define it in mlops/render/tokens.py, or write the text without ${{"
            )
    if text.count("${") != len(_INTERPOLATION.findall(text)):
        raise RenderError("a ${ without its } would stop templatefile(); write the text without ${")
    if "%{" in text:
        raise RenderError("%{ starts a Terraform directive; write the text without it")
    return text


def tokens_in(text: str) -> set[str]:
    """Names of the tokens that `text` holds."""
    return set(_INTERPOLATION.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with each token replaced. For tests and previews: what AWS gets is filled by Terraform alone.

    Raises:
        RenderError: a token without a value, or a value that does not match its token's pattern.
    """

    def value_of(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in values:
            raise RenderError(f"token {name} has no value; give one that matches {TOKENS[name].pattern}")
        if not re.fullmatch(TOKENS[name].pattern, values[name]):
            raise RenderError(f"{values[name]!r} does not fit token {name}; its pattern is {TOKENS[name].pattern}")
        return values[name]

    return _INTERPOLATION.sub(value_of, text)
