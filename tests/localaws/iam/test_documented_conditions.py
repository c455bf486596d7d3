"""Conditions and policy variables, case by case from AWS's documentation."""

from __future__ import annotations

import pytest
from documented import GUIDE, NO, YES, Case, label, when

OPERATORS = GUIDE + "reference_policies_elements_condition_operators.html"
SETS = GUIDE + "reference_policies_condition-single-vs-multi-valued-context-keys.html"
LOGIC = GUIDE + "reference_policies_condition-logic-multiple-context-keys-or-values.html"
DEPUTY = GUIDE + "confused-deputy.html"
ARN = "arn:aws:sns:us-east-1:123456789012:topic"
CASES = [
    when(OPERATORS, "StringEquals is case-sensitive", NO, {"StringEquals": {"aws:x": "Blue"}}, aws_x="blue"),
    when(OPERATORS, "keys are not case-sensitive", YES, {"StringEquals": {"AWS:X": "blue"}}, aws_x="blue"),
    when(OPERATORS, "StringEqualsIgnoreCase", YES, {"StringEqualsIgnoreCase": {"aws:x": "BLUE"}}, aws_x="blue"),
    when(OPERATORS, "StringNotEqualsIgnoreCase", NO, {"StringNotEqualsIgnoreCase": {"aws:x": "BLUE"}}, aws_x="blue"),
    when(OPERATORS, "StringEquals takes no wildcard", NO, {"StringEquals": {"aws:x": "bl*"}}, aws_x="blue"),
    when(OPERATORS, "StringLike takes wildcards", YES, {"StringLike": {"aws:x": "b?u*"}}, aws_x="blue"),
    when(OPERATORS, "StringLike is case-sensitive", NO, {"StringLike": {"aws:x": "B*"}}, aws_x="blue"),
    when(OPERATORS, "StringNotLike", NO, {"StringNotLike": {"aws:x": "b*"}}, aws_x="blue"),
    when(OPERATORS, "a missing key does not match", NO, {"StringEquals": {"aws:x": "blue"}}),
    when(OPERATORS, "a missing key matches a negated operator", YES, {"StringNotEquals": {"aws:x": "blue"}}),
    when(OPERATORS, "IfExists without the key", YES, {"StringEqualsIfExists": {"aws:x": "blue"}}),
    when(OPERATORS, "IfExists with the key", NO, {"StringEqualsIfExists": {"aws:x": "blue"}}, aws_x="red"),
    when(
        OPERATORS, "a negated IfExists with the key", NO, {"StringNotEqualsIfExists": {"aws:x": "blue"}}, aws_x="blue"
    ),
    when(OPERATORS, "Null true: the key is missing", YES, {"Null": {"aws:TokenIssueTime": "true"}}),
    when(OPERATORS, "Null true: the key is there", NO, {"Null": {"aws:x": "true"}}, aws_x="a"),
    when(OPERATORS, "Null false: the key is there", YES, {"Null": {"aws:x": "false"}}, aws_x="a"),
    when(OPERATORS, "Null false: the key is missing", NO, {"Null": {"aws:x": "false"}}),
    when(
        OPERATORS,
        "NumericLessThanEquals",
        YES,
        {"NumericLessThanEquals": {"s3:max-keys": "10"}},
        **{"s3_max-keys": "10"},
    ),
    when(OPERATORS, "NumericLessThan", NO, {"NumericLessThan": {"s3:max-keys": "10"}}, **{"s3_max-keys": "10"}),
    when(OPERATORS, "numbers compare as numbers", YES, {"NumericEquals": {"aws:x": "1"}}, aws_x="1.0"),
    when(OPERATORS, "numbers, not texts", NO, {"NumericGreaterThan": {"aws:x": "9"}}, aws_x="10x"),
    when(
        OPERATORS,
        "DateGreaterThan",
        YES,
        {"DateGreaterThan": {"aws:CurrentTime": "2025-07-01T00:00:00Z"}},
        aws_currenttime="2026-01-01T00:00:00Z",
    ),
    when(
        OPERATORS,
        "a date in epoch seconds",
        NO,
        {"DateLessThan": {"aws:CurrentTime": "1751328000"}},
        aws_currenttime="2026-01-01T00:00:00Z",
    ),
    when(OPERATORS, "Bool", YES, {"Bool": {"aws:SecureTransport": "true"}}, aws_securetransport="true"),
    when(OPERATORS, "Bool as JSON's", NO, {"Bool": {"aws:SecureTransport": False}}, aws_securetransport="true"),
    when(OPERATORS, "BoolIfExists", YES, {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}),
    when(OPERATORS, "BinaryEquals", YES, {"BinaryEquals": {"aws:x": "QmluYXJ5"}}, aws_x="QmluYXJ5"),
    when(
        OPERATORS,
        "IpAddress in a range",
        YES,
        {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        aws_sourceip="203.0.113.9",
    ),
    when(
        OPERATORS,
        "IpAddress without a prefix",
        NO,
        {"IpAddress": {"aws:SourceIp": "203.0.113.1"}},
        aws_sourceip="203.0.113.9",
    ),
    when(
        OPERATORS, "NotIpAddress", NO, {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, aws_sourceip="203.0.113.9"
    ),
    when(
        OPERATORS,
        "IPv6",
        YES,
        {"IpAddress": {"aws:SourceIp": "2001:DB8:1234:5678::/64"}},
        aws_sourceip="2001:db8:1234:5678::1",
    ),
    when(
        OPERATORS,
        "ArnEquals takes wildcards as ArnLike",
        YES,
        {"ArnEquals": {"aws:x": "arn:aws:sns:*:123456789012:*"}},
        aws_x=ARN,
    ),
    when(OPERATORS, "ArnLike compares part by part", NO, {"ArnLike": {"aws:x": "arn:aws:sns:*:topic"}}, aws_x=ARN),
    when(OPERATORS, "ArnLike: a question mark", YES, {"ArnLike": {"aws:x": ARN[:-1] + "?"}}, aws_x=ARN),
    when(OPERATORS, "ArnNotLike", NO, {"ArnNotLike": {"aws:x": "arn:aws:sns:*:*:*"}}, aws_x=ARN),
    when(LOGIC, "one of several values", YES, {"StringEquals": {"aws:x": ["red", "blue"]}}, aws_x="blue"),
    when(LOGIC, "none of several values", NO, {"StringNotEquals": {"aws:x": ["red", "blue"]}}, aws_x="blue"),
    when(LOGIC, "several keys must all hold", NO, {"StringEquals": {"aws:x": "1", "aws:y": "2"}}, aws_x="1", aws_y="3"),
    when(
        LOGIC,
        "several operators must all hold",
        NO,
        {"StringEquals": {"aws:x": "1"}, "NumericLessThan": {"aws:y": "2"}},
        aws_x="1",
        aws_y="3",
    ),
    when(
        LOGIC,
        "several operators that hold",
        YES,
        {"StringEquals": {"aws:x": ["0", "1"]}, "NumericLessThan": {"aws:y": "4"}},
        aws_x="1",
        aws_y="3",
    ),
    when(
        SETS,
        "ForAllValues: every value is named",
        YES,
        {"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b", "c"]}},
        aws_tagkeys=("a", "b"),
    ),
    when(
        SETS,
        "ForAllValues: one value is not",
        NO,
        {"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}},
        aws_tagkeys=("a", "b"),
    ),
    when(SETS, "ForAllValues without the key", YES, {"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}}),
    when(
        SETS,
        "ForAllValues without the key, with Null",
        NO,
        {"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}, "Null": {"aws:TagKeys": "false"}},
    ),
    when(
        SETS,
        "ForAnyValue: one value is named",
        YES,
        {"ForAnyValue:StringEquals": {"aws:TagKeys": ["b"]}},
        aws_tagkeys=("a", "b"),
    ),
    when(
        SETS, "ForAnyValue: none is", NO, {"ForAnyValue:StringEquals": {"aws:TagKeys": ["c"]}}, aws_tagkeys=("a", "b")
    ),
    when(SETS, "ForAnyValue without the key", NO, {"ForAnyValue:StringEquals": {"aws:TagKeys": ["a"]}}),
    when(
        SETS,
        "ForAnyValue with a wildcard",
        YES,
        {"ForAnyValue:StringLike": {"aws:TagKeys": ["x*", "a*"]}},
        aws_tagkeys=("ab", "b"),
    ),
    when(
        SETS,
        "ForAllValues, negated",
        NO,
        {"ForAllValues:StringNotEquals": {"aws:TagKeys": ["a"]}},
        aws_tagkeys=("a", "b"),
    ),
    when(
        SETS,
        "ForAnyValue, negated",
        YES,
        {"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["a"]}},
        aws_tagkeys=("a", "b"),
    ),
    when(
        DEPUTY,
        "source account and ARN",
        YES,
        {
            "StringEquals": {"aws:SourceAccount": "123456789012"},
            "ArnLike": {"aws:SourceArn": "arn:aws:sns:*:123456789012:*"},
        },
        aws_sourceaccount="123456789012",
        aws_sourcearn=ARN,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=label)
def test_documented(case: Case) -> None:
    assert case.outcome() == case.expected, case.page
