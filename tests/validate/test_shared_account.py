"""One account with several students: whose work counts, and how little is read of the others'."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import boto3
import pytest

from mlops.validate import scoring
from mlops.validate.account import Account
from mlops.validate.results import NotOwnedError
from mlops.validate.tasks import AIML_HARD, model_registry

MODEL = (Path(__file__).resolve().parents[2] / "rendered" / "bootstrap" / "xgboost-default.tar.gz").read_bytes()
REPORT = b'{"binary_classification_metrics": {"auc": {"value": 0.93}}}'
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"


def tag(student: str) -> list[dict[str, str]]:
    return [{"Key": "StudentId", "Value": student}]


def create_bucket(student: str, owner: str | None = None, name: str | None = None) -> str:
    """A student's bucket with a model and a report."""
    bucket, s3 = name or f"sagemaker-{student}", boto3.client("s3")
    s3.create_bucket(Bucket=bucket)
    if owner:
        s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tag(owner)})
    s3.put_object(Bucket=bucket, Key="model.tar.gz", Body=MODEL)
    s3.put_object(Bucket=bucket, Key="evaluation.json", Body=REPORT)
    return bucket


def register(group: str, bucket: str, owner: str | None = None) -> None:
    """A model package group with one complete version."""
    sagemaker = boto3.client("sagemaker")
    sagemaker.create_model_package_group(ModelPackageGroupName=group, Tags=tag(owner) if owner else [])
    statistics = {"ContentType": "application/json", "S3Uri": f"s3://{bucket}/evaluation.json"}
    sagemaker.create_model_package(
        ModelPackageGroupName=group,
        ModelApprovalStatus="Approved",
        InferenceSpecification={
            "Containers": [{"Image": IMAGE, "ModelDataUrl": f"s3://{bucket}/model.tar.gz"}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
        ModelMetrics={"ModelQuality": {"Statistics": statistics}},
    )


def graded(student: str) -> tuple[bool, str]:
    """Whether task 4 is done, and what is found."""
    scored = scoring.score(Account(student), [model_registry])
    result = scored.tasks[0].result
    return result.passed, result.message


COMPLETE = (True, "1 of 1 versions complete: Approved")


@pytest.mark.parametrize("tagged", [True, False])
def test_ids_that_are_part_of_each_other(tagged: bool, student: str) -> None:
    """ann-lee's group is neither ann's nor lee's, with a tag and without; the same with ids that look like times."""
    first, last = f"ann{student}", f"lee{student}"
    both, number = f"{first}-{last}", f"{first}-20261127"
    others = (first, last, f"{first}1", f"x-{both}", "2026")
    for each in (both, number, *others[:2]):
        create_bucket(each)
    for each in (both, number):
        register(f"xgboost-models-{each}", f"sagemaker-{each}", each if tagged else None)
        assert graded(each) == COMPLETE
    for each in others:
        assert graded(each) == (False, f"no model package group of {each} was found")
    assert graded(first.upper()) == (False, f"no model package group of {first.upper()} was found")


def test_any_name_counts_by_tag_or_by_bucket(student: str) -> None:
    bucket = create_bucket(student)
    register(f"team-models-{student}-x", bucket)
    assert graded(student) == COMPLETE, "an untagged group whose version is in the student's bucket"
    other = f"{student}b"
    register(f"models{student}b-1", create_bucket(other), other)
    assert graded(other) == COMPLETE, "a tagged group without the id in its name"
    third = f"{student}c"
    register(f"default-group-of-{student}z", create_bucket(third))
    assert graded(third) == COMPLETE, "an untagged group without the id in its name"


def test_a_copied_tag_earns_no_points(student: str) -> None:
    """Mallory's group with another student's tag: the tag takes it from mallory, the bucket from the other."""
    mallory = f"mallory{student}"
    create_bucket(student)
    register(f"xgboost-models-{mallory}", create_bucket(mallory), student)
    passed, said = graded(mallory)
    assert not passed
    assert said.endswith(f"was found: xgboost-models-{mallory} has the tag StudentId={student}")
    passed, said = graded(student)
    assert not passed
    assert f"uses s3://sagemaker-{mallory}/" in said


def test_a_bucket_of_another_name_counts_by_its_tag(student: str, sagemaker: Any, role_arn: str) -> None:
    bucket = create_bucket(student, owner=student, name=f"sagemaker-{student}-2026")
    register(f"xgboost-models-{student}", bucket, student)
    assert graded(student) == COMPLETE
    # The bucket of another student, who copied the tag and has a pipeline, stays that student's.
    other = f"{student}-2026"
    stop = {"Name": "Stop", "Type": "Fail", "Arguments": {"ErrorMessage": "x"}}
    definition = json.dumps({"Version": "2020-12-01", "Steps": [stop]})
    sagemaker.create_pipeline(
        PipelineName=f"MLPipeline-{other}",
        PipelineDefinition=definition,
        RoleArn=role_arn,
        ClientRequestToken=f"{other:x<32}",
    )
    passed, said = graded(student)
    assert not passed
    assert f"uses s3://{bucket}/" in said


def test_the_student_s_own_bucket_with_another_tag(student: str) -> None:
    register(f"xgboost-models-{student}", create_bucket(student, owner="mallory"), student)
    assert f"which is not in the student's bucket sagemaker-{student}" in graded(student)[1]


def test_the_others_are_not_described(student: str) -> None:
    """Grading one of many students reads what is that student's, and pages through the rest once."""
    create_bucket(student)
    sagemaker = boto3.client("sagemaker")
    register(f"xgboost-models-{student}", f"sagemaker-{student}", student)
    others = [f"{student}-n{number}" for number in range(105)]
    for other in others:
        boto3.client("s3").create_bucket(Bucket=f"sagemaker-{other}")
        sagemaker.create_model_package_group(ModelPackageGroupName=f"xgboost-models-{other}", Tags=tag(other))
    account, called = Account(student), Counter[str]()
    account.client("sagemaker").meta.events.register("before-call", lambda model, **_: called.update([model.name]))
    scored = scoring.score(account, AIML_HARD)
    assert scored.tasks[3].result.passed
    assert called["ListModelPackages"] == 1
    assert called["DescribeModelPackage"] == 1
    assert called["ListTags"] < 10, "no other student's group"
    assert sum(called.values()) < 80

    nothing, called = Account(f"none{student}"), Counter[str]()
    nothing.client("sagemaker").meta.events.register("before-call", lambda model, **_: called.update([model.name]))
    assert scoring.score(nothing, AIML_HARD).points == 0
    assert called["ListModelPackages"] < 10, "tags are read first: only groups without one are looked into"


def test_what_says_nothing_of_its_owner(student: str) -> None:
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/none-{student}"
    ownership = Account(student).ownership
    with pytest.raises(
        NotOwnedError, match=f"x-{student} has no tag StudentId, and names nothing in sagemaker-{student}"
    ):
        ownership.check(f"x-{student}", arn, {})
    with pytest.raises(NotOwnedError, match=r"^$"):
        ownership.check("sagemaker-xgboost-2026-11-27-09-00-00-000", arn, {"S3Uri": "s3://sagemaker-lee/x"})
    half = [{"S3Uri": f"s3://sagemaker-{student}/in"}, {"S3OutputPath": "https://s3.amazonaws.com/sagemaker-lee/out"}]
    assert ownership.check("sagemaker-xgboost-2026-11-27-09-00-00-000", arn, *half) == (
        "sagemaker-xgboost-2026-11-27-09-00-00-000 uses https://s3.amazonaws.com/sagemaker-lee/out, "
        f"which is not in the student's bucket sagemaker-{student}"
    )


def test_the_objects_of_a_manifest_are_inputs(student: str) -> None:
    bucket, s3 = f"sagemaker-{student}", boto3.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="a.manifest", Body=b'[{"prefix": "s3://sagemaker-lee/data/"}, "a.csv"]')
    channel = {"S3DataType": "ManifestFile", "S3Uri": f"s3://{bucket}/a.manifest"}
    assert Account(student).ownership.foreign(channel) == "s3://sagemaker-lee/data/"
    assert Account(student).ownership.foreign(channel | {"S3DataType": "S3Prefix"}) is None
