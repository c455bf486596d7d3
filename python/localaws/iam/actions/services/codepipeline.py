"""https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodepipeline.html"""

from __future__ import annotations

from localaws.iam.actions.mapping import ServiceMapping

__all__ = ["MAPPING"]

_CONDITIONS = ("beforeEntry", "onFailure", "onSuccess")

MAPPING = ServiceMapping(
    members={
        "PipelineName": ("pipelineName", "pipeline.name", "webhook.targetPipeline", "name"),
        "WebhookName": ("webhook.name", "webhookName", "name"),
    },
    roles=(
        "pipeline.roleArn",
        "pipeline.stages.actions.roleArn",
        *(f"pipeline.stages.{each}.conditions.rules.roleArn" for each in _CONDITIONS),
    ),
    passed_to="codepipeline.amazonaws.com",
    tagging="TagResource",
)
