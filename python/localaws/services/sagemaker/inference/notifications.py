"""What SageMaker tells an SNS topic of an asynchronous inference.

https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-check-predictions.html
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from localaws.services.sagemaker.inference.async_request import AsyncRequest
from localaws.services.sagemaker.inference.endpoint import InvocableEndpoint

__all__ = ["notify"]


def notify(
    sns: Any,
    topic_arn: str,
    endpoint: InvocableEndpoint,
    request: AsyncRequest,
    location: str | None,
    content_type: str,
    reason: str | None,
) -> None:
    """Publish the end of a request: its output (or failure) lies at `location`; `reason` is None for a success."""
    asked = {
        "accept": request.accept,
        "contentType": request.content_type,
        "endpointName": endpoint.name,
        "inputLocation": request.input_location,
    }
    document: dict[str, Any] = {
        "awsRegion": endpoint.stack.region,
        "eventName": "InferenceResult",
        "eventSource": "aws:sagemaker",
        "eventTime": _stamp(endpoint.stack.clock()),
        "eventVersion": "1.0",
        "inferenceId": request.inference_id,
        "invocationStatus": "Failed" if reason else "Completed",
        "receivedTime": _stamp(request.received),
        "requestParameters": {name: value for name, value in asked.items() if value},
    }
    if reason:
        document["failureReason"] = reason
    if location:
        document["responseParameters"] = {"contentType": content_type, "outputLocation": location}
    sns.publish(TopicArn=topic_arn, Message=json.dumps(document))


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
