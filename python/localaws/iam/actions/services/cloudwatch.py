"""https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html"""

from __future__ import annotations

from localaws.iam.actions.mapping import ServiceMapping

__all__ = ["MAPPING"]

MAPPING = ServiceMapping(
    members={"AlarmMuteRuleName": ("AlarmMuteRuleName", "Name"), "InsightRuleName": ("RuleName", "RuleNames")},
    keys={
        "cloudwatch:AlarmActions": ("AlarmActions",),
        "cloudwatch:namespace": ("Namespace",),
        "cloudwatch:requestManagedResourceARNs": ("ManagedRules.ResourceARN", "ResourceARN"),
    },
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-metric-streams-trustpolicy.html
    roles=("RoleArn",),
    passed_to="streams.metrics.cloudwatch.amazonaws.com",
    tagging="TagResource",
)
