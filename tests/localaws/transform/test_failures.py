"""What a client reads when a transform job cannot be done, and that nothing half-written is left."""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localaws import background

from .world import BUCKET, World, csv_of, rows

PICKY = """
def model_fn(model_dir):
    return None

def input_fn(body, content_type):
    return body.decode() if isinstance(body, bytes) else body

def predict_fn(text, model):
    return text

def output_fn(text, accept):
    from sagemaker_containers.beta.framework import worker
    for number, line in enumerate(text.splitlines(), start=1):
        if "bad" in line:
            return worker.Response(response=f"row {number} is bad", status=400, mimetype="text/plain")
        if "broken" in line:
            raise RuntimeError("a defect of the script")
    return text, "text/csv"
"""
SLOW = PICKY.replace("return text\n", "import time; time.sleep(30); return text\n")
MEBIBYTE = 1024**2


def refused(world: World, source: str, **changes: Any) -> str:
    with pytest.raises(ClientError) as caught:
        world.start(source, **changes)
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    return str(caught.value.response["Error"]["Message"])


@pytest.fixture(scope="module")
def picky(world: World) -> str:
    """A model that answers every line with itself, and refuses some."""
    return world.new_model(world.script_container(PICKY))


def test_a_malformed_row_among_a_thousand(world: World, picky: str) -> None:
    lines = [f"good {number}" for number in range(1000)]
    lines[733] = "bad"
    source = world.inputs(rows_csv="\n".join(lines))
    described = world.failed(source, model=picky)
    assert described["FailureReason"] == (
        f"ClientError: See job logs for more information. {source}rows.csv, lines 1-1000: container primary answered "
        "400: row 734 is bad"
    )
    assert world.below(described["TransformOutput"]["S3OutputPath"]) == {}
    about = [line.partition("[sagemaker logs]: ")[2] for line in world.log(described["TransformJobName"], "/data-log")]
    name = f"{source.removeprefix('s3://')}rows.csv"
    assert about == [
        "MaxConcurrentTransforms=1, MaxPayloadInMB=6, BatchStrategy=MULTI_RECORD",
        f"{name}: ClientError: 400",
        f"{name}: ",
        f"{name}: Message:",
        f"{name}: row 734 is bad",
        f"{name}: The payload held lines 1-1000 of the object.",
    ]


def test_a_single_record_names_its_line(world: World, picky: str) -> None:
    source = world.inputs(rows_csv="good\ngood\nbad\ngood\n")
    reason = world.failed(source, model=picky, BatchStrategy="SingleRecord")["FailureReason"]
    assert f"{source}rows.csv, line 3: container primary answered 400: row 1 is bad" in reason


def test_the_other_objects_are_transformed_all_the_same(world: World, picky: str) -> None:
    source = world.inputs(a_csv="good\n", b_csv="bad\n", c_csv="fine\n")
    described = world.failed(source, model=picky)
    assert described["FailureReason"].endswith("row 1 is bad (1 of 3 objects failed.)")
    assert world.below(described["TransformOutput"]["S3OutputPath"]) == {"a.csv.out": b"good\n", "c.csv.out": b"fine\n"}


def test_a_defect_of_the_script_is_an_algorithm_error(world: World, picky: str) -> None:
    described = world.failed(
        world.inputs(rows_csv="broken\n"), model=picky, ModelClientConfig={"InvocationsMaxRetries": 1}
    )
    assert described["FailureReason"].startswith("AlgorithmError: See job logs for more information. ")
    assert "answered 500" in described["FailureReason"]
    name = described["TransformJobName"]
    assert any("Bad HTTP status received from algorithm: 500" in line for line in world.log(name, "/data-log"))
    # Tried again once, and the script's own traceback is in the container's log.
    assert sum("RuntimeError: a defect" in line for line in world.log(name)) == 2


def test_no_answer_in_time(world: World) -> None:
    slow = world.new_model(world.script_container(SLOW))
    client = {"InvocationsTimeoutInSeconds": 1, "InvocationsMaxRetries": 0}
    described = world.failed(world.inputs(rows_csv="good\n"), model=slow, ModelClientConfig=client)
    assert "unable to get response from algorithm: Your invocation timed out" in described["FailureReason"]


def test_an_empty_prefix(world: World) -> None:
    reason = world.failed(f"s3://{BUCKET}/nothing/here/")["FailureReason"]
    assert reason.startswith(
        f'ClientError: No S3 objects found under S3 URL "s3://{BUCKET}/nothing/here/" given in input data source.'
    )


def test_an_output_that_cannot_be_written(world: World) -> None:
    source = world.inputs(rows_csv=csv_of(rows(2)))
    described = world.failed(source, output={"S3OutputPath": "s3://nobodys-bucket-of-outputs/out"})
    assert described["FailureReason"].startswith(
        "ClientError: Unable to upload object s3://nobodys-bucket-of-outputs/out/rows.csv.out ("
    )
    assert any("NoSuchBucket" in line for line in world.log(described["TransformJobName"], "/data-log"))


def test_a_record_larger_than_the_payload(world: World, picky: str) -> None:
    source = world.inputs(rows_csv="good\n" * 5 + "x" * (MEBIBYTE + 10) + "\ngood\n")
    for strategy in ("MultiRecord", "SingleRecord"):
        described = world.failed(source, model=picky, MaxPayloadInMB=1, BatchStrategy=strategy)
        assert described["FailureReason"] == (
            f"ClientError: See job logs for more information. {source}rows.csv: the record on line 6 is larger than "
            "the payload limit of 1 MB (raise MaxPayloadInMB (at most 100))"
        )
        assert world.below(described["TransformOutput"]["S3OutputPath"]) == {}


