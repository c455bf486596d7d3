"""Tags of scalable targets, which moto does not keep and Terraform reads."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["add_tags"]


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
