"""The names that the root module derives from the student id, as the assessment fixes them."""

from __future__ import annotations

import re

from mlops.aws.errors import UsageError

__all__ = [
    "bucket_name",
    "check_student_id",
    "definition_key",
    "endpoint",
    "model_package_group",
    "multi_model_endpoint",
    "pipeline_name",
    "tags",
    "transform_request_key",
    "tuning_request_key",
]

_STUDENT_ID = re.compile(r"[a-z0-9](-?[a-z0-9])*")


def check_student_id(value: str) -> str:
    """Returns the student id, or raises ``UsageError`` with the rule that it breaks (the root module's own rule)."""
    if 3 <= len(value) <= 20 and _STUDENT_ID.fullmatch(value):
        return value
    raise UsageError(
        f"student id {value!r} is not usable: 3 to 20 lower-case letters and digits, "
        "with single hyphens only between them, e.g. jane-doe7"
    )


def bucket_name(student_id: str) -> str:
    """The bucket's default name; the root variable ``bucket_name`` can override it."""
    return f"sagemaker-{student_id}".lower()  # as all names of buckets


def pipeline_name(student_id: str) -> str:
    """The training pipeline."""
    return f"MLPipeline-{student_id}"


def endpoint(student_id: str) -> str:
    """The real-time endpoint that Terraform creates."""
    return f"xgboost-endpoint-{student_id}"


def multi_model_endpoint(student_id: str) -> str:
    """The endpoint that serves several models."""
    return f"multi-model-endpoint-{student_id}"


def model_package_group(student_id: str) -> str:
    """The Model Registry group that the pipeline registers versions in."""
    return f"xgboost-models-{student_id}"


def definition_key(student_id: str) -> str:
    """S3 key of the filled pipeline definition that Terraform publishes."""
    return f"definitions/{pipeline_name(student_id)}.json"


def tuning_request_key(student_id: str) -> str:
    """S3 key of the filled requests of the tuning job and of the job that prepares its data."""
    return f"definitions/xgboost-tuning-{student_id}.json"


def transform_request_key(student_id: str) -> str:
    """S3 key of the filled request of the transform job."""
    return f"definitions/batch-transform-{student_id}.json"


def tags(student_id: str) -> list[dict[str, str]]:
    """Tags of what is started outside of Terraform: the root module's default tags, by which things are told apart.

    A tuning job hands its tags on to its trials (the API's reference of AddTags).
    """
    return [{"Key": "Project", "Value": "sagemaker-mlops"}, {"Key": "StudentId", "Value": student_id}]
