"""CreatePipeline takes a role that CodePipeline may assume, whatever the shape of its trust policy."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

CODE_PIPELINE = "codepipeline.amazonaws.com"
ACTION_TYPES = {
    "source": {"category": "Source", "owner": "AWS", "provider": "S3", "version": "1"},
    "approve": {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"},
}
STAGES = [
    {
        "name": name,
        "actions": [
            {
                "name": name,
                "actionTypeId": kind,
                **(
                    {
                        "configuration": {"S3Bucket": "bucket", "S3ObjectKey": "key"},
                        "outputArtifacts": [{"name": "artifact"}],
                    }
                    if name == "source"
                    else {}
                ),
            }
        ],
    }
    for name, kind in ACTION_TYPES.items()
]


def trust(principal: Any, **members: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **members}


def create_pipeline(stack: Any, name: str, statement: Any) -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": statement})
    role = stack.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=text)["Role"]["Arn"]
    store = {"type": "S3", "location": "bucket"}
    pipeline = {"name": name, "roleArn": role, "artifactStore": store, "stages": STAGES}
    stack.client("codepipeline").create_pipeline(pipeline=pipeline)


def when(source: str) -> dict[str, Any]:
    return {"ArnLike": {"aws:SourceArn": f"arn:aws:codepipeline:*:123456789012:{source}"}}


@pytest.mark.parametrize(
    ("name", "statement"),
    [
        ("single", trust({"Service": CODE_PIPELINE})),
        ("several", [trust({"Service": ["codebuild.amazonaws.com", CODE_PIPELINE]})]),
        ("others", [trust({"AWS": "arn:aws:iam::123456789012:root"}), trust({"Service": CODE_PIPELINE})]),
        ("source", [trust({"Service": CODE_PIPELINE}, Condition=when("source"))]),
    ],
)
def test_roles_that_codepipeline_may_assume(module_stack: Any, name: str, statement: Any) -> None:
    create_pipeline(module_stack, name, statement)


@pytest.mark.parametrize(
    ("name", "statement"),
    [
        ("other-service", [trust({"Service": "codebuild.amazonaws.com"})]),
        ("other-source", [trust({"Service": CODE_PIPELINE}, Condition=when("another"))]),
        ("denied", [trust({"Service": CODE_PIPELINE}), {**trust({"Service": CODE_PIPELINE}), "Effect": "Deny"}]),
    ],
)
def test_roles_that_codepipeline_may_not_assume(module_stack: Any, name: str, statement: Any) -> None:
    with pytest.raises(
        ClientError, match=r"InvalidStructureException.*CodePipeline is not authorized to perform AssumeRole"
    ):
        create_pipeline(module_stack, name, statement)
