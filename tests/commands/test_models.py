"""`mlops models`: list, add, ask; and what is refused before it can do harm."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import tarfile
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pytest
import xgboost

from mlops.cli import main

BOOTSTRAP = Path(__file__).resolve().parents[2] / "rendered" / "bootstrap"
REGISTRY = "683313688378.dkr.ecr.us-east-1.amazonaws.com"
XGBOOST, SKLEARN = f"{REGISTRY}/sagemaker-xgboost:3.2-0", f"{REGISTRY}/sagemaker-scikit-learn:1.9-0-cpu-py3"
ROW = "39,State-gov,Bachelors,13,Never-married,Adm-clerical,Not-in-family,White,Male,2174,0,40,United-States"
STUDENT = "models1"
BUCKET, ENDPOINT = f"sagemaker-{STUDENT}", f"multi-model-endpoint-{STUDENT}"
GROUP = f"xgboost-models-{STUDENT}"
SERVING = {
    "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv",
    "SAGEMAKER_PROGRAM": "inference.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
}


@pytest.fixture
def endpoint(stack: dict[str, str], role_arn: str) -> str:
    """A multi-model endpoint behind the encoder; the file's first test starts it, for that takes seconds."""
    s3, sagemaker = boto3.client("s3"), boto3.client("sagemaker")
    if sagemaker.list_endpoints()["Endpoints"]:
        return ENDPOINT
    s3.create_bucket(Bucket=BUCKET)
    s3.upload_file(str(BOOTSTRAP / "encoder.tar.gz"), BUCKET, "front/model.tar.gz")
    s3.upload_file(str(BOOTSTRAP / "xgboost-default.tar.gz"), BUCKET, "many/default.tar.gz")
    sagemaker.create_model(
        ModelName=ENDPOINT,
        ExecutionRoleArn=role_arn,
        Containers=[
            {"Image": SKLEARN, "ModelDataUrl": f"s3://{BUCKET}/front/model.tar.gz", "Environment": SERVING},
            {"Image": XGBOOST, "ModelDataUrl": f"s3://{BUCKET}/many", "Mode": "MultiModel"},
        ],
    )
    variant = {"VariantName": "a", "ModelName": ENDPOINT, "InstanceType": "ml.t2.medium", "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(EndpointConfigName=ENDPOINT, ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName=ENDPOINT, EndpointConfigName=ENDPOINT)
    waiter = sagemaker.get_waiter("endpoint_in_service")
    waiter.config.delay, waiter.config.max_attempts = 0.2, 200
    waiter.wait(EndpointName=ENDPOINT)
    sagemaker.create_model_package_group(ModelPackageGroupName=GROUP)
    return ENDPOINT


@pytest.fixture
def register(endpoint: str) -> Any:
    """Registers a version whose encoder and model are these archives' contents; gives its number."""
    s3, sagemaker = boto3.client("s3"), boto3.client("sagemaker")

    def register(encoder: bytes, status: str = "Approved", images: tuple[str, str] = (SKLEARN, XGBOOST)) -> str:
        number = len(sagemaker.list_model_packages(ModelPackageGroupName=GROUP)["ModelPackageSummaryList"]) + 1
        s3.put_object(Bucket=BUCKET, Key=f"runs/{number}/encoder.tar.gz", Body=encoder)
        s3.upload_file(str(BOOTSTRAP / "xgboost-shallow.tar.gz"), BUCKET, f"runs/{number}/model.tar.gz")
        arn = sagemaker.create_model_package(
            ModelPackageGroupName=GROUP,
            ModelApprovalStatus=status,
            InferenceSpecification={
                "Containers": [
                    {"Image": images[0], "ModelDataUrl": f"s3://{BUCKET}/runs/{number}/encoder.tar.gz"},
                    {"Image": images[1], "ModelDataUrl": f"s3://{BUCKET}/runs/{number}/model.tar.gz"},
                ],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
            },
        )["ModelPackageArn"]
        return str(arn).rpartition("/")[2]

    return register


def run(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(["models", *arguments]) == code, capsys.readouterr().err
    said = capsys.readouterr()
    return said.out if code == 0 else said.err


def archive(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def test_a_registered_version_answers_by_its_number(endpoint: str, register: Any, capsys: Any) -> None:
    version = register((BOOTSTRAP / "encoder.tar.gz").read_bytes())
    said = run(capsys, "add", STUDENT, version)
    assert f"{GROUP} version {version} is v{version}.tar.gz of {ENDPOINT}" in said
    scores = run(capsys, "invoke", STUDENT, "--target", f"v{version}.tar.gz", "--row", ROW, "--row", ROW).split()
    assert scores == [scores[0]] * 2
    assert run(capsys, "invoke", STUDENT, "--target", "default.tar.gz", "--row", ROW).split() != scores[:1]
    listed = run(capsys, "list", STUDENT)
    assert f"{ENDPOINT} (InService) serves" in listed
    assert f"  v{version}.tar.gz" in listed
    assert max(map(len, listed.splitlines())) <= 80


def test_a_local_archive_is_not_overwritten_unasked(endpoint: str, capsys: Any) -> None:
    model = str(BOOTSTRAP / "xgboost-shallow.tar.gz")
    run(capsys, "add", STUDENT, model, "--name", "mine.tar.gz")
    assert "mine.tar.gz is there already" in run(capsys, "add", STUDENT, model, "--name", "mine.tar.gz", code=1)
    run(capsys, "add", STUDENT, model, "--name", "mine.tar.gz", "--replace")


def test_what_waits_for_approval_is_not_deployed(endpoint: str, register: Any, capsys: Any) -> None:
    version = register((BOOTSTRAP / "encoder.tar.gz").read_bytes(), "PendingManualApproval")
    said = run(capsys, "add", STUDENT, version, code=1)
    assert f"version {version} is PendingManualApproval: only approved versions are deployed" in said
    assert "--model-approval-status Approved" in said


def _fitted_on_other_rows(fitted: dict[str, Any]) -> None:
    means = next(feature for feature in fitted["features"] if feature.get("means"))["means"]
    means[next(iter(means))] += 0.01


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_fitted_on_other_rows, "it was fitted on other data"),
        (
            lambda fitted: fitted.update(version=1),
            "its encoder.json has version 1, the endpoint's has version 2",
        ),
    ],
    ids=["other rows", "another version"],
)
def test_a_version_behind_another_encoder_is_refused(
    change: Any, reason: str, endpoint: str, register: Any, capsys: Any
) -> None:
    with tarfile.open(BOOTSTRAP / "encoder.tar.gz") as packed:
        stream = packed.extractfile("encoder.json")
        assert stream
        fitted = json.load(stream)
    change(fitted)
    version = register(archive(**{"encoder.json": json.dumps(fitted).encode()}))
    said = run(capsys, "add", STUDENT, version, code=1)
    assert f"version {version} was trained behind another encoder than the one of {ENDPOINT}" in said
    assert f"would misread its rows: {reason}. Deploy" in said
    assert f"v{version}.tar.gz" not in run(capsys, "list", STUDENT)


