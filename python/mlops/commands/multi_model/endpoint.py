"""What a multi-model endpoint serves: the prefix of its models, their image, and the container in front of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mlops.aws.errors import UserError
from mlops.aws.s3 import split_uri
from mlops.deployment.serving import containers, describe_endpoint

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
    endpoint = describe_endpoint(sagemaker, name)
    config = sagemaker.describe_endpoint_config(EndpointConfigName=endpoint["EndpointConfigName"])
    for variant in config["ProductionVariants"]:
        model = sagemaker.describe_model(ModelName=variant["ModelName"])
        served = containers(model)
        for number, container in enumerate(served):
            if container.get("Mode") == "MultiModel":
                bucket, prefix = split_uri(container["ModelDataUrl"])
                return MultiModelEndpoint(
                    name=name,
                    status=endpoint["EndpointStatus"],
                    image=container["Image"],
                    bucket=bucket,
                    prefix=prefix.rstrip("/") + "/" if prefix else "",
                    front_uri=served[number - 1].get("ModelDataUrl") if number else None,
                )
    raise UserError(f"endpoint {name} serves one model: a multi-model endpoint is named with --endpoint")
