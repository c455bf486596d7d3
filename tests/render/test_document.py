"""Canonical JSON and templates: what is written, and what is refused."""

import json
import math

import pytest

from mlops.render.document import canonical_json, fill, template, tokens_in, without_empty
from mlops.render.errors import RenderError
from mlops.render.tokens import TOKENS, describe, token


def test_canonical_json_is_sorted_and_ends_with_a_newline() -> None:
    assert canonical_json({"b": [1, 2.0], "a": "ä"}) == '{\n  "a": "\\u00e4",\n  "b": [\n    1,\n    2.0\n  ]\n}\n'


@pytest.mark.parametrize("value", [math.nan, math.inf, {1, 2}, object()])
def test_canonical_json_refuses_what_json_cannot_hold(value: object) -> None:
    with pytest.raises(RenderError, match="not plain JSON data"):
        canonical_json({"value": value})


def test_without_empty_drops_named_members_only() -> None:
    document = {"Noise": None, "Kept": None, "Steps": [{"Noise": {}, "Other": {}}, {"Noise": {"a": 1}}, {"Noise": 0}]}
    assert without_empty(document, frozenset({"Noise"})) == {
        "Kept": None,
        "Steps": [{"Other": {}}, {"Noise": {"a": 1}}, {"Noise": 0}],
    }


def test_template_keeps_known_tokens() -> None:
    text = template({"Uri": f"s3://{token('bucket')}/pipeline"})
    assert json.loads(text) == {"Uri": "s3://${bucket}/pipeline"}
    assert tokens_in(text) == {"bucket"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("${buckt}", "buckt} is no token"),
        ("${bucket", "without its }"),
        ("%{ if true }", "starts a Terraform directive"),
        ("100%{", "starts a Terraform directive"),
    ],
)
def test_template_refuses_what_terraform_would_read_otherwise(text: str, complaint: str) -> None:
    with pytest.raises(RenderError, match=complaint):
        template({"Text": text})


def test_token_must_be_defined() -> None:
    with pytest.raises(KeyError, match="'buckt' is not defined; add it to TOKENS"):
        token("buckt")


def test_fill_refuses_a_missing_value() -> None:
    with pytest.raises(RenderError, match="token bucket has no value"):
        fill("${bucket}", {})


def test_fill_refuses_a_value_that_does_not_fit() -> None:
    with pytest.raises(RenderError, match="'My Bucket' does not fit token bucket; its pattern is"):
        fill("${bucket}", {"bucket": "My Bucket"})


def test_describe_anchors_the_pattern() -> None:
    (entry,) = describe(["code_sha256"]).values()
    assert entry == {
        "description": TOKENS["code_sha256"].description,
        "example": TOKENS["code_sha256"].example,
        "pattern": "^[0-9a-f]{64}$",
    }
