"""The models of a multi-model endpoint: objects under a prefix, fetched when first asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from localaws.runtime.serving import ArtifactError, artifact

if TYPE_CHECKING:
    import boto3

__all__ = ["MissingModel", "PrefixModels"]


class MissingModel(ArtifactError):
    """No object lies where the target model should be, or the role may not read it."""


class PrefixModels:
    """Fetches `{prefix}/{target model}` with the model role's session.

    A model that is loaded is served from memory until it is evicted, also when its object has been replaced: AWS
    documents that models are to be added under new names
    (https://docs.aws.amazon.com/sagemaker/latest/dg/add-models-to-endpoint.html).
    """

    def __init__(self, session: boto3.Session, prefix: str) -> None:
        self._session, self._prefix = session, prefix.rstrip("/")

    def fetch(self, target_model: str, destination: Path) -> None:
        """Download and unpack one model into `destination`; raises MissingModel in AWS's words, and ArtifactError."""
        url = f"{self._prefix}/{target_model.lstrip('/')}"
        packed = destination.with_name(f"{destination.name}.tar.gz")
        try:
            artifact.download(self._session, url, packed)
        except ArtifactError as error:
            bucket, _, key = url.removeprefix("s3://").partition("/")
            raise MissingModel(
                f"Failed to download model data(bucket: {bucket}, key: {key}). Please ensure that there is an object "
                "located at the URL and that the role passed to CreateModel has permissions to download the model."
            ) from error
        try:
            artifact.extract(packed, destination, url)
        finally:
            packed.unlink(missing_ok=True)
