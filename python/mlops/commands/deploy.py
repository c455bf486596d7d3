"""``mlops deploy``: rolls a model, or other settings, out to an endpoint, and says whether they serve at the end."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from mlops.aws import clients, model_packages, names, terraform_outputs
from mlops.aws.errors import UsageError, UserError
from mlops.commands import arguments
from mlops.commands.deployment_steps import watch
from mlops.commands.display.steps import Progress
from mlops.deployment import configuration, release, rollout
from mlops.deployment.configuration import Changes
from mlops.deployment.created import Created, tags
from mlops.deployment.serving import Serving, read

__all__ = ["HELP", "PATH", "configure", "execute"]

PATH: tuple[str, ...] = ("deploy",)
HELP = (
    "give an endpoint another model or other settings while it answers, and say whether they serve or were rolled back"
)


def configure(parser: argparse.ArgumentParser) -> None:
    """What to deploy, and where."""
    parser.add_argument("student_id", metavar="STUDENT_ID")
    parser.add_argument(
        "model",
        metavar="MODEL",
        nargs="?",
        help="a version of the model package group (its number or its ARN), or the name of a SageMaker model "
        "(default: the model in service, with other settings)",
    )
    parser.add_argument("--endpoint", help="the endpoint, where it is not xgboost-endpoint-STUDENT_ID")
    parser.add_argument("--variant", help="the production variant, where there are several")
    parser.add_argument(
        "--capture-percent", type=arguments.percent, metavar="N", help="percent of the requests to capture, 0 for none"
    )
    parser.add_argument("--instance-type", type=arguments.instance_type, metavar="TYPE", help="e.g. ml.c5.large")
    parser.add_argument(
        "--instance-count", type=arguments.positive, metavar="N", help="number of instances; each bills by the hour"
    )
    parser.add_argument("--region", help="AWS region (default: the environment's)")


def execute(args: argparse.Namespace) -> int:
    """Exit code 0 when the new configuration serves, 1 when it was rolled back, 130 after Ctrl-C (it goes on)."""
    student_id = names.check_student_id(args.student_id)
    settings = (args.capture_percent, args.instance_type, args.instance_count)
    if args.model is None and settings == (None, None, None):
        raise UsageError(
            "there is nothing to deploy: give a version's number, a model package's ARN or a model's name, or a "
            "setting such as --capture-percent 10"
        )
    sagemaker = clients.client("sagemaker", args.region)
    serving = read(sagemaker, args.endpoint or names.endpoint(student_id), args.variant)
    created = Created(sagemaker)
    try:
        said, config = _begin(args, student_id, sagemaker, serving, created)
    except BaseException:
        created.discard()
        raise
    print(f"{said} to {serving.endpoint}, as configuration {config}", flush=True)
    if not serving.has_policy:
        print(
            "  (the endpoint has no deployment policy: all traffic moves at once, and no alarm rolls it back)",
            flush=True,
        )
    try:
        with Progress() as progress:
            outcome, reason = watch(sagemaker, serving, config, progress)
    except KeyboardInterrupt:
        print(
            f"\nThe deployment goes on. It has succeeded when this says {config}, and Updating no more:\n"
            f"  aws sagemaker describe-endpoint --endpoint-name {serving.endpoint} "
            "--query '[EndpointStatus,EndpointConfigName,FailureReason]'",
            file=sys.stderr,
        )
        return 130
    if outcome == "rolled back":
        created.discard()
        raise UserError(
            f"rolled back: {serving.endpoint} goes on with {serving.model_name} ({serving.config_name}): {reason}"
        )
    print(f"Deployed: {serving.endpoint} serves {said}")
    if args.model is not None:
        print(
            f"  before: {serving.model_name}; to go back: mlops deploy {student_id} {serving.model_name}{_where(args)}"
        )
    return 0


def _begin(
    args: argparse.Namespace, student_id: str, sagemaker: Any, serving: Serving, created: Created
) -> tuple[str, str]:
    """Makes what is needed and begins; what is deployed, for people, and the configuration's name."""
    ending = configuration.unique_ending()
    found = _release(sagemaker, student_id, args.model or serving.model_name, serving, ending)
    changes = Changes(
        model=found.model,
        variant=serving.variant,
        capture_percent=args.capture_percent,
        # Terraform knows the bucket; it is asked only where the capture may have to begin.
        capture_uri=f"s3://{terraform_outputs.bucket(student_id)}/data-capture" if args.capture_percent else None,
        instance_type=args.instance_type,
        instance_count=args.instance_count,
    )
    taken = sagemaker.meta.service_model.operation_model("CreateEndpointConfig").input_shape.members
    request = configuration.build(serving.config, changes, frozenset(taken) - {"EndpointConfigName", "Tags"})
    marked = tags(sagemaker, serving.config["EndpointConfigArn"], serving.endpoint)
    if found.create:
        created.model({**found.create, "Tags": marked})
    name = configuration.configuration_name(serving.endpoint, request, ending)
    config = created.configuration({**request, "EndpointConfigName": name, "Tags": marked})
    rollout.begin(sagemaker, serving, config, _retained(request, args.instance_count))
    return found.said, config


def _release(sagemaker: Any, student_id: str, asked: str, serving: Serving, ending: str) -> release.Release:
    """What ``asked`` is: a version's number, a model package's ARN, or a model's name."""
    if asked.isdecimal():
        asked = model_packages.version_arn(sagemaker, names.model_package_group(student_id), int(asked))
    if asked.startswith("arn:"):
        return release.of_version(sagemaker, student_id, asked, serving, ending)
    return release.of_model(sagemaker, student_id, asked, serving)


def _retained(request: dict[str, Any], instance_count: int | None) -> dict[str, Any]:
    """Weights, and the instances that autoscaling has added, outlive the configuration; capture is the new one's."""
    if any("ServerlessConfig" in variant for variant in request["ProductionVariants"]):
        return {}
    replaced = ["DataCaptureConfig"] + (["DesiredInstanceCount"] if instance_count else [])
    return {
        "RetainAllVariantProperties": True,
        "ExcludeRetainedVariantProperties": [{"VariantPropertyType": kind} for kind in replaced],
    }


def _where(args: argparse.Namespace) -> str:
    parts = [f" --{name} {value}" for name in ("endpoint", "variant") if (value := getattr(args, name))]
    return "".join(parts)
