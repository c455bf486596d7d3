"""Policies without end neither slow a decision down beyond their length nor let anything through."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localaws.iam import patterns
from localaws.iam.evaluate import Access, Decision, Policies, evaluate
from localaws.iam.named_principals import Caller
from localaws.iam.policy import Policy, PolicyError, read_policy

CALLER = Caller(
    "arn:aws:sts::123456789012:assumed-role/worker/night",
    "123456789012",
    "AROAWORKER:night",
    "arn:aws:iam::123456789012:role/worker",
)
OBJECT = "arn:aws:s3:::bucket/key"


def policy(*statements: dict[str, Any]) -> Policy:
    return read_policy(json.dumps({"Version": "2012-10-17", "Statement": statements}))


class Work:
    """How many texts were compared, and how many characters of patterns that took."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.comparisons = 0
        pieces = patterns._pieces

        def counted(pattern: str) -> Any:
            self.comparisons += 1
            return pieces(pattern)

        monkeypatch.setattr(patterns, "_pieces", counted)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    return Work(monkeypatch)


def decide(access: Access, **policies: Any) -> Decision:
    return evaluate(access, CALLER, Policies(**policies))


def statements(count: int, effect: str) -> list[dict[str, Any]]:
    return [
        {"Effect": effect, "Action": [f"s3:*{n}*", "s3:Get*x"], "Resource": f"arn:aws:s3:::*{n}*"} for n in range(count)
    ]


def test_ten_thousand_statements_cost_what_they_are_long(work: Work) -> None:
    access = Access("s3:GetObject", OBJECT, {})
    long = policy(*statements(10_000, "Allow"), *statements(10_000, "Deny"))
    assert decide(access, identity=(long,)).outcome == "implicitDeny"
    # Two actions each, once: each statement is read for its own effect only.
    assert work.comparisons <= 2 * 20_000
    last = policy(*statements(10_000, "Allow"), {"Effect": "Allow", "Action": "s3:GetObject", "Resource": OBJECT})
    assert decide(access, identity=(last,)).allowed
    denied = policy(*statements(10_000, "Deny"), {"Effect": "Deny", "Action": "s3:GetObject", "Resource": OBJECT})
    assert decide(access, identity=(last, denied)).outcome == "explicitDeny"


def test_ten_thousand_statements_of_a_resource(work: Work) -> None:
    access = Access("s3:GetObject", OBJECT, {})
    names = [
        {**each, "Principal": {"AWS": f"arn:aws:iam::123456789012:user/u{n}"}}
        for n, each in enumerate(statements(10_000, "Allow"))
    ]
    assert decide(access, resource=policy(*names)).outcome == "implicitDeny"
    assert work.comparisons == 0
    many = {"AWS": [f"arn:aws:iam::123456789012:user/u{n}" for n in range(10_000)]}
    allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    assert decide(access, resource=policy({**allow, "Principal": many})).outcome == "implicitDeny"
    assert decide(access, resource=policy({**allow, "Effect": "Deny", "NotPrincipal": many})).outcome == "explicitDeny"


def test_huge_lists_of_values(work: Work) -> None:
    values = [f"*value{n}*" for n in range(10_000)]
    for operator, outcome in (("StringLike", "implicitDeny"), ("StringNotLike", "allowed")):
        one = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {operator: {"aws:x": values}}}
        assert decide(Access("s3:GetObject", OBJECT, {"aws:x": ("other",)}), identity=(policy(one),)).outcome == outcome
    assert work.comparisons <= 2 * (10_000 + 4)


def test_many_operators_and_keys() -> None:
    conditions = {
        f"{quantifier}{operator}": {f"aws:key{n}": ["a"] for n in range(500)}
        for quantifier in ("", "ForAllValues:", "ForAnyValue:")
        for operator in ("StringEquals", "StringLike", "ArnLike", "NumericEquals", "DateEquals", "IpAddress", "Bool")
    }
    one = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": conditions}
    assert decide(Access("s3:GetObject", OBJECT, {}), identity=(policy(one),)).outcome == "implicitDeny"


@pytest.mark.parametrize(
    "value", ["1e999999999", "NaN", "sNaN", "Infinity", "-Infinity", "9" * 4000, "1_0", "", "٣", "0x1"]
)
@pytest.mark.parametrize("operator", ["NumericEquals", "NumericLessThan", "DateEquals", "IpAddress", "Bool"])
def test_values_that_are_none_match_nothing_and_break_nothing(operator: str, value: str) -> None:
    one = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {operator: {"aws:x": value}}}
    outcome = decide(Access("s3:GetObject", OBJECT, {"aws:x": ("7",)}), identity=(policy(one),)).outcome
    # 7 is less than the large ones.
    assert outcome == "implicitDeny" or (
        operator == "NumericLessThan" and value in ("1e999999999", "Infinity", "9" * 4000)
    )
    other = {**one, "Condition": {operator: {"aws:x": "7"}}}
    reverse = decide(Access("s3:GetObject", OBJECT, {"aws:x": (value,)}), identity=(policy(other),)).outcome
    assert reverse == "implicitDeny" or (operator == "NumericLessThan" and value == "-Infinity")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{",
        "\x00",
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"Statement": ' + "[" * 90 + "]" * 90 + "}",
        '{"Statement": [null]}',
        '{"Statement": [{"Effect": "Allow", "Action": [null], "Resource": "*"}]}',
        '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": {"a": "b"}}]}',
        '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": []}]}',
        '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {"a": {}}}}]}',
        '{"Statement": [{"Effect": ["Allow"], "Action": "*", "Resource": "*"}]}',
        '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": ["*"]}]}',
        '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": {"AWS": {}}}]}',
        '{"Version": ["2012-10-17"], "Statement": []}',
        "%7B%22Statement%22%3A",
    ],
)
def test_text_that_is_no_policy_is_an_error(text: str) -> None:
    with pytest.raises(PolicyError):
        read_policy(text)
