"""What deployments create, known by its tag: deleted when a deployment fails, and before everything is destroyed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from mlops.aws.errors import is_not_found

__all__ = ["TAG", "Created", "delete_created", "tags"]

TAG = "DeployedTo"


class Created:
    """The configuration and the model that one deployment has made so far."""

    def __init__(self, sagemaker: Any) -> None:
        self._sagemaker = sagemaker
        self._config: str | None = None
        self._model: str | None = None

    def model(self, request: Mapping[str, Any]) -> str:
        """Creates a model; its name."""
        self._sagemaker.create_model(**request)
        self._model = str(request["ModelName"])
        return self._model

    def configuration(self, request: Mapping[str, Any]) -> str:
        """Creates an endpoint configuration; its name."""
        self._sagemaker.create_endpoint_config(**request)
        self._config = str(request["EndpointConfigName"])
        return self._config

    def discard(self) -> None:
        """Deletes what was made, none of which is in service."""
        if self._config:
            _delete(self._sagemaker.delete_endpoint_config, EndpointConfigName=self._config)
        if self._model:
            _delete(self._sagemaker.delete_model, ModelName=self._model)
        self._config = self._model = None


def tags(sagemaker: Any, like_arn: str, endpoint: str) -> list[dict[str, str]]:
    """The tags of a resource, for one that stands in its place, and the one that says who made it and for what."""
    found = _tags_of(sagemaker, like_arn)
    kept = {key: value for key, value in found.items() if not key.startswith("aws:")}
    return [{"Key": key, "Value": value} for key, value in sorted((kept | {TAG: endpoint}).items())]


def delete_created(sagemaker: Any, student_id: str, endpoints: Sequence[str]) -> int:
    """Deletes what deployments to these endpoints, which are gone, have left; how many configurations and models."""
    made = 0
    for endpoint in endpoints:
        for page in sagemaker.get_paginator("list_endpoint_configs").paginate(NameContains=endpoint[:42]):
            for found in page["EndpointConfigs"]:
                if _tags_of(sagemaker, found["EndpointConfigArn"]).get(TAG) == endpoint:
                    _delete(sagemaker.delete_endpoint_config, EndpointConfigName=found["EndpointConfigName"])
                    made += 1
    for page in sagemaker.get_paginator("list_models").paginate(NameContains=student_id):
        for found in page["Models"]:
            if _tags_of(sagemaker, found["ModelArn"]).get(TAG) in endpoints:
                _delete(sagemaker.delete_model, ModelName=found["ModelName"])
                made += 1
    return made


def _tags_of(sagemaker: Any, arn: str) -> dict[str, str]:
    pages = sagemaker.get_paginator("list_tags").paginate(ResourceArn=arn)
    return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}


def _delete(operation: Any, **request: str) -> None:
    try:
        operation(**request)
    except ClientError as error:
        if not is_not_found(error):
            raise
