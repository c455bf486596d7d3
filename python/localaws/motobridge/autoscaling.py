"""What moto's Application Auto Scaling lacks: tags, which Terraform reads, activities, and tidy deregistration."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["add_activities", "add_tags", "delete_policies_with_their_target"]

_MOST_ACTIVITIES = 50  # of a page


def add_tags() -> None:
    """Give moto's Application Auto Scaling TagResource, UntagResource and ListTagsForResource."""
    from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse as Responses

    register = Responses.register_scalable_target

    def kept(self: Any, arn: str) -> dict[str, str]:
        backend = self.applicationautoscaling_backend
        if not hasattr(backend, "localaws_tags"):
            backend.localaws_tags = {}
        found: dict[str, str] = backend.localaws_tags.setdefault(arn, {})
        return found

    def register_scalable_target(self: Any) -> str:
        answer = str(register(self))
        kept(self, json.loads(answer)["ScalableTargetARN"]).update(self._get_param("Tags") or {})
        return answer

    def tag_resource(self: Any) -> str:
        kept(self, self._get_param("ResourceARN")).update(self._get_param("Tags"))
        return "{}"

    def untag_resource(self: Any) -> str:
        for key in self._get_param("TagKeys"):
            kept(self, self._get_param("ResourceARN")).pop(key, None)
        return "{}"

    def list_tags_for_resource(self: Any) -> str:
        return json.dumps({"Tags": kept(self, self._get_param("ResourceARN"))})

    for function in (register_scalable_target, tag_resource, untag_resource, list_tags_for_resource):
        setattr(Responses, function.__name__, function)


def add_activities() -> None:
    """Give moto DescribeScalingActivities: what the autoscaling of endpoints has put on record, the newest first."""
    from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse as Responses

    def describe_scaling_activities(self: Any) -> str:
        given = {name: self._get_param(name) for name in ("ServiceNamespace", "ResourceId", "ScalableDimension")}
        recorded = getattr(self.applicationautoscaling_backend, "localaws_activities", ())
        found = [
            activity
            for activity in reversed(recorded)
            if all(wanted is None or activity[name] == wanted for name, wanted in given.items())
        ]
        start = int(self._get_param("NextToken") or 0)
        end = start + int(self._get_param("MaxResults") or _MOST_ACTIVITIES)
        more = {"NextToken": str(end)} if end < len(found) else {}
        return json.dumps({"ScalingActivities": found[start:end], **more})

    setattr(Responses, describe_scaling_activities.__name__, describe_scaling_activities)


def delete_policies_with_their_target() -> None:
    """moto keeps the policies of a target that is deregistered; AWS deletes them.

    https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeregisterScalableTarget.html
    """
    from moto.applicationautoscaling.models import ApplicationAutoscalingBackend as Backend

    deregister = Backend.deregister_scalable_target

    def deregister_scalable_target(self: Any, namespace: str, r_id: str, dimension: str) -> None:
        deregister(self, namespace, r_id, dimension)
        for policy in list(self.policies.values()):
            if (policy.service_namespace, policy.resource_id, policy.scalable_dimension) == (
                namespace,
                r_id,
                dimension,
            ):
                self.delete_scaling_policy(policy.policy_name, namespace, r_id, dimension)

    setattr(Backend, deregister_scalable_target.__name__, deregister_scalable_target)
