"""Scripts that predict in real time, with SageMaker Python SDK v2 and v3, unmodified in a shell with `localaws env`."""

from __future__ import annotations

import json
import subprocess
import tarfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pytest
import xgboost
from first_models import ENCODER, SKLEARN, XGBOOST

from mlops.jobs.csv_rows import read_rows
from mlops.jobs.row_encoder import Encoder

PROJECT = Path(__file__).resolve().parents[2]
ASSETS = Path(__file__).with_name("assets")
BOOTSTRAP = PROJECT / "rendered/bootstrap"
_ROWS = 20
_ZEROS = 13

pytestmark = pytest.mark.full


def test_a_students_predictors_run_unmodified(
    sdk: tuple[str, Path], notebook: dict[str, str], role_arn: str, tmp_path: Path
) -> None:
    generation, python = sdk
    student = f"predictor-{generation}"
    bucket = f"sagemaker-{student}"
    _applied(student, bucket, role_arn)
    rows = tmp_path / "rows.csv"
    rows.write_text("".join((PROJECT / "rendered/batch/sample.csv").read_text().splitlines(keepends=True)[:_ROWS]))

    done = subprocess.run(
        [python, ASSETS / generation / "predict.py", student, role_arn, SKLEARN, XGBOOST, rows],
        cwd=tmp_path,
        env=notebook,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    scores = json.loads((tmp_path / "scores.json").read_text())

    default, shallow = _booster("default"), _booster("shallow")
    encoded = _encoded(rows.read_bytes())
    np.testing.assert_allclose(scores["applied"], default.predict(encoded), atol=1e-6)
    for name, booster in (("default", default), ("shallow", shallow)):
        np.testing.assert_allclose(scores[f"applied multi-model {name}"], booster.predict(encoded), atol=1e-6)
    zeros = xgboost.DMatrix(np.zeros((1, _ZEROS)))
    np.testing.assert_allclose(scores["single"], default.predict(zeros), atol=1e-6)
    if generation == "v2":
        np.testing.assert_allclose(scores["deployed"], default.predict(encoded), atol=1e-6)
        np.testing.assert_allclose(scores["async"], default.predict(zeros), atol=1e-6)
        np.testing.assert_allclose(scores["many"], default.predict(zeros), atol=1e-6)
        np.testing.assert_allclose(scores["many, added"], shallow.predict(zeros), atol=1e-6)
        assert scores["listed"] == ["default.tar.gz", "shallow.tar.gz"]
        assert _captured(bucket) == ["student-2"]
    left = boto3.client("sagemaker").list_endpoints(NameContains=student)["Endpoints"]
    assert {endpoint["EndpointName"] for endpoint in left} == {
        f"{kind}-endpoint-{student}" for kind in ("multi-model", "xgboost")
    }


def _applied(student: str, bucket: str, role: str) -> None:
    """The two endpoints of the first apply, made with the same requests."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=bucket)
    for archive in ("encoder", "xgboost-default", "xgboost-shallow"):
        s3.upload_file(str(BOOTSTRAP / f"{archive}.tar.gz"), bucket, f"models/{archive}.tar.gz")
    for name in ("default", "shallow"):
        s3.upload_file(str(BOOTSTRAP / f"xgboost-{name}.tar.gz"), bucket, f"models/multi-model/{name}.tar.gz")
    single = {"Image": XGBOOST, "ModelDataUrl": f"s3://{bucket}/models/xgboost-default.tar.gz"}
    many = {"Image": XGBOOST, "ModelDataUrl": f"s3://{bucket}/models/multi-model/", "Mode": "MultiModel"}
    endpoints = {f"xgboost-endpoint-{student}": single, f"multi-model-endpoint-{student}": many}
    for name, container in endpoints.items():
        _endpoint(name, bucket, role, container)
    end = time.monotonic() + 60
    sagemaker = boto3.client("sagemaker")
    for name in endpoints:
        while (found := sagemaker.describe_endpoint(EndpointName=name))["EndpointStatus"] == "Creating":
            assert time.monotonic() < end, found
            time.sleep(0.2)
        assert found["EndpointStatus"] == "InService", found


def _endpoint(name: str, bucket: str, role: str, container: Mapping[str, str]) -> None:
    sagemaker = boto3.client("sagemaker")
    encoder = {"Image": SKLEARN, "ModelDataUrl": f"s3://{bucket}/models/encoder.tar.gz", "Environment": ENCODER}
    model: Any = {"ModelName": name, "ExecutionRoleArn": role, "Containers": [encoder, container]}
    sagemaker.create_model(**model)
    variant: Any = {
        "VariantName": "AllTraffic",
        "ModelName": name,
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
    }
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)


def _member(archive: str, name: str) -> bytes:
    with tarfile.open(BOOTSTRAP / archive) as packed:
        found = packed.extractfile(name)
        assert found is not None
        return found.read()


def _booster(name: str) -> xgboost.Booster:
    booster = xgboost.Booster()
    booster.load_model(bytearray(_member(f"xgboost-{name}.tar.gz", "xgboost-model")))
    return booster


def _encoded(body: bytes) -> xgboost.DMatrix:
    encoder = Encoder.from_json(_member("encoder.tar.gz", "encoder.json").decode())
    return xgboost.DMatrix(encoder.encode(read_rows(body, encoder.names)))


def _captured(bucket: str) -> list[str]:
    """The inference ids of the captured requests."""
    s3 = boto3.client("s3")
    found = s3.list_objects_v2(Bucket=bucket, Prefix="captured/").get("Contents", [])
    lines = [s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read().decode() for item in found]
    return [json.loads(line)["eventMetadata"]["inferenceId"] for text in lines for line in text.splitlines()]
