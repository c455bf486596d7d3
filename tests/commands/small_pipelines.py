"""Definitions of pipelines that run in no time."""

from __future__ import annotations

import json


def fail_definition(message: str) -> str:
    """A pipeline that does nothing but fail with a message, or with the parameter ``Message``."""
    return json.dumps(
        {
            "Version": "2020-12-01",
            "Parameters": [{"Name": "Message", "Type": "String", "DefaultValue": message}],
            "Steps": [{"Name": "Stop", "Type": "Fail", "Arguments": {"ErrorMessage": {"Get": "Parameters.Message"}}}],
        }
    )


def processing_definition(role: str, script: str, image: str, output: str | None = None) -> str:
    """A pipeline of one processing job that runs a line of Python; what it writes goes to the URI `output`."""
    target = {"S3Uri": output, "LocalPath": "/opt/ml/processing/output", "S3UploadMode": "EndOfJob"}
    outputs = {"ProcessingOutputConfig": {"Outputs": [{"OutputName": "output", "S3Output": target}]}}
    return json.dumps(
        {
            "Version": "2020-12-01",
            "Steps": [
                {
                    "Name": "Work",
                    "Type": "Processing",
                    "Arguments": {
                        "AppSpecification": {"ImageUri": image, "ContainerEntrypoint": ["python3", "-c", script]},
                        "ProcessingResources": {
                            "ClusterConfig": {
                                "InstanceCount": 1,
                                "InstanceType": "ml.t3.medium",
                                "VolumeSizeInGB": 10,
                            }
                        },
                        "RoleArn": role,
                        **(outputs if output else {}),
                    },
                }
            ],
        }
    )
