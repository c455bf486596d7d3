"""Wildcards of policies: what they match, and that no pattern takes long."""

from __future__ import annotations

import subprocess
import sys

import pytest

from localaws.iam.patterns import arn_matches, fill, glob_matches


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ("", "", True),
        ("", "a", False),
        ("*", "", True),
        ("*", "a\nb", True),
        ("?", "", False),
        ("?*", "a", True),
        ("*?", "", False),
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("ab*ba", "aba", False),
        ("*ab*ab", "ab", False),
        ("*ab*ab", "abab", True),
        ("a*b*c", "a-bc-b-c", True),
        ("a*b?d*e", "abbcbxd-e", True),
        ("a*b?d*e", "abbcbxd-", False),
        ("a**b", "ab", True),
        ("a.c", "abc", False),
        ("[a]*", "[a]b", True),
    ],
)
def test_a_wildcard_matches_any_text(pattern: str, value: str, expected: bool) -> None:
    assert glob_matches(pattern, value) is expected


def test_case_is_ignored_on_request() -> None:
    assert glob_matches("S3:Get*", "s3:getobject", ignore_case=True)
    assert not glob_matches("S3:Get*", "s3:getobject")


def test_a_variables_value_has_no_wildcards() -> None:
    filled = fill("home/${aws:username}/*", {"aws:username": ("a*",)})
    assert filled is not None
    assert glob_matches(filled, "home/a*/x")
    assert not glob_matches(filled, "home/ab/x")


@pytest.mark.parametrize(
    ("text", "expected"), [("${", "${"), ("a${*}b${$}", "a\ue000b$"), ("${x", "${x"), ("}${$}{", "}${")]
)
def test_text_without_a_variable_stays(text: str, expected: str) -> None:
    assert fill(text, {}) == expected


def test_an_arns_parts_are_compared_one_by_one() -> None:
    assert arn_matches("arn:aws:s3:::b/*", "arn:aws:s3:::b/c:d")
    assert not arn_matches("arn:*:b", "arn:aws:s3:::b")


_HOSTILE = """
from localaws.iam.patterns import fill, glob_matches
for pattern, value in [
    ("arn:aws:s3:::b/" + "*a" * 6, "arn:aws:s3:::b/" + "a" * 200 + "b"),
    ("*a" * 5000, "a" * 1024 + "b"),
    ("*?a" * 3000 + "b", "a" * 1024),
    ("*" + "a?" * 5000 + "b*", "a" * 20000),
    ("*" * 20000 + "b", "a" * 20000),
]:
    assert not glob_matches(pattern, value), pattern[:40]
    assert not glob_matches(pattern, value, ignore_case=True), pattern[:40]
assert fill("${" * 100_000, {}) == "${" * 100_000
"""


def test_no_wildcards_freeze_the_process() -> None:
    """In a process of its own: a match that backtracks holds every thread and would not end in years."""
    subprocess.run([sys.executable, "-c", _HOSTILE], check=True, timeout=60)
