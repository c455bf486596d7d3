"""https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html"""

from __future__ import annotations

from localaws.iam.actions.mapping import ServiceMapping

__all__ = ["MAPPING"]


def _queue_name(value: str) -> str:
    """The last part of a queue's URL."""
    return value if value.startswith("arn:") else value.rstrip("/").rpartition("/")[2]


MAPPING = ServiceMapping(
    actions={f"{name}Batch": (name,) for name in ("ChangeMessageVisibility", "DeleteMessage", "SendMessage")},
    members={"QueueName": ("QueueUrl", "SourceArn")},
    names={"QueueName": _queue_name},
    tagging="TagQueue",
)
