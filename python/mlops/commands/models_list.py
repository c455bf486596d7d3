"""``mlops models list``: what the multi-model endpoint can be asked for."""

from __future__ import annotations

import argparse

from mlops.aws import clients, names
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
    pages = clients.client("s3", args.region).get_paginator("list_objects_v2")
    found = [
        item
        for page in pages.paginate(Bucket=endpoint.bucket, Prefix=endpoint.prefix)
        for item in page.get("Contents", [])
        if item["Key"].endswith(".tar.gz")
    ]
    models = "1 model" if len(found) == 1 else f"{len(found)} models"
    print(f"{endpoint.name} ({endpoint.status}) serves {models}")
    print(f"from s3://{endpoint.bucket}/{endpoint.prefix}")
    width = max((len(item["Key"]) - len(endpoint.prefix) for item in found), default=0)
    for item in found:
        target = item["Key"][len(endpoint.prefix) :]
        print(f"  {target:<{width}}  {item['Size']:>10,} bytes  {item['LastModified']:%Y-%m-%d %H:%M:%S} UTC")
    return 0
