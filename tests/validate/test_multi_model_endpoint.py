"""Task 8 on the local stack: an endpoint counts only in service, in multi-model mode, and with several models."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from mlops.validate.account import Account
from mlops.validate.model_archive import has_file, read
from mlops.validate.results import CheckFailed, Result
from mlops.validate.tasks import multi_model_endpoint

RENDERED = Path(__file__).resolve().parents[2] / "rendered" / "bootstrap"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"
DEFAULT, SHALLOW = ((RENDERED / f"xgboost-{name}.tar.gz").read_bytes() for name in ("default", "shallow"))
Serve = Callable[..., str]


@pytest.fixture
def serve(student: str, sagemaker: Any, role_arn: str) -> Any:
    """Makes an endpoint over objects under models/ (key → content) and waits until it is in service or has failed."""
    s3 = boto3.client("s3")
    bucket = f"sagemaker-{student}"
    s3.create_bucket(Bucket=bucket)
    made: list[str] = []

    def serve(objects: dict[str, bytes], *, name: str = "many", **container: Any) -> str:
        for key, content in objects.items():
            s3.put_object(Bucket=bucket, Key=f"models/{key}", Body=content)
        named = f"{name}-{student}"
        sagemaker.create_model(
            ModelName=named,
            ExecutionRoleArn=role_arn,
            PrimaryContainer={"Image": IMAGE, "Mode": "MultiModel", "ModelDataUrl": f"s3://{bucket}/models/"}
            | container,
        )
        sagemaker.create_endpoint_config(
            EndpointConfigName=named,
            ProductionVariants=[
                {
                    "VariantName": "AllTraffic",
                    "ModelName": named,
                    "InstanceType": "ml.t2.medium",
                    "InitialInstanceCount": 1,
                }
            ],
        )
        sagemaker.create_endpoint(EndpointName=named, EndpointConfigName=named)
        made.append(named)
        _ended(sagemaker, named)
        return bucket

    yield serve
    for name in made:
        sagemaker.delete_endpoint(EndpointName=name)


def _ended(sagemaker: Any, name: str) -> None:
    waiter = sagemaker.get_waiter("endpoint_in_service")
    waiter.config.delay, waiter.config.max_attempts = 0.2, 150
    waiter.wait(EndpointName=name)


def miss(student: str) -> Result:
    with pytest.raises(CheckFailed) as caught:
        multi_model_endpoint.check(Account(student))
    return caught.value.result


def repacked(content: bytes) -> bytes:
    """The same model with another name, time, mode and compression, and a file beside it."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(content)) as old, tarfile.open(fileobj=packed, mode="w") as new:
        stream = old.extractfile("xgboost-model")
        assert stream
        for name, body in {"./readme.txt": b"another", "./xgboost-model": stream.read()}.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.mode = len(body), 1_700_000_000, 0o600
            new.addfile(member, io.BytesIO(body))
    return gzip.compress(packed.getvalue(), compresslevel=1)


