"""What SageMaker refuses before a job exists."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from botocore.model import StructureShape

from localaws.api.errors import AwsError, validation_error
from localaws.api.models import operation_model
from localaws.runtime.folders import PathRefused, components
from localaws.runtime.images import ImageTableError, NoServerError, UnknownImageError
from localaws.services.sagemaker.jobs.lifecycle import FINAL
from localaws.services.sagemaker.jobs.s3 import DataError, place

if TYPE_CHECKING:
    from localaws.account import Account
    from localaws.store import Record

__all__ = [
    "check_image",
    "check_instances",
    "check_local_path",
    "check_name_is_free",
    "check_path",
    "check_s3_uri",
    "check_server",
    "echo",
    "stop",
]


def echo(operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """The members of `request` that the Describe operation `operation` gives back; what was not sent stays absent."""
    shape = operation_model(operation).output_shape
    assert isinstance(shape, StructureShape)
    return {member: value for member, value in request.items() if member in shape.members}


def check_name_is_free(stack: Account, family: str, name: str) -> None:
    """Refuse a name that is taken before anything else is looked at, as AWS does."""
    if record := stack.store.find(family, name):
        raise record.family.duplicate.error(name, record.arn)


def check_image(stack: Account, image: str) -> None:
    """Refuse an image that nothing stands for.

    AWS looks the repository up at creation ("Cannot find repository …", "Requested image … not found"), and only for
    images that vanish later does a job fail; so an unknown image is refused here.
    """
    try:
        stack.images.runtime(image)
    except (UnknownImageError, ImageTableError) as error:
        raise validation_error(str(error)) from error


def check_server(stack: Account, image: str) -> None:
    """Refuse an image that hosts no models here, when a model of it is to be served."""
    try:
        stack.images.server(image)
    except (UnknownImageError, NoServerError, ImageTableError) as error:
        raise validation_error(str(error)) from error


def check_instances(count: int) -> None:
    """Refuse a cluster: one machine is one host."""
    if count > 1:
        raise AwsError(
            "ResourceLimitExceeded",
            f"The local stack runs a job on one host, and InstanceCount is {count}: set it to 1, or run on AWS.",
        )


def check_s3_uri(uri: str) -> None:
    """Refuse what is no s3:// URI."""
    try:
        place(uri)
    except DataError as error:
        raise validation_error(str(error)) from error


def check_local_path(path: str, member: str, root: str) -> None:
    """Refuse a path of the container that is not below `root`."""
    rest = PurePosixPath(path).parts[len(PurePosixPath(root).parts) :]
    if not path.startswith(f"{root}/") or ".." in rest:
        raise validation_error(f"{member} {path!r} is not below {root}/: choose a path such as {root}/input.")
    if rest:
        check_path("/".join(rest), member)


def check_path(name: str, member: str) -> None:
    """Refuse a name that becomes a path of the container and cannot be one."""
    try:
        components(name)
    except PathRefused as error:
        raise validation_error(f"{member} {name!r} {error}: choose another name.") from error


def stop(stack: Account, record: Record, words: str, **changes: Any) -> None:
    """Ask a running job to stop; refuse for one that has ended. `words`: "training job", "processing job"."""
    member = record.family.status_member
    with stack.store.locked():
        status = record.described[member]
        if status in FINAL:
            raise validation_error(f"The request was rejected because the {words} is in status {status}.")
        stack.store.update(record, **{member: "Stopping", **changes})
    record.internal["stop"].set()
