"""What a multi-model endpoint serves: the prefix of its models, their image, and the container in front of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from mlops.aws.errors import UserError, is_not_found
from mlops.aws.s3 import split_uri

__all__ = ["MultiModelEndpoint", "read"]


@dataclass(frozen=True)
class MultiModelEndpoint:
    """``prefix`` ends with a slash; ``front_uri`` is the archive of a container before the models, if there is one."""

    name: str
    status: str
    image: str
    bucket: str
    prefix: str
    front_uri: str | None


def read(sagemaker: Any, name: str) -> MultiModelEndpoint:
    """The endpoint ``name`` as it is deployed now.

    Raises:
        UserError: there is no such endpoint, or it serves one model only.
    """
    try:
        endpoint = sagemaker.describe_endpoint(EndpointName=name)
    except ClientError as error:
        if not is_not_found(error):
            raise
        raise UserError(
            f"there is no endpoint {name}: terraform apply creates it (endpoint_hours ends it), or name yours with "
            "--endpoint"
        ) from error
    config = sagemaker.describe_endpoint_config(EndpointConfigName=endpoint["EndpointConfigName"])
    for variant in config["ProductionVariants"]:
        model = sagemaker.describe_model(ModelName=variant["ModelName"])
        containers = model.get("Containers") or [model["PrimaryContainer"]]
        for number, container in enumerate(containers):
            if container.get("Mode") == "MultiModel":
                bucket, prefix = split_uri(container["ModelDataUrl"])
                return MultiModelEndpoint(
                    name=name,
                    status=endpoint["EndpointStatus"],
                    image=container["Image"],
                    bucket=bucket,
                    prefix=prefix.rstrip("/") + "/" if prefix else "",
                    front_uri=containers[number - 1].get("ModelDataUrl") if number else None,
                )
    raise UserError(f"endpoint {name} serves one model: a multi-model endpoint is named with --endpoint")