def test_a_version_in_another_image_is_refused(endpoint: str, register: Any, capsys: Any) -> None:
    version = register((BOOTSTRAP / "encoder.tar.gz").read_bytes(), images=(SKLEARN, SKLEARN))
    assert f"{ENDPOINT} in sagemaker-xgboost: its model does not fit" in run(capsys, "add", STUDENT, version, code=1)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no archive", "is no gzipped tar archive"),
        (gzip.compress(b"no tar"), "is no gzipped tar archive"),
        (archive(README=b"x"), "holds README and no xgboost-model"),
        (archive(), "holds nothing and no xgboost-model"),
    ],
    ids=["text", "gzip", "no-model", "empty"],
)
def test_what_could_not_be_loaded_is_refused(
    endpoint: str, content: bytes, said: str, tmp_path: Path, capsys: Any
) -> None:
    file = tmp_path / "bad.tar.gz"
    file.write_bytes(content)
    assert said in run(capsys, "add", STUDENT, str(file), code=1)


@pytest.mark.parametrize("features", [4, 14])
def test_a_model_of_other_rows_is_refused(endpoint: str, features: int, tmp_path: Path, capsys: Any) -> None:
    rows = np.arange(8.0 * features).reshape(8, features)
    booster = xgboost.train({}, xgboost.DMatrix(rows, label=[0, 1] * 4), num_boost_round=1)
    file = tmp_path / "narrow.tar.gz"
    file.write_bytes(archive(**{"xgboost-model": bytes(booster.save_raw())}))
    said = run(capsys, "add", STUDENT, str(file), code=1)
    assert f"was trained on {features} features, and the encoder of {ENDPOINT} writes 13" in said
    assert "narrow.tar.gz" not in run(capsys, "list", STUDENT)


def test_a_model_that_cannot_be_looked_into_is_taken(endpoint: str, tmp_path: Path, capsys: Any) -> None:
    """Older releases pickle boosters; nobody else's pickle is loaded to look into it."""
    file = tmp_path / "pickled.tar.gz"
    file.write_bytes(archive(**{"xgboost-model": pickle.dumps({"no": "booster"})}))
    assert "is pickled.tar.gz of" in run(capsys, "add", STUDENT, str(file))


def test_wrong_calls(endpoint: str, capsys: Any, tmp_path: Path) -> None:
    assert "neither a file nor a version" in run(capsys, "add", STUDENT, "absent.tar.gz", code=2)
    model = str(BOOTSTRAP / "xgboost-shallow.tar.gz")
    assert "target name 'a b.tar.gz' is not usable" in run(
        capsys, "add", STUDENT, model, "--name", "a b.tar.gz", code=2
    )
    assert f"{GROUP} has no version 999" in run(capsys, "add", STUDENT, "999", code=1)
    assert "there is no endpoint multi-model-endpoint-nobody" in run(capsys, "list", "nobody", code=1)
    assert "which rows?" in run(capsys, "invoke", STUDENT, "--target", "default.tar.gz", code=2)
    (tmp_path / "empty.csv").write_text("\n")
    empty = ("invoke", STUDENT, "--target", "default.tar.gz", "--file", str(tmp_path / "empty.csv"))
    assert "there are no rows" in run(capsys, *empty, code=2)
    (tmp_path / "huge.csv").write_bytes(b"1" * (6 * 1024 * 1024 + 1))
    huge = ("invoke", STUDENT, "--target", "default.tar.gz", "--file", str(tmp_path / "huge.csv"))
    assert "the rows are 6,291,457 bytes, and an endpoint takes 6,291,456" in run(capsys, *huge, code=2)


def test_an_unknown_target_is_told_with_its_key(endpoint: str, capsys: Any) -> None:
    said = run(capsys, "invoke", STUDENT, "--target", "absent.tar.gz", "--row", ROW, code=1)
    assert f"bucket: {BUCKET}, key: many/absent.tar.gz" in said


def test_rows_from_a_file(endpoint: str, tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "rows.csv").write_text(f"{ROW}\n{ROW}\n{ROW}\n")
    answer = run(capsys, "invoke", STUDENT, "--target", "default.tar.gz", "--file", str(tmp_path / "rows.csv"))
    assert len(answer.split()) == 3
