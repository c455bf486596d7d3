"""The models behind an endpoint configuration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlops.validate.account import Account

__all__ = ["models_of", "multi_model_uri"]


def models_of(account: Account, config: dict[str, Any]) -> list[dict[str, Any]]:
    """DescribeModel answers of a configuration's variants, and of the registered versions that they deploy.

    Raises:
        ClientError: a model was deleted.
    """
    found = []
    for variant in (*config["ProductionVariants"], *config.get("ShadowProductionVariants", [])):
        if "ModelName" not in variant:
            continue
        model = account.ask("sagemaker", "describe_model", ModelName=variant["ModelName"])
        found.append(model)
        for container in _containers(model):
            if package := container.get("ModelPackageName"):
                found.append(account.ask("sagemaker", "describe_model_package", ModelPackageName=package))
    return found


def multi_model_uri(models: Sequence[dict[str, Any]]) -> str | None:
    """Where the first container in multi-model mode finds its models; ``None`` where no container is in that mode."""
    for model in models:
        for container in _containers(model):
            if container.get("Mode") == "MultiModel":
                source = container.get("ModelDataSource", {}).get("S3DataSource", {})
                return str(container.get("ModelDataUrl") or source.get("S3Uri", ""))
    return None


def _containers(model: dict[str, Any]) -> list[dict[str, Any]]:
    return [model.get("PrimaryContainer", {}), *model.get("Containers", [])]
