"""https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsapplicationautoscaling.html"""

from __future__ import annotations

from localaws.iam.actions.mapping import ServiceMapping

__all__ = ["MAPPING"]

MAPPING = ServiceMapping(
    # The ID in a target's ARN is AWS's own, not the `ResourceId` of a request (`endpoint/…/variant/…`).
    formats={"ScalableTarget": "arn:${Partition}:application-autoscaling:${Region}:${Account}:scalable-target/*"},
    keys={
        "application-autoscaling:scalable-dimension": ("ScalableDimension",),
        "application-autoscaling:service-namespace": ("ServiceNamespace",),
    },
    roles=("RoleARN",),
    passed_to="application-autoscaling.amazonaws.com",
    tagging="TagResource",
)