def archive(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, body in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(body)
            tar.addfile(member, io.BytesIO(body))
    return packed.getvalue()


def test_a_model_is_told_by_its_files_however_they_are_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(DEFAULT) == read(repacked(DEFAULT)) != read(SHALLOW)
    assert read(archive(model=b"a", code=b"b")) == read(archive(code=b"b", model=b"a"))
    assert read(archive(model=b"a", code=b"b")) != read(archive(model=b"c", code=b"b"))
    for content in (b"", b"junk", gzip.compress(b"junk"), DEFAULT[:1000], archive(), archive(model=b"")):
        assert read(content) is None
    monkeypatch.setattr("mlops.validate.model_archive.MAX_BYTES", 100)
    assert read(archive(model=bytes(100))) is not None
    assert read(archive(model=bytes(60), more=bytes(41))) is None, "it unpacks to more than there is room for"


def test_a_model_is_the_same_beside_other_files() -> None:
    with tarfile.open(fileobj=io.BytesIO(DEFAULT)) as opened:
        stream = opened.extractfile("xgboost-model")
        assert stream is not None
        model = stream.read()
    alone, beside = read(archive(model=model)), read(archive(**{"xgboost-model": b"garbage", "model.ubj": model}))
    assert alone is not None
    assert alone.has_model
    assert alone == beside
    nothing = read(archive(model=b"garbage"))
    assert nothing is not None
    assert not nothing.has_model


def test_a_large_archive_is_told_by_its_etag(
    student: str, stack: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    s3, bucket = boto3.client("s3"), f"sagemaker-{student}-large"
    s3.create_bucket(Bucket=bucket)
    for name, content in {"a": DEFAULT, "b": repacked(DEFAULT), "c": b"x"}.items():
        s3.put_object(Bucket=bucket, Key=f"m/{name}.tar.gz", Body=content)
    same, junk = "b.tar.gz, which is the same model as a.tar.gz", "c.tar.gz, which is no gzipped tar archive of a model"
    assert multi_model_endpoint._models(Account(student), bucket, "m/") == (["a.tar.gz"], [same, junk])
    with monkeypatch.context() as few:
        few.setattr(multi_model_endpoint, "MAX_ARCHIVES", 2)
        assert multi_model_endpoint._models(Account(student), bucket, "m/") == (["a.tar.gz"], [same])
    monkeypatch.setattr("mlops.validate.stored_models.MAX_ARCHIVE_BYTES", 6)
    assert multi_model_endpoint._models(Account(student), bucket, "m/")[0] == ["a.tar.gz", "b.tar.gz"]


def test_hostile_archives_are_refused_in_bounded_memory() -> None:
    """Headers that tarfile would hold in memory, and sparse files."""
    for kind in (tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_SPARSE):
        member = tarfile.TarInfo("x")
        member.type, member.size = kind, 1 << 34
        block = member.tobuf(tarfile.GNU_FORMAT) + bytes(1024)
        assert read(gzip.compress(block)) is None
        assert not has_file(gzip.compress(block))


def test_no_endpoint(student: str) -> None:
    assert miss(student).message == f"no endpoint of {student} was found"
    assert miss(student).remedy == f"terraform apply -var student_id={student}"


def test_models_count_as_they_come(student: str, serve: Serve, sagemaker: Any) -> None:
    """One endpoint from nearly nothing to done, for starting one takes seconds."""
    bucket = serve({"readme.txt": b"models to come", "empty.tar.gz": b""})
    s3 = boto3.client("s3")
    few = f"different models under s3://{bucket}/models/, not several"
    assert miss(student).message == f"there are 0 {few}: empty.tar.gz, which is no gzipped tar archive of a model"
    assert miss(student).remedy == f"mlops models add {student} MODEL_TAR_GZ"
    s3.delete_object(Bucket=bucket, Key="models/empty.tar.gz")
    assert miss(student).message == f"there are 0 {few}"
    s3.put_object(Bucket=bucket, Key="models/a.tar.gz", Body=DEFAULT)
    assert miss(student).message == f"there are 1 {few}"
    for key, content in {"bytes": DEFAULT, "repacked": repacked(DEFAULT)}.items():
        s3.put_object(Bucket=bucket, Key=f"models/{key}.tar.gz", Body=content)
        assert miss(student).message == f"there are 1 {few}: {key}.tar.gz, which is the same model as a.tar.gz"
        s3.delete_object(Bucket=bucket, Key=f"models/{key}.tar.gz")
    for number in range(4):
        s3.put_object(Bucket=bucket, Key=f"models/junk{number}.tar.gz", Body=b"junk%d" % number)
    junk = "; ".join(f"junk{number}.tar.gz, which is no gzipped tar archive of a model" for number in range(3))
    assert miss(student).message == f"there are 1 {few}: {junk}"

    s3.put_object(Bucket=bucket, Key="models/z.tar.gz", Body=SHALLOW)
    result = multi_model_endpoint.check(Account(student))
    assert result.passed
    assert result.message == f"serves different models from s3://{bucket}/models/, such as a.tar.gz and z.tar.gz"
    assert result.evidence[0].status == "InService"

    # Another student, with whose id this one's begins.
    assert miss(student[:-1]).message == f"no endpoint of {student[:-1]} was found"

    watched = {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 5}  # it is Updating for that long at least
    sagemaker.update_endpoint(
        EndpointName=f"many-{student}",
        EndpointConfigName=f"many-{student}",
        DeploymentConfig={"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": watched}},
    )
    assert miss(student).message == f"many-{student} is Updating, not InService"
    _ended(sagemaker, f"many-{student}")

    arn = sagemaker.describe_endpoint(EndpointName=f"many-{student}")["EndpointArn"]
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "StudentId", "Value": student}])
    sagemaker.delete_model(ModelName=f"many-{student}")
    assert miss(student).message == f"a model of many-{student} does not exist any more"


def test_a_neighbours_prefix_does_not_count(student: str, serve: Serve) -> None:
    """The prefix is a folder: what lies in models-old/ is not in models/."""
    bucket = serve({"a.tar.gz": DEFAULT}, ModelDataUrl=f"s3://sagemaker-{student}/models")
    boto3.client("s3").put_object(Bucket=bucket, Key="models-old/b.tar.gz", Body=SHALLOW)
    assert miss(student).message == f"there are 1 different models under s3://{bucket}/models, not several"


def test_an_endpoint_of_one_model(student: str, serve: Serve) -> None:
    serve(
        {"a.tar.gz": DEFAULT, "b.tar.gz": SHALLOW},
        Mode="SingleModel",
        ModelDataUrl=f"s3://sagemaker-{student}/models/a.tar.gz",
    )
    assert miss(student).message == f"many-{student} is not in multi-model mode"
    serve({}, name="several")
    assert multi_model_endpoint.check(Account(student)).passed, "one that satisfies is enough"