def test_an_unsplit_object_larger_than_the_payload(world: World, picky: str) -> None:
    source = world.inputs(rows_csv="good\n" * (MEBIBYTE // 4))
    reason = world.failed(source, model=picky, MaxPayloadInMB=1, input={"SplitType": "None"})["FailureReason"]
    assert "the object, which is one record, is larger than the payload limit of 1 MB" in reason
    assert "set SplitType to Line" in reason


def test_what_is_no_gzip(world: World, picky: str) -> None:
    source = world.inputs(rows_csv="good\n")
    reason = world.failed(source, model=picky, input={"CompressionType": "Gzip"})["FailureReason"]
    assert reason.startswith(f"ClientError: Unable to decompress {source}rows.csv as Gzip: ")


def test_a_manifest_that_is_none(world: World) -> None:
    reason = world.failed(world.put("manifests/broken.json", "{}"), kind="ManifestFile")["FailureReason"]
    assert 'is not a JSON list of a "prefix" and object names' in reason


def test_a_model_that_does_not_start(world: World) -> None:
    container = world.script_container("raise SystemExit('no such thing')")
    described = world.failed(world.inputs(rows_csv="1\n"), model=world.new_model(container))
    assert described["FailureReason"].startswith("AlgorithmError: See job logs for more information. ")
    assert "did not pass the ping health check" in described["FailureReason"]


def test_model_data_that_is_gone(world: World) -> None:
    model = world.new_model(world.xgboost_container)
    uri = world.sagemaker.describe_model(ModelName=model)["PrimaryContainer"]["ModelDataUrl"]
    kept = world.s3.get_object(Bucket=BUCKET, Key=uri.removeprefix(f"s3://{BUCKET}/"))["Body"].read()
    world.s3.delete_object(Bucket=BUCKET, Key=uri.removeprefix(f"s3://{BUCKET}/"))
    reason = world.failed(world.inputs(rows_csv=csv_of(rows(1))), model=model)["FailureReason"]
    world.put(uri.removeprefix(f"s3://{BUCKET}/"), kept)
    assert reason.startswith("ClientError: Failed to download model data")
    assert uri in reason


def test_refusals_before_there_is_a_job(world: World) -> None:
    source = world.inputs(rows_csv="1\n")
    assert 'Could not find model "arn:aws:sagemaker:us-east-1:123456789012:model/nobodys".' in refused(
        world, source, model="nobodys"
    )
    assert "does not read RecordIO" in refused(world, source, input={"SplitType": "RecordIO"})
    assert "does not read TFRecord" in refused(world, source, input={"SplitType": "TFRecord"})
    assert "does not read AugmentedManifestFile" in refused(world, source, kind="AugmentedManifestFile")
    assert "cannot be greater than 100" in refused(world, source, MaxPayloadInMB=101)
    assert "3 * 50 = 150" in refused(world, source, MaxPayloadInMB=50, MaxConcurrentTransforms=3)
    assert "does not start with $" in refused(world, source, DataProcessing={"InputFilter": "1:"})
    assert "is not supported from '..x'" in refused(world, source, DataProcessing={"OutputFilter": "$..x"})
    unsplit = {"input": {"SplitType": "None"}, "DataProcessing": {"JoinSource": "Input"}}
    assert "need SplitType Line" in refused(world, source, **unsplit)
    images = {"input": {"ContentType": "image/png"}, "DataProcessing": {"JoinSource": "Input"}}
    assert "TransformInput ContentType is 'image/png'" in refused(world, source, **images)
    mixed = {"output": {"Accept": "application/jsonlines"}, "DataProcessing": {"JoinSource": "Input"}}
    assert "joins CSV with CSV or JSON with JSON" in refused(world, source, **mixed)
    assert "not of the form s3://bucket/key" in refused(world, source, output={"S3OutputPath": "https://b/k"})


def test_a_name_is_used_once(world: World) -> None:
    source = world.inputs(rows_csv=csv_of(rows(1)))
    name = world.run(source)["TransformJobName"]
    with pytest.raises(ClientError) as caught:
        world.start(source, name=name)
    assert caught.value.response["Error"]["Code"] == "ResourceInUse"
    assert "a transform job with this name already exists" in caught.value.response["Error"]["Message"]


def test_a_job_is_stopped_and_leaves_nothing(world: World) -> None:
    slow = world.new_model(world.script_container(SLOW))
    name = world.start(world.inputs(rows_csv="good\n"), model=slow)
    world.wait(lambda: bool(world.log(name, "/data-log")))
    began = time.monotonic()
    world.sagemaker.stop_transform_job(TransformJobName=name)
    described = world.finish(name)
    assert described["TransformJobStatus"] == "Stopped"
    assert time.monotonic() - began < 8
    assert world.below(described["TransformOutput"]["S3OutputPath"]) == {}
    with pytest.raises(ClientError, match="the transform job is in status Stopped"):
        world.sagemaker.stop_transform_job(TransformJobName=name)


def test_the_stack_ends_with_its_jobs(own_world: World) -> None:
    slow = own_world.new_model(own_world.script_container(SLOW))
    name = own_world.start(own_world.inputs(rows_csv="good\n"), model=slow)
    own_world.wait(lambda: bool(own_world.log(name, "/data-log")))
    began = time.monotonic()
    assert background.down(own_world.home)
    assert time.monotonic() - began < 15
    assert "Traceback" not in own_world.home.log_file.read_text()
