"""Policy variables and tags, case by case from AWS's documentation."""

from __future__ import annotations

import pytest
from documented import GUIDE, NO, YES, Case, label, on, when

VARIABLES = GUIDE + "reference_policies_variables.html"
VERSION = GUIDE + "reference_policies_elements_version.html"
KEYS = GUIDE + "reference_policies_condition-keys.html"
DEPUTY = GUIDE + "confused-deputy.html"
ABAC = GUIDE + "introduction_attribute-based-access-control.html"

CASES = [
    on(VARIABLES, "a variable in a resource", YES, "arn:aws:s3:::bucket/${aws:username}", aws_username="key"),
    on(VARIABLES, "another user", NO, "arn:aws:s3:::bucket/${aws:username}", aws_username="other"),
    on(VARIABLES, "a variable without a value", NO, "arn:aws:s3:::bucket/${aws:username}*"),
    on(VARIABLES, "a default value", YES, "arn:aws:s3:::bucket/${aws:PrincipalTag/team, 'key'}"),
    on(
        VARIABLES,
        "a value before the default",
        NO,
        "arn:aws:s3:::bucket/${aws:PrincipalTag/team, 'key'}",
        aws_principaltag__team="b",
    ),
    on(VARIABLES, "a value brings no wildcard", NO, "arn:aws:s3:::bucket/${aws:username}", aws_username="*"),
    on(VARIABLES, "an escaped asterisk", NO, "arn:aws:s3:::bucket/${*}"),
    on(
        VERSION,
        "no variables in version 2008-10-17",
        NO,
        "arn:aws:s3:::bucket/${aws:username}",
        "2008-10-17",
        aws_username="key",
    ),
    when(VARIABLES, "a variable in a condition", YES, {"StringEquals": {"aws:x": "${aws:y}"}}, aws_x="1", aws_y="1"),
    when(
        VARIABLES,
        "no variables in numeric conditions",
        NO,
        {"NumericEquals": {"aws:x": "${aws:y}"}},
        aws_x="1",
        aws_y="1",
    ),
    when(VARIABLES, "no variables in Bool", NO, {"Bool": {"aws:x": "${aws:y}"}}, aws_x="true", aws_y="true"),
    when(
        ABAC,
        "the principal's tag is the resource's",
        YES,
        {"StringEquals": {"aws:ResourceTag/Project": "${aws:PrincipalTag/Project}"}},
        aws_resourcetag__project="blue",
        aws_principaltag__project="blue",
    ),
    when(
        ABAC,
        "the principal has no tag",
        NO,
        {"StringEquals": {"aws:ResourceTag/Project": "${aws:PrincipalTag/Project}"}},
        aws_resourcetag__project="blue",
    ),
    when(
        KEYS,
        "tag keys are not case-sensitive",
        YES,
        {"StringEquals": {"aws:ResourceTag/PROJECT": "blue"}},
        aws_resourcetag__project="blue",
    ),
    when(DEPUTY, "another external ID", NO, {"StringEquals": {"sts:ExternalId": "4711"}}, sts_externalid="4712"),
]


@pytest.mark.parametrize("case", CASES, ids=label)
def test_documented(case: Case) -> None:
    assert case.outcome() == case.expected, case.page
