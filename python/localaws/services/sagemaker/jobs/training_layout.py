"""/opt/ml as a training container finds it.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

__all__ = ["lay_out"]

HOST, GROUP = "algo-1", "homogeneousCluster"


def lay_out(ml: Path, described: dict[str, Any]) -> None:
    """Make the directories and configuration files of a training job below `ml`."""
    for directory in ("input/config", "input/data", "model", "output/data", "code"):
        (ml / directory).mkdir(parents=True, exist_ok=True)
    instance = described["ResourceConfig"].get("InstanceType")
    resources = {
        "current_host": HOST,
        "current_instance_type": instance,
        "current_group_name": GROUP,
        "hosts": [HOST],
        "instance_groups": [{"instance_group_name": GROUP, "instance_type": instance, "hosts": [HOST]}],
        "network_interface_name": "eth0",
    }
    files: dict[str, Any] = {
        "hyperparameters.json": described.get("HyperParameters", {}),
        "inputdataconfig.json": {
            channel["ChannelName"]: _channel(channel, described["AlgorithmSpecification"])
            for channel in described.get("InputDataConfig", ())
        },
        "resourceconfig.json": resources,
    }
    if checkpoints := described.get("CheckpointConfig"):
        files["checkpointconfig.json"] = {"S3Uri": checkpoints["S3Uri"], "LocalPath": local_checkpoints(described)}
    for name, content in files.items():
        (ml / "input" / "config" / name).write_text(json.dumps(content), encoding="utf-8")


def local_checkpoints(described: dict[str, Any]) -> str:
    """Where the container keeps checkpoints."""
    path: str = described["CheckpointConfig"].get("LocalPath", "/opt/ml/checkpoints")
    return path.rstrip("/")


def _channel(channel: dict[str, Any], algorithm: dict[str, Any]) -> dict[str, str]:
    source = channel["DataSource"]["S3DataSource"]
    config = {
        "TrainingInputMode": channel.get("InputMode") or algorithm.get("TrainingInputMode", "File"),
        "S3DistributionType": source.get("S3DataDistributionType", "FullyReplicated"),
        "RecordWrapperType": channel.get("RecordWrapperType", "None"),
    }
    if "ContentType" in channel:
        config["ContentType"] = channel["ContentType"]
    return config
