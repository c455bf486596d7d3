"""``mlops models list``: what the multi-model endpoint can be asked for."""

from __future__ import annotations

import argparse

from mlops.aws import clients, names
from mlops.aws.s3 import objects_under
from mlops.commands.multi_model.endpoint import read

__all__ = ["HELP", "PATH", "configure", "execute"]

PATH: tuple[str, ...] = ("models", "list")
HELP = "list the models behind the multi-model endpoint"


def configure(parser: argparse.ArgumentParser) -> None:
    """Whose endpoint."""
    parser.add_argument("student_id", metavar="STUDENT_ID")
    parser.add_argument("--endpoint", help="the endpoint, where it is not multi-model-endpoint-STUDENT_ID")
    parser.add_argument("--region", help="AWS region (default: the environment's)")


def execute(args: argparse.Namespace) -> int:
    """Prints the endpoint, the prefix, and a line for each target: name, size in bytes, when it was put there."""
    student_id = names.check_student_id(args.student_id)
    endpoint = read(clients.client("sagemaker", args.region), args.endpoint or names.multi_model_endpoint(student_id))
    under = f"s3://{endpoint.bucket}/{endpoint.prefix}"
    found = [each for each in objects_under(clients.client("s3", args.region), under) if each.key.endswith(".tar.gz")]
    models = "1 model" if len(found) == 1 else f"{len(found)} models"
    print(f"{endpoint.name} ({endpoint.status}) serves {models}")
    print(f"from {under}")
    width = max((len(item.key) - len(endpoint.prefix) for item in found), default=0)
    for item in found:
        target = item.key[len(endpoint.prefix) :]
        print(f"  {target:<{width}}  {item.bytes:>10,} bytes  {item.modified:%Y-%m-%d %H:%M:%S} UTC")
    return 0
