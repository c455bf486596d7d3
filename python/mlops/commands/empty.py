"""``mlops empty``: deletes what blocks ``terraform destroy``, which are registered versions and a bucket's objects."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from mlops.aws import clients, names, terraform_outputs
from mlops.aws.endpoint_deletion import delete_endpoints
from mlops.aws.errors import UserError, error_code, is_not_found
from mlops.aws.stopping import stop_executions, stop_jobs
from mlops.deployment.created import delete_created

__all__ = ["HELP", "PATH", "configure", "delete_data", "empty_bucket", "empty_group", "execute"]

PATH = ("empty",)
HELP = "delete the student's registered model versions and every object of the bucket, so that destroy can go through"

_DELETE_AT_ONCE = 1000  # DeleteObjects takes no more


def configure(parser: argparse.ArgumentParser) -> None:
    """Whose data, and whether to ask."""
    parser.add_argument("student_id", metavar="STUDENT_ID")
    parser.add_argument(
        "--bucket", help="the bucket (default: the one applied from this folder, else sagemaker-STUDENT_ID)"
    )
    parser.add_argument("--region", help="AWS region (default: the environment's)")
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")


def execute(args: argparse.Namespace) -> int:
    """Ends endpoints, executions and jobs, then deletes versions and objects; 1 where the user says no."""
    student_id = names.check_student_id(args.student_id)
    bucket = args.bucket or terraform_outputs.bucket(student_id)
    group = names.model_package_group(student_id)
    if not args.yes and not _confirmed(student_id, bucket, group, args.region):
        print("Nothing was deleted.")
        return 1
    print(delete_data(student_id, bucket, args.region, lambda text: print(text, flush=True)))
    return 0


def delete_data(student_id: str, bucket: str, region: str | None, say: Callable[[str], None]) -> str:
    """Stops what uses the bucket and deletes, without asking; returns a sentence on what was stopped and deleted.

    Args:
        say: gets a line for each thing that is being stopped, which can take minutes on AWS.
    """
    sagemaker = clients.client("sagemaker", region)
    endpoints = (names.endpoint(student_id), names.multi_model_endpoint(student_id))
    ended = delete_endpoints(sagemaker, endpoints)
    deployed = delete_created(sagemaker, student_id, endpoints)
    executions = stop_executions(sagemaker, names.pipeline_name(student_id), say)
    jobs = stop_jobs(sagemaker, bucket, say)
    versions = empty_group(sagemaker, names.model_package_group(student_id))
    objects, uploads = empty_bucket(clients.client("s3", region), bucket)
    gone = [*ended, *([f"{deployed} models and configurations of deployments"] if deployed else [])]
    before = f"deleted {' and '.join(gone)}; " if gone else ""
    return (
        f"{before}stopped {executions} executions and {len(jobs)} jobs; deleted {versions} model versions, "
        f"{objects} object versions and {uploads} unfinished uploads"
    )


def empty_group(sagemaker: Any, group: str) -> int:
    """Deletes every version of a model package group; 0 where there is no such group."""
    versions: list[str] = []
    try:
        for page in sagemaker.get_paginator("list_model_packages").paginate(ModelPackageGroupName=group):
            versions.extend(found["ModelPackageArn"] for found in page["ModelPackageSummaryList"])
    except ClientError as error:
        if not is_not_found(error):
            raise
    for arn in versions:
        sagemaker.delete_model_package(ModelPackageName=arn)
    return len(versions)


def empty_bucket(s3: Any, bucket: str) -> tuple[int, int]:
    """Deletes all versions, delete markers and unfinished uploads.

    Returns:
        (object versions and markers, uploads); (0, 0) where there is no such bucket.

    Raises:
        UserError: S3 kept an object (a retention lock, a policy).
    """
    deleted = 0
    try:
        for batch in _versions(s3, bucket):
            answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})
            if answer.get("Errors"):
                kept = answer["Errors"][0]
                raise UserError(f"s3://{bucket}/{kept['Key']} cannot be deleted: {kept['Code']}: {kept['Message']}")
            deleted += len(batch)
        uploads = [
            upload
            for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket)
            for upload in page.get("Uploads", [])
        ]
    except ClientError as error:
        if error_code(error) != "NoSuchBucket":
            raise
        return deleted, 0
    for upload in uploads:
        s3.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
    return deleted, len(uploads)


def _versions(s3: Any, bucket: str) -> Iterator[list[dict[str, str]]]:
    """Batches of what is there; each is to be deleted before the next is asked for, which is the new first page."""
    while True:
        page = s3.list_object_versions(Bucket=bucket, MaxKeys=_DELETE_AT_ONCE)
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if not found:
            return
        yield [{"Key": version["Key"], "VersionId": version["VersionId"]} for version in found]


def _confirmed(student_id: str, bucket: str, group: str, region: str | None) -> bool:
    account = clients.client("sts", region).get_caller_identity()["Account"]
    print(
        f"In account {account}, this deletes for good every object of s3://{bucket} and every version in {group},\n"
        f"stops what {names.pipeline_name(student_id)} runs now and every job that uses the bucket,\n"
        f"and deletes the endpoints that write there,\n"
        f"{names.endpoint(student_id)} and {names.multi_model_endpoint(student_id)}."
    )
    if not sys.stdin.isatty():
        raise UserError("there is no terminal to ask at: pass --yes where you mean it")
    return input(f"Type {student_id} to go on: ").strip() == student_id
