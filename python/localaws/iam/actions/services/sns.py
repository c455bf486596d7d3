"""https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from localaws.iam.actions.arns import Account
from localaws.iam.actions.call import Call
from localaws.iam.actions.mapping import ServiceMapping
from localaws.iam.actions.parameters import items, texts

__all__ = ["MAPPING"]

_ROLE = "FeedbackRoleArn"


def _publish(call: Call, _: Account) -> Iterator[tuple[str, str]]:
    """A message to a telephone number is for no topic."""
    topics = texts(call.parameters, "TopicArn", "TargetArn")
    yield from (("Publish", topic) for topic in topics)
    if not topics or "PhoneNumber" in call.parameters:
        yield "Publish", "*"


def _feedback_roles(call: Call, _: Account) -> Iterator[str]:
    """The roles in attributes such as LambdaSuccessFeedbackRoleArn, which log deliveries.

    https://docs.aws.amazon.com/sns/latest/dg/sns-topic-attributes.html
    """
    for attributes in items(call.parameters, "Attributes"):
        if isinstance(attributes, Mapping):
            yield from (value for name, value in attributes.items() if name.endswith(_ROLE) and isinstance(value, str))
    if any(name.endswith(_ROLE) for name in texts(call.parameters, "AttributeName")):
        yield from texts(call.parameters, "AttributeValue")


MAPPING = ServiceMapping(
    rules={"Publish": _publish, "PublishBatch": _publish},
    keys={"sns:Endpoint": ("Endpoint",), "sns:Protocol": ("Protocol",)},
    roles_in=_feedback_roles,
    passed_to="sns.amazonaws.com",
    tagging="TagResource",
)
