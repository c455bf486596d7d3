"""https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbudgetservice.html"""

from __future__ import annotations

from localaws.iam.actions.mapping import ServiceMapping

__all__ = ["MAPPING"]

# https://docs.aws.amazon.com/cost-management/latest/userguide/billing-permissions-ref.html
_MODIFYING = (
    *("CreateBudget", "CreateNotification", "CreateSubscriber", "DeleteBudget", "DeleteNotification"),
    *("DeleteSubscriber", "UpdateBudget", "UpdateNotification", "UpdateSubscriber"),
)
_VIEWING = (
    *("DescribeBudget", "DescribeBudgetNotificationsForAccount", "DescribeBudgetPerformanceHistory"),
    *("DescribeBudgets", "DescribeNotificationsForBudget", "DescribeSubscribersForNotification"),
)

MAPPING = ServiceMapping(
    actions={
        **dict.fromkeys(_MODIFYING, ("ModifyBudget",)),
        **dict.fromkeys(_VIEWING, ("ViewBudget",)),
    },
    members={"BudgetName": ("BudgetName", "Budget.BudgetName", "NewBudget.BudgetName")},
    owner="AccountId",
    roles=("ExecutionRoleArn",),
    passed_to="budgets.amazonaws.com",
    tagging="TagResource",
)
