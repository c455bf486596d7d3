"""From a stored model to the containers that serve it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from localaws.api.errors import validation_error
from localaws.runtime.folders import Folder
from localaws.runtime.serving import ArtifactError, ContainerSpec, artifact
from localaws.services.sagemaker.jobs.s3 import S3, DataError
from localaws.services.sagemaker.models import approved_package

if TYPE_CHECKING:
    import boto3

    from localaws.account import Account

__all__ = ["HostingFailure", "ServedContainer", "ServedModel", "place", "served_model"]


Source = Literal["archive", "files", "file"]  # a tar.gz, all below a prefix, one object


class HostingFailure(Exception):
    """A variant that cannot be brought into service; the message is the endpoint's FailureReason."""


@dataclass(frozen=True)
class ServedContainer:
    """One container of a model as it is hosted, its model package resolved.

    `name` is what AWS calls it in messages: its hostname, or `primary`, `container-1`, …  `source` is None where the
    image holds its own model, else (kind, s3 URI).  `cache` is whether a multi-model container keeps a
    model loaded after its use.
    """

    name: str
    image: str
    environment: Mapping[str, str]
    source: tuple[Source, str] | None
    hostname: str | None
    multi_model: bool
    cache: bool


@dataclass(frozen=True)
class ServedModel:
    """What of a model matters once it is deployed: a copy, as the model itself may be deleted meanwhile."""

    name: str
    role_arn: str | None
    containers: tuple[ServedContainer, ...]
    mode: Literal["Serial", "Direct"]
    network: bool

    @property
    def chooser(self) -> ServedContainer | None:
        """The container whose model each request chooses under a prefix, where there is one."""
        return next((container for container in self.containers if container.multi_model), None)

    @property
    def multi_model(self) -> bool:
        """Whether requests must name a target model."""
        return self.chooser is not None


def served_model(stack: Account, name: str) -> ServedModel:
    """The model of that name; raises AWS's not-found refusal, also for a model package of it that has gone."""
    described = stack.store.describe(stack.store.get("Model", name))
    definitions = described.get("Containers") or [described["PrimaryContainer"]]
    resolved = [part for definition in definitions for part in _resolve(stack, definition)]
    containers = tuple(
        ServedContainer(
            name=part.get("ContainerHostname") or (f"container-{number}" if len(resolved) > 1 else "primary"),
            image=part["Image"],
            environment=part.get("Environment", {}),
            source=_source(part),
            hostname=part.get("ContainerHostname"),
            multi_model=part.get("Mode") == "MultiModel",
            cache=part.get("MultiModelConfig", {}).get("ModelCacheSetting") != "Disabled",
        )
        for number, part in enumerate(resolved, start=1)
    )
    if sum(container.multi_model for container in containers) > 1:
        raise validation_error(f"Model {name} has several containers of Mode MultiModel: one of them can be.")
    return ServedModel(
        name,
        described.get("ExecutionRoleArn"),
        containers,
        described.get("InferenceExecutionConfig", {}).get("Mode", "Serial"),
        not described.get("EnableNetworkIsolation", False),
    )


def place(model: ServedModel, session: boto3.Session | None, region: str, directory: Path) -> list[ContainerSpec]:
    """Bring the model's artifacts below `directory` with the model role's session; the containers to start.

    Raises HostingFailure in AWS's words for an artifact that is missing, forbidden or no archive.
    """
    specs = []
    for container in model.containers:
        target = None
        if container.source and not container.multi_model:
            target = directory / container.name / "model"
            target.mkdir(parents=True)
            _fetch(model, container, session, region, target)
        specs.append(
            ContainerSpec(container.image, container.environment, target, container.hostname, container.multi_model)
        )
    return specs


def _resolve(stack: Account, definition: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A container definition with an image: itself, or those of the model package that it names."""
    if "ModelPackageName" not in definition:
        return [dict(definition)]
    package = approved_package(stack, definition["ModelPackageName"])
    given = {name: definition[name] for name in ("ContainerHostname", "Mode", "MultiModelConfig") if name in definition}
    return [
        {**part, **given, "Environment": {**part.get("Environment", {}), **definition.get("Environment", {})}}
        for part in package["InferenceSpecification"]["Containers"]
    ]


def _source(part: Mapping[str, Any]) -> tuple[Source, str] | None:
    if url := part.get("ModelDataUrl"):
        return "archive", url
    if source := part.get("ModelDataSource", {}).get("S3DataSource"):
        kind: Source = "file" if source.get("S3DataType") == "S3Object" else "files"
        return ("archive" if source.get("CompressionType") == "Gzip" else kind), source["S3Uri"]
    return None


def _fetch(
    model: ServedModel, container: ServedContainer, session: boto3.Session | None, region: str, target: Path
) -> None:
    assert container.source
    kind, url = container.source
    if session is None:
        raise HostingFailure(
            f'Failed to download model data for container "{container.name}" from URL: "{url}". Model {model.name} '
            "has no ExecutionRoleArn; create it with a role that may read the object."
        )
    missing = (
        f'Failed to download model data for container "{container.name}" from URL: "{url}". Please ensure that there '
        "is an object located at the URL and that the role passed to CreateModel has permissions to download the "
        "object."
    )
    if kind != "archive":
        data_type = "S3Object" if kind == "file" else "S3Prefix"
        try:
            with Folder.open(target, "/opt/ml/model") as folder:
                S3(session, model.role_arn or "", region).download(url, folder, data_type, strict=False)
        except DataError as error:
            raise HostingFailure(f"{missing} ({error})") from error
        return
    packed = target.with_name("model.tar.gz")
    try:
        artifact.download(session, url, packed)
    except ArtifactError as error:
        raise HostingFailure(missing) from error
    try:
        artifact.extract(packed, target)
    except ArtifactError as error:
        raise HostingFailure(
            f'Failed to extract model data archive for container "{container.name}" from URL "{url}". Please ensure '
            f"that the object located at the URL is a valid tar.gz archive. ({error})"
        ) from error
    finally:
        packed.unlink(missing_ok=True)
