"""What DescribeEndpoint says of variants, capture and a running deployment."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from localaws.services.sagemaker.deployments.generation import Generation
from localaws.services.sagemaker.inference.fleet import VariantFleet

__all__ = ["members"]


def members(serving: Generation | None, pending: Generation | None) -> dict[str, Any]:
    """The members of Describe that follow from the generations; None for those that are absent."""
    changes: dict[str, Any] = {
        "ProductionVariants": None,
        "AsyncInferenceConfig": None,
        "DataCaptureConfig": None,
        "PendingDeploymentSummary": None,
    }
    if serving is not None:
        changes["EndpointConfigName"] = serving.config_name
        changes["ProductionVariants"] = [_summary(fleet, serving.since) for fleet in serving.fleets]
        changes["AsyncInferenceConfig"] = serving.config.get("AsyncInferenceConfig")
        changes["DataCaptureConfig"] = _capture(serving)
    if pending is not None:
        changes["PendingDeploymentSummary"] = {
            "EndpointConfigName": pending.config_name,
            "ProductionVariants": [_pending(fleet, pending) for fleet in pending.fleets],
            "StartTime": pending.since,
        }
    return changes


def _summary(fleet: VariantFleet, since: datetime) -> dict[str, Any]:
    summary: dict[str, Any] = {
        "VariantName": fleet.name,
        "DeployedImages": _images(fleet, since),
        "CurrentWeight": fleet.weight,
        "DesiredWeight": fleet.weight,
        "CurrentInstanceCount": len(fleet.instances),
        "DesiredInstanceCount": fleet.count,
    }
    if fleet.started and len(fleet.instances) != fleet.count:
        summary["VariantStatus"] = [
            {"Status": "Updating", "StatusMessage": "Updating capacity for the production variant."}
        ]
    if serverless := fleet.variant.get("ServerlessConfig"):
        del summary["CurrentInstanceCount"], summary["DesiredInstanceCount"]
        summary["CurrentServerlessConfig"] = dict(serverless)
    for member in ("ManagedInstanceScaling", "RoutingConfig"):
        if member in fleet.variant:
            summary[member] = fleet.variant[member]
    return summary


def _pending(fleet: VariantFleet, generation: Generation) -> dict[str, Any]:
    summary = _summary(fleet, generation.since)
    if "InstanceType" in fleet.variant:
        summary["InstanceType"] = fleet.variant["InstanceType"]
    status, message = generation.stage
    summary["VariantStatus"] = [{"Status": status, "StatusMessage": message, "StartTime": generation.stage_since}]
    return summary


def _images(fleet: VariantFleet, since: datetime) -> list[dict[str, Any]]:
    return [
        {
            "SpecifiedImage": container.image,
            "ResolvedImage": _resolved(container.image),
            "ResolutionTime": since,
        }
        for container in fleet.model.containers
    ]


def _resolved(image: str) -> str:
    """The image by digest; no image is pulled here, so the digest is made from the name."""
    repository = image if "@" in image else image.rpartition(":")[0] or image
    return image if "@" in image else f"{repository}@sha256:{hashlib.sha256(image.encode()).hexdigest()}"


def _capture(generation: Generation) -> dict[str, Any] | None:
    config = generation.config.get("DataCaptureConfig")
    if not config:
        return None
    enabled = config.get("EnableCapture", True)
    return {
        "EnableCapture": enabled,
        "CaptureStatus": "Started" if enabled else "Stopped",
        "CurrentSamplingPercentage": config["InitialSamplingPercentage"],
        "DestinationS3Uri": config["DestinationS3Uri"],
        "KmsKeyId": config.get("KmsKeyId", ""),
    }
