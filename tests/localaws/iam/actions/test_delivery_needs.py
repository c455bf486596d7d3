"""What the requests of ECR, Budgets, Application Auto Scaling, CodePipeline, CodeBuild and CloudFormation need.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_<service>.html:
awscloudformation, awscodebuild,
awscodepipeline, awsapplicationautoscaling, awsbudgetservice, amazonelasticcontainerregistry
"""

from __future__ import annotations

from typing import Any

import pytest
from sent_calls import ROLE, needs_of

HERE = "us-east-1:111122223333"
REPOSITORIES = "arn:aws:ecr:us-east-1:{}:repository"
BUDGETS = "arn:aws:budgets::111122223333:budget"
TARGETS = f"arn:aws:application-autoscaling:{HERE}:scalable-target"
PIPELINE = f"arn:aws:codepipeline:{HERE}:p"
PROJECTS = f"arn:aws:codebuild:{HERE}:project"
STACKS = f"arn:aws:cloudformation:{HERE}:stack"
TAG = {"Key": "a", "Value": "b"}
LOWER_TAG = {"key": "a", "value": "b"}
PASS = ("iam:PassRole", ROLE)
Case = tuple[str, dict[str, Any], list[tuple[str, str]]]

CASES: dict[str, list[Case]] = {
    "ecr": [
        ("GetAuthorizationToken", {}, [("ecr:GetAuthorizationToken", "*")]),
        (
            "BatchGetImage",
            {"repositoryName": "r"},
            [("ecr:BatchGetImage", f"{REPOSITORIES.format('111122223333')}/r")],
        ),
        (
            "DescribeImages",
            {"registryId": "683313688378", "repositoryName": "r"},
            [("ecr:DescribeImages", f"{REPOSITORIES.format('683313688378')}/r")],
        ),
        ("DescribeRepositories", {}, [("ecr:DescribeRepositories", f"{REPOSITORIES.format('111122223333')}/*")]),
    ],
    "budgets": [
        (
            "CreateBudget",
            {"AccountId": "111122223333", "Budget": {"BudgetName": "b"}},
            [("budgets:ModifyBudget", f"{BUDGETS}/b")],
        ),
        ("DescribeBudget", {"AccountId": "111122223333", "BudgetName": "b"}, [("budgets:ViewBudget", f"{BUDGETS}/b")]),
        (
            "DescribeBudgetAction",
            {"BudgetName": "b", "ActionId": "1"},
            [("budgets:DescribeBudgetAction", f"{BUDGETS}/b/action/1")],
        ),
        (
            "CreateBudgetAction",
            {"BudgetName": "b", "ExecutionRoleArn": ROLE},
            [("budgets:CreateBudgetAction", f"{BUDGETS}/b/action/*"), PASS],
        ),
    ],
    "application-autoscaling": [
        (
            "RegisterScalableTarget",
            {"ServiceNamespace": "sagemaker", "ResourceId": "endpoint/e/variant/v"},
            [("application-autoscaling:RegisterScalableTarget", f"{TARGETS}/*")],
        ),
        (
            "ListTagsForResource",
            {"ResourceARN": f"{TARGETS}/0a1"},
            [("application-autoscaling:ListTagsForResource", f"{TARGETS}/0a1")],
        ),
        ("DescribeScalableTargets", {}, [("application-autoscaling:DescribeScalableTargets", "*")]),
    ],
    "codepipeline": [
        (
            "CreatePipeline",
            {
                "pipeline": {"name": "p", "roleArn": ROLE, "stages": [{"actions": [{"roleArn": f"{ROLE}2"}]}]},
                "tags": [LOWER_TAG],
            },
            [
                ("codepipeline:CreatePipeline", PIPELINE),
                ("codepipeline:TagResource", PIPELINE),
                PASS,
                ("iam:PassRole", f"{ROLE}2"),
            ],
        ),
        ("StartPipelineExecution", {"name": "p"}, [("codepipeline:StartPipelineExecution", PIPELINE)]),
        ("GetPipelineState", {"name": "p"}, [("codepipeline:GetPipelineState", PIPELINE)]),
        (
            "PutApprovalResult",
            {"pipelineName": "p", "stageName": "s", "actionName": "a"},
            [("codepipeline:PutApprovalResult", f"{PIPELINE}/s/a")],
        ),
        ("PutJobSuccessResult", {"jobId": "1"}, [("codepipeline:PutJobSuccessResult", "*")]),
        ("ListTagsForResource", {"resourceArn": PIPELINE}, [("codepipeline:ListTagsForResource", PIPELINE)]),
    ],
    "codebuild": [
        ("CreateProject", {"name": "p", "serviceRole": ROLE}, [("codebuild:CreateProject", f"{PROJECTS}/p"), PASS]),
        ("UpdateProject", {"name": "p"}, [("codebuild:UpdateProject", f"{PROJECTS}/p")]),
        ("StartBuild", {"projectName": "p"}, [("codebuild:StartBuild", f"{PROJECTS}/p")]),
        ("BatchGetBuilds", {"ids": ["p:1", "p:2"]}, [("codebuild:BatchGetBuilds", f"{PROJECTS}/p")]),
        (
            "BatchGetProjects",
            {"names": ["p", f"{PROJECTS}/q"]},
            [("codebuild:BatchGetProjects", f"{PROJECTS}/p"), ("codebuild:BatchGetProjects", f"{PROJECTS}/q")],
        ),
        ("StopBuild", {"id": f"arn:aws:codebuild:{HERE}:build/p:1"}, [("codebuild:StopBuild", f"{PROJECTS}/p")]),
    ],
    "cloudformation": [
        (
            "CreateStack",
            {"StackName": "s", "RoleARN": ROLE, "Tags": [TAG]},
            [("cloudformation:CreateStack", f"{STACKS}/s/*"), PASS],
        ),
        ("DescribeStacks", {"StackName": f"{STACKS}/s/1"}, [("cloudformation:DescribeStacks", f"{STACKS}/s/1")]),
        ("DescribeStacks", {}, [("cloudformation:DescribeStacks", "*")]),
        ("ValidateTemplate", {"TemplateBody": "{}"}, [("cloudformation:ValidateTemplate", "*")]),
    ],
}


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "expected"),
    [(service, *case) for service, cases in CASES.items() for case in cases],
)
def test_operation(service: str, operation: str, arguments: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert needs_of(service, operation, **arguments) == expected
