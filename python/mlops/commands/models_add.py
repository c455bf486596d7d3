"""``mlops models add``: another model for the multi-model endpoint, while it goes on answering."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlops.aws import clients, model_packages, names
from mlops.aws.errors import UsageError, UserError
from mlops.aws.s3 import exists, read_object
from mlops.commands.multi_model import archive
from mlops.commands.multi_model.endpoint import MultiModelEndpoint, read
from mlops.deployment.release import check_approved

__all__ = ["HELP", "PATH", "configure", "execute"]

PATH: tuple[str, ...] = ("models", "add")
HELP = "put a registered version, or a model.tar.gz, behind the multi-model endpoint"

_TARGET = re.compile(r"(?!.*\.\.)[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*\.tar\.gz")


@dataclass(frozen=True)
class _Found:
    content: bytes
    said: str  # what it is, for messages
    target: str  # its name, where the user gives none
    encoder_uri: str | None = None


def configure(parser: argparse.ArgumentParser) -> None:
    """What to add, and under which name."""
    parser.add_argument("student_id", metavar="STUDENT_ID")
    parser.add_argument(
        "model",
        metavar="MODEL",
        help="a version of the model package group (its number or its ARN), or the path of a model.tar.gz",
    )
    parser.add_argument(
        "--name", metavar="TARGET", help="what requests call it (default: v3.tar.gz, or the file's name)"
    )
    parser.add_argument("--replace", action="store_true", help="overwrite a model of that name")
    parser.add_argument("--endpoint", help="the endpoint, where it is not multi-model-endpoint-STUDENT_ID")
    parser.add_argument("--region", help="AWS region (default: the environment's)")


def execute(args: argparse.Namespace) -> int:
    """Copies the archive under the endpoint's prefix; nothing is deployed, for a request loads it by its name."""
    student_id = names.check_student_id(args.student_id)
    sagemaker, s3 = clients.client("sagemaker", args.region), clients.client("s3", args.region)
    endpoint = read(sagemaker, args.endpoint or names.multi_model_endpoint(student_id))
    if args.model.isdecimal() or args.model.startswith("arn:"):
        found = _registered(sagemaker, s3, endpoint, student_id, args.model)
    else:
        found = _local(Path(args.model))
    target = args.name or found.target
    if not _TARGET.fullmatch(target):
        raise UsageError(
            f"target name {target!r} is not usable: letters, digits, dots, hyphens and underscores, ending in .tar.gz, "
            "e.g. --name model-b.tar.gz"
        )
    _check_fits(s3, endpoint, found)
    key = endpoint.prefix + target
    if exists(s3, f"s3://{endpoint.bucket}/{key}") and not args.replace:
        raise UserError(
            f"{target} is there already: add it under another --name, which is served at once, or pass --replace "
            "(a model that is loaded stays as it was until the endpoint drops it)"
        )
    s3.put_object(Bucket=endpoint.bucket, Key=key, Body=found.content, ContentType="application/gzip")
    print(f"{found.said} is {target} of {endpoint.name}. Ask it:")
    print(f"  mlops models invoke {student_id} --target {target} --row '…'")
    return 0


def _local(path: Path) -> _Found:
    if not path.is_file():
        raise UsageError(f"{path} is neither a file nor a version: give a version's number or ARN, or a model.tar.gz")
    return _Found(path.read_bytes(), str(path), path.name)


def _registered(sagemaker: Any, s3: Any, endpoint: MultiModelEndpoint, student_id: str, asked: str) -> _Found:
    """The archive of the container that a registered version would run in the endpoint's image."""
    group = names.model_package_group(student_id)
    arn = asked if asked.startswith("arn:") else model_packages.version_arn(sagemaker, group, int(asked))
    described = sagemaker.describe_model_package(ModelPackageName=arn)
    version, said = described["ModelPackageVersion"], check_approved(described)
    containers = described["InferenceSpecification"]["Containers"]
    for number, container in enumerate(containers):
        if _repository(container["Image"]) == _repository(endpoint.image):
            before = containers[number - 1]["ModelDataUrl"] if number else None
            return _Found(read_object(s3, container["ModelDataUrl"]), said, f"v{version}.tar.gz", before)
    images = ", ".join(_repository(container["Image"]) for container in containers)
    raise UserError(
        f"{said} runs in {images}, {endpoint.name} in {_repository(endpoint.image)}: its model does not fit"
    )


def _check_fits(s3: Any, endpoint: MultiModelEndpoint, found: _Found) -> None:
    """Refuse what the endpoint could not load, or would feed with another encoder's numbers.

    Raises:
        UserError: no XGBoost model is in the archive, the version was trained behind another encoder, or the model on
            another number of features than the encoder writes.
    """
    inside = archive.members(found.content, found.said)
    if endpoint.image.partition("/")[2].startswith("sagemaker-xgboost") and "xgboost-model" not in inside:
        raise UserError(
            f"{found.said} holds {', '.join(sorted(inside)) or 'nothing'} and no xgboost-model: give the model.tar.gz "
            "of an XGBoost training job"
        )
    if not endpoint.front_uri:
        return
    ours = archive.encoder(read_object(s3, endpoint.front_uri), endpoint.front_uri)
    theirs = archive.encoder(read_object(s3, found.encoder_uri), found.encoder_uri) if found.encoder_uri else None
    if ours is not None and theirs is not None and ours != theirs:
        versions = [document.get("version") if isinstance(document, dict) else None for document in (theirs, ours)]
        reason = "it was fitted on other data"
        if versions[0] != versions[1]:
            reason = f"its encoder.json has version {versions[0]}, the endpoint's has version {versions[1]}"
        raise UserError(
            f"{found.said} was trained behind another encoder than the one of {endpoint.name}, and would misread its "
            f"rows: {reason}. Deploy the version as a whole, on an endpoint of its own"
        )
    columns, model = archive.encoder_columns(ours), inside.get("xgboost-model")
    features = archive.booster_features(model) if columns and model else None
    if features is not None and features != columns:
        raise UserError(
            f"{found.said} was trained on {features} features, and the encoder of {endpoint.name} writes {columns}: "
            "its rows are not that model's; give one trained behind that encoder, by the pipeline or by tuning"
        )


def _repository(image: str) -> str:
    return image.partition("/")[2].partition(":")[0].partition("@")[0]
