"""The Condition element, case by case as AWS documents it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localaws.iam.policy import PolicyError, read_policy

ARN = "arn:aws:iam::111122223333:role/path/alice"


def holds(condition: dict[str, Any], version: str = "2012-10-17", **context: str | tuple[str, ...]) -> bool:
    """Whether a statement with the condition concerns a request with these keys (`k__x` is the key `k:x`)."""
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}
    policy = read_policy(json.dumps({"Version": version, "Statement": statement}))
    keys = {name.replace("__", ":").lower(): value for name, value in context.items()}
    known = {name: (value,) if isinstance(value, str) else value for name, value in keys.items()}
    return policy.statements[0].concerns("s3:GetObject", "arn:aws:s3:::b/k", known)


# Operator, value of the policy, value of the request, whether it holds.
SINGLE = [
    ("StringEquals", "a", "a", True),
    ("StringEquals", "a", "A", False),
    ("StringEquals", "a*", "ab", False),
    ("StringEquals", ["a", "b"], "b", True),
    ("StringNotEquals", "a", "A", True),
    ("StringNotEquals", ["a", "b"], "b", False),
    ("StringEqualsIgnoreCase", "aB", "Ab", True),
    ("StringNotEqualsIgnoreCase", "aB", "Ab", False),
    ("StringLike", "data/*", "data/a/b", True),
    ("StringLike", "data/?", "data/ab", False),
    ("StringLike", "Data/*", "data/a", False),
    ("StringLike", "a.c", "abc", False),
    ("StringLike", "", "", True),
    ("StringLike", "*", "line\nline", True),
    ("StringNotLike", "data/*", "data/a", False),
    ("StringNotLike", ["x*", "y*"], "z", True),
    ("NumericEquals", "10", "10.0", True),
    ("NumericEquals", 10, "10", True),
    ("NumericNotEquals", "10", "11", True),
    ("NumericLessThan", "10", "9", True),
    ("NumericLessThan", "10", "10", False),
    ("NumericLessThanEquals", "10", "10", True),
    ("NumericGreaterThan", "10", "10.5", True),
    ("NumericGreaterThanEquals", "10", "9", False),
    ("NumericGreaterThan", "10", "many", False),
    ("DateEquals", "2026-01-02T03:04:05Z", "2026-01-02T04:04:05+01:00", True),
    ("DateNotEquals", "2026-01-02T03:04:05Z", "2026-01-02T03:04:06Z", True),
    ("DateLessThan", "2026-01-02", "2026-01-01T23:59:59Z", True),
    ("DateLessThanEquals", "2026-01-02T00:00:00Z", "2026-01-02", True),
    ("DateGreaterThan", "1767312000", "2026-01-02T00:00:01Z", True),
    ("DateGreaterThanEquals", "2026-01-02T00:00:00Z", "2026-01-01", False),
    ("DateLessThan", "tomorrow", "2026-01-01", False),
    ("Bool", "true", "true", True),
    ("Bool", True, "true", True),
    ("Bool", "False", "false", True),
    ("Bool", "false", "true", False),
    ("Bool", "yes", "yes", False),
    ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", True),
    ("BinaryEquals", "QmluYXJ5", "QmluYXJ6", False),
    ("IpAddress", "203.0.113.0/24", "203.0.113.9", True),
    ("IpAddress", "203.0.113.0/24", "203.0.114.9", False),
    ("IpAddress", "203.0.113.9", "203.0.113.9", True),
    ("IpAddress", "2001:DB8:1234:5678::/64", "2001:db8:1234:5678::1", True),
    ("IpAddress", "2001:DB8:1234:5678::/64", "203.0.113.9", False),
    ("NotIpAddress", ["203.0.113.0/24", "10.0.0.0/8"], "10.1.1.1", False),
    ("NotIpAddress", "203.0.113.0/24", "10.1.1.1", True),
    ("ArnEquals", "arn:aws:iam::*:role/path/*", ARN, True),
    ("ArnLike", "arn:aws:iam::111122223333:role/*", ARN, True),
    ("ArnLike", "arn:aws:*:role/path/alice", ARN, False),
    ("ArnLike", "arn:aws:iam::111122223333:user/*", ARN, False),
    ("ArnNotLike", "arn:aws:iam::111122223333:role/*", ARN, False),
    ("ArnNotEquals", "arn:aws:iam::111122223333:role/*", ARN.replace("1111", "2222"), True),
    ("ArnLike", "*", ARN, False),
    ("stringequals", "a", "a", True),
]


@pytest.mark.parametrize(("operator", "wanted", "given", "expected"), SINGLE)
def test_operators(operator: str, wanted: Any, given: str, expected: bool) -> None:
    assert holds({operator: {"k:x": wanted}}, k__x=given) is expected
    assert holds({f"{operator}IfExists": {"K:X": wanted}}, k__x=given) is expected


@pytest.mark.parametrize("operator", sorted({operator for operator, *_ in SINGLE}))
def test_a_missing_key(operator: str) -> None:
    """It fulfils negated operators only, IfExists always, and sets as AWS says."""
    negated = "not" in operator.lower()
    assert holds({operator: {"k:x": "a"}}) is negated
    assert holds({f"{operator}IfExists": {"k:x": "a"}})
    assert holds({f"ForAllValues:{operator}": {"k:x": "a"}})
    assert not holds({f"ForAnyValue:{operator}": {"k:x": "a"}})


# The example of AWS's page on multivalued keys, among others: set operator, values of the policy and of the request.
SETS = [
    ("ForAllValues:StringEquals", ["PostDateTime", "Message", "Tags"], ("Message", "Tags"), True),
    ("ForAllValues:StringEquals", ["PostDateTime", "Message", "Tags"], ("Message", "UserName"), False),
    ("ForAnyValue:StringEquals", ["environment", "webserver"], ("cost", "webserver"), True),
    ("ForAnyValue:StringEquals", ["environment", "webserver"], ("cost", "owner"), False),
    ("ForAllValues:StringNotEquals", ["a", "b"], ("c", "d"), True),
    ("ForAllValues:StringNotEquals", ["a", "b"], ("c", "a"), False),
    ("ForAnyValue:StringNotEquals", ["a", "b"], ("a", "c"), True),
    ("ForAnyValue:StringNotEquals", ["a", "b"], ("a", "b"), False),
    ("ForAllValues:StringLike", ["key-*"], ("key-1", "key-2"), True),
    ("ForAnyValue:ArnLike", ["arn:aws:iam::*:role/path/*"], ("x", ARN), True),
    ("forallvalues:stringequals", ["a"], ("a",), True),
]


@pytest.mark.parametrize(("operator", "wanted", "given", "expected"), SETS)
def test_sets(operator: str, wanted: list[str], given: tuple[str, ...], expected: bool) -> None:
    assert holds({operator: {"k:x": wanted}}, k__x=given) is expected


def test_null_asks_whether_the_key_is_there() -> None:
    assert holds({"Null": {"k:x": "true"}})
    assert not holds({"Null": {"k:x": "true"}}, k__x="")
    assert holds({"Null": {"k:x": False}}, k__x="a")
    assert not holds({"Null": {"k:x": "false"}})


def test_all_operators_and_keys_must_hold() -> None:
    both = {"StringEquals": {"k:x": "1", "k:y": "2"}, "Bool": {"k:z": "true"}}
    assert holds(both, k__x="1", k__y="2", k__z="true")
    assert not holds(both, k__x="1", k__y="3", k__z="true")
    assert not holds(both, k__x="1", k__y="2", k__z="false")
    assert not holds(both, k__x="1", k__y="2")


def test_variables_in_values() -> None:
    own = {"StringLike": {"s3:prefix": ["home/${aws:username}/*"]}}
    assert holds(own, aws__username="ada", s3__prefix="home/ada/x")
    assert not holds(own, aws__username="ada", s3__prefix="home/eve/x")
    assert not holds(own, s3__prefix="home//x")
    assert not holds(own, aws__username="*", s3__prefix="home/eve/x"), "a variable brings no wildcards"
    assert holds(own, aws__username="*", s3__prefix="home/*/x")
    assert not holds(own, "2008-10-17", aws__username="ada", s3__prefix="home/ada/x"), "old versions know none"
    fallback = {"StringEquals": {"s3:prefix": "${aws:PrincipalTag/team, 'company'}"}}
    assert holds(fallback, s3__prefix="company")
    assert not holds(fallback, **{"aws:PrincipalTag/team": "red"}, s3__prefix="company")
    assert holds({"StringLike": {"k:x": "a${*}${?}${$}"}}, k__x="a*?$")
    assert not holds({"StringLike": {"k:x": "a${*}"}}, k__x="abc")
    assert not holds({"StringEquals": {"k:x": "${k:many}"}}, k__x="a", k__many=("a", "b")), "of one value only"


@pytest.mark.parametrize("operator", ["StringLooksLike", "ForSomeValues:StringEquals", "NullIfExists", ""])
def test_an_operator_that_iam_does_not_have(operator: str) -> None:
    with pytest.raises(PolicyError, match=f"IAM has no condition operator {operator}"):
        holds({operator: {"k:x": "a"}})
