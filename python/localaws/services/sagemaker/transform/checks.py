"""What SageMaker refuses before a transform job exists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localaws.api.errors import AwsError, validation_error
from localaws.services.sagemaker.inference.served_model import ServedModel
from localaws.services.sagemaker.jobs.checks import check_instances, check_s3_uri
from localaws.services.sagemaker.transform.settings import processing_of

__all__ = ["check"]

_MOST_MEBIBYTES = 100
_NOT_HERE = {
    "RecordIO": "it splits by Line or not at all (None)",
    "TFRecord": "it splits by Line or not at all (None)",
    "AugmentedManifestFile": "it takes an S3Prefix or a ManifestFile",
}


def check(request: Mapping[str, Any], model: ServedModel) -> None:
    """Refuse a request that cannot be executed; raises ValidationException."""
    given, output = request["TransformInput"], request["TransformOutput"]
    source = given["DataSource"]["S3DataSource"]
    check_instances(request["TransformResources"]["InstanceCount"])
    check_s3_uri(source["S3Uri"])
    check_s3_uri(output["S3OutputPath"])
    if capture := request.get("DataCaptureConfig"):
        check_s3_uri(capture["DestinationS3Uri"])
    for value in (given.get("SplitType", "None"), source["S3DataType"]):
        if value in _NOT_HERE:
            raise AwsError(
                "ValidationException",
                f"The local stack's batch transform does not read {value}: {_NOT_HERE[value]}. Run this job on AWS, or "
                "convert its input.",
            )
    if model.multi_model:
        raise validation_error(
            f"Model {model.name} is a multi-model one, which batch transform does not support: name a model of one "
            "container, or of an inference pipeline."
        )
    _check_sizes(request)
    processing_of(request, _no_clock)


def _check_sizes(request: Mapping[str, Any]) -> None:
    payload, concurrent = request.get("MaxPayloadInMB", 0), request.get("MaxConcurrentTransforms", 0)
    if payload > _MOST_MEBIBYTES:
        raise validation_error(f"MaxPayloadInMB is {payload}: it cannot be greater than {_MOST_MEBIBYTES}.")
    if payload * concurrent > _MOST_MEBIBYTES:
        raise validation_error(
            f"MaxConcurrentTransforms * MaxPayloadInMB is {concurrent} * {payload} = {payload * concurrent}: the "
            f"product cannot exceed {_MOST_MEBIBYTES} MB."
        )


def _no_clock() -> Any:
    raise AssertionError("no record is read before the job runs")
