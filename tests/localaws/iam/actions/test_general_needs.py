"""The general needs of operations, as the documentation lists them."""

from __future__ import annotations

import pytest
from botocore.loaders import Loader
from sent_calls import ACCOUNT

from localaws.iam.actions import Call, UnmappedError, needs
from localaws.iam.actions.listing import General, general_needs
from localaws.iam.actions.services import MAPPINGS

SAGEMAKER = "arn:${Partition}:sagemaker:${Region}:${Account}"


@pytest.mark.parametrize(
    ("service", "operation", "expected"),
    [
        (
            "sagemaker",
            "CreateEndpoint",
            [
                General(
                    "sagemaker:CreateEndpoint",
                    (f"{SAGEMAKER}:endpoint/${{EndpointName}}", f"{SAGEMAKER}:endpoint-config/${{EndpointConfigName}}"),
                )
            ],
        ),
        ("sagemaker", "ListModels", [General("sagemaker:ListModels")]),
        ("sts", "GetCallerIdentity", []),
        (
            "budgets",
            "DescribeBudgets",
            [General("budgets:ViewBudget", ("arn:${Partition}:budgets::${Account}:budget/${BudgetName}",))],
        ),
        ("sns", "Publish", [General("sns:Publish", ("${TopicArn}", "${TargetArn}"))]),
        (
            "events",
            "PutTargets",
            [
                General(
                    "events:PutTargets", ("arn:${Partition}:events:${Region}:${Account}:rule/${EventBusName}/${Rule}",)
                )
            ],
        ),
        (
            "cloudformation",
            "DescribeStacks",
            [
                General(
                    "cloudformation:DescribeStacks",
                    (),
                    ("arn:${Partition}:cloudformation:${Region}:${Account}:stack/${StackName}/*",),
                )
            ],
        ),
    ],
)
def test_general_needs(service: str, operation: str, expected: list[General]) -> None:
    assert list(general_needs(service, operation)) == expected


@pytest.mark.parametrize("service", MAPPINGS)
def test_general_needs_have_the_actions_of_requests(service: str) -> None:
    """Each operation of botocore's model has the same actions in both, or is not known in both."""
    model = Loader().load_service_model(service, "service-2")
    for operation in model["operations"]:
        try:
            found = {need.action for need in needs(Call(service, operation), ACCOUNT)}
        except UnmappedError:
            with pytest.raises(UnmappedError):
                general_needs(service, operation)
        else:
            assert found <= {general.action for general in general_needs(service, operation)}


def test_service_that_is_not_known() -> None:
    with pytest.raises(UnmappedError, match="ses:SendEmail"):
        general_needs("ses", "SendEmail")
