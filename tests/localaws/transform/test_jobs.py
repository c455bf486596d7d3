"""How a job is described, what its containers see, what it captures, and jobs inside pipelines."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from .world import BUCKET, REGION, World, csv_of, rows, unique

# Answers each line with what the container sees.
ENVIRONMENT = """
import json, os

def model_fn(model_dir):
    return None

def input_fn(body, content_type):
    return body if isinstance(body, str) else body.decode()

def predict_fn(text, model):
    seen = {name: value for name, value in os.environ.items() if name.startswith(("SAGEMAKER_", "MINE"))}
    lines = text.splitlines()
    return "".join(json.dumps({"line": line, "in": len(lines), **seen}) + "\\n" for line in lines)

def output_fn(text, accept):
    return text, accept

def execution_parameters_fn():
    return json.dumps({"MaxConcurrentTransforms": 3, "BatchStrategy": "SINGLE_RECORD", "MaxPayloadInMB": 2})
"""
DOUBLE = """
def model_fn(model_dir):
    return None

def input_fn(body, content_type):
    return body if isinstance(body, str) else body.decode()

def predict_fn(text, model):
    rows = [[float(cell) * 2 for cell in line.split(",")] for line in text.splitlines()]
    return "".join(",".join(map(str, row)) + "\\n" for row in rows)

def output_fn(text, accept):
    return text, "text/csv"
"""
JSON_LINES = {"input": {"ContentType": "application/jsonlines"}, "output": {"Accept": "application/jsonlines"}}


def seen(world: World, described: dict[str, Any]) -> list[dict[str, Any]]:
    (output,) = world.outputs(described).values()
    return [json.loads(line) for line in output.splitlines()]


def test_containers_know_that_they_work_for_a_job(world: World) -> None:
    model = world.new_model(world.script_container(ENVIRONMENT))
    described = world.run(
        world.inputs(rows_jsonl="1\n2\n3\n"),
        model=model,
        BatchStrategy="MultiRecord",
        MaxPayloadInMB=4,
        MaxConcurrentTransforms=2,
        Environment={"MINE": "yes"},
        **JSON_LINES,
    )
    (first, *_) = found = seen(world, described)
    assert [line["line"] for line in found] == ["1", "2", "3"]
    assert first["in"] == 3
    wanted = {
        "MINE": "yes",
        "SAGEMAKER_BATCH": "true",
        "SAGEMAKER_BATCH_STRATEGY": "MULTI_RECORD",
        "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": "2",
        "SAGEMAKER_MAX_PAYLOAD_IN_MB": "4",
    }
    assert wanted.items() <= first.items()


def test_what_the_request_leaves_open_the_container_advises(world: World) -> None:
    model = world.new_model(world.script_container(ENVIRONMENT))
    described = world.run(world.inputs(rows_jsonl="1\n2\n3\n"), model=model, **JSON_LINES)
    assert [(line["line"], line["in"]) for line in seen(world, described)] == [("1", 1), ("2", 1), ("3", 1)]
    (settings,) = world.log(described["TransformJobName"], "/data-log")
    assert settings.endswith("MaxConcurrentTransforms=3, MaxPayloadInMB=2, BatchStrategy=SINGLE_RECORD")


def test_a_pipeline_of_containers(world: World) -> None:
    model = world.new_model(world.script_container(DOUBLE), world.xgboost_container)
    data = rows(20)
    described = world.run(world.inputs(rows_csv=csv_of(data)), model=model)
    (output,) = world.outputs(described).values()
    found = np.array([float(line) for line in output.decode().splitlines()])
    assert np.abs(found - world.booster.inplace_predict(data * 2)).max() < 1e-6
    assert any("[INFO]" in line for line in world.log(described["TransformJobName"], "/container-1"))


def test_locations_over_https(world: World) -> None:
    """Input, output and the model's own artifact."""
    address = f"https://{BUCKET}.s3.{REGION}.amazonaws.com"
    own = world.xgboost_container
    model = world.new_model({**own, "ModelDataUrl": own["ModelDataUrl"].replace(f"s3://{BUCKET}", address)})
    data = rows(5)
    source = world.inputs(rows_csv=csv_of(data)).replace(f"s3://{BUCKET}", address)
    name = unique("https")
    described = world.run(source, model=model, output={"S3OutputPath": f"{address}/out/{name}"})
    assert described["TransformJobStatus"] == "Completed", described
    (output,) = world.below(f"s3://{BUCKET}/out/{name}").values()
    found = np.array([float(line) for line in output.decode().splitlines()])
    assert np.abs(found - world.booster.inplace_predict(data)).max() < 1e-6


def test_filters_and_join_end_to_end(world: World) -> None:
    data = rows(5)
    lines = [f"id-{number},{line}" for number, line in enumerate(csv_of(data).splitlines())]
    described = world.run(
        world.inputs(rows_csv="\n".join(lines)),
        DataProcessing={"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"},
    )
    (output,) = world.outputs(described).values()
    found = [line.split(",") for line in output.decode().splitlines()]
    assert [row[0] for row in found] == [f"id-{number}" for number in range(5)]
    scores = np.array([float(row[1]) for row in found])
    assert np.abs(scores - world.booster.inplace_predict(data)).max() < 1e-6


def test_a_job_is_described_as_it_was_asked_for(world: World) -> None:
    source = world.inputs(rows_csv=csv_of(rows(2)))
    more = {
        "DataCaptureConfig": {"DestinationS3Uri": f"s3://{BUCKET}/captured", "GenerateInferenceId": False},
        "ExperimentConfig": {"TrialComponentDisplayName": "nightly"},
        "ModelClientConfig": {"InvocationsTimeoutInSeconds": 30, "InvocationsMaxRetries": 1},
        "MaxPayloadInMB": 6,
    }
    request = world.request(source, **more)
    request["TransformOutput"]["KmsKeyId"] = "alias/aws/s3"
    arn = world.sagemaker.create_transform_job(**request, Tags=[{"Key": "team", "Value": "risk"}])["TransformJobArn"]
    described = world.finish(request["TransformJobName"])
    assert {name: described[name] for name in request} == request
    assert described["TransformJobArn"] == arn
    assert "FailureReason" not in described
    assert world.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "risk"}]
    listed = world.sagemaker.list_transform_jobs(NameContains=described["TransformJobName"])["TransformJobSummaries"]
    assert [(one["TransformJobName"], one["TransformJobStatus"]) for one in listed] == [
        (described["TransformJobName"], "Completed")
    ]
    newest = world.sagemaker.list_transform_jobs(MaxResults=1)["TransformJobSummaries"]
    assert newest[0]["TransformJobName"] == described["TransformJobName"]


def test_data_capture_writes_manifests(world: World) -> None:
    destination = f"s3://{BUCKET}/{unique('captured')}"
    source = world.inputs(a_csv=csv_of(rows(2)), deep__b_csv=csv_of(rows(3)))
    described = world.run(source, DataCaptureConfig={"DestinationS3Uri": destination, "GenerateInferenceId": True})
    found = world.below(destination)
    hour = described["TransformStartTime"].strftime("%Y/%m/%d/%H")
    ((input_key, given), (output_key, answered)) = sorted(found.items())
    assert input_key.startswith(f"input/{hour}/")
    assert output_key.startswith(f"output/{hour}/")
    target = described["TransformOutput"]["S3OutputPath"]
    assert json.loads(given) == [{"prefix": source}, "a.csv", "deep/b.csv"]
    assert json.loads(answered) == [{"prefix": f"{target}/"}, "a.csv.out", "deep/b.csv.out"]
    lines = world.outputs(described)["deep/b.csv.out"].decode().splitlines()
    assert [len(line.split(",")) for line in lines] == [3, 3, 3]
    assert len({line.split(",")[1] for line in lines}) == 3


def test_a_model_that_is_deleted_meanwhile(world: World) -> None:
    model = world.new_model(world.xgboost_container)
    name = world.start(world.inputs(rows_csv=csv_of(rows(2))), model=model)
    world.sagemaker.delete_model(ModelName=model)
    assert world.finish(name)["TransformJobStatus"] == "Completed"


def test_jobs_run_side_by_side(world: World) -> None:
    data = rows(50)
    source = world.inputs(rows_csv=csv_of(data))
    names = [world.start(source) for _ in range(3)]
    outputs = [world.outputs(world.finish(name))["rows.csv.out"] for name in names]
    assert outputs[0] == outputs[1] == outputs[2]


def test_a_pipeline_step(world: World) -> None:
    source = world.inputs(rows_csv=csv_of(rows(4)))
    arguments = world.request(source)
    del arguments["TransformJobName"]
    output = {"Get": "Steps.Transform.TransformOutput.S3OutputPath"}
    definition = {
        "Version": "2020-12-01",
        "Steps": [
            {"Name": "Transform", "Type": "Transform", "Arguments": arguments},
            {
                "Name": "Say",
                "Type": "Fail",
                "Arguments": {"ErrorMessage": {"Std:Join": {"On": "", "Values": [output]}}},
            },
        ],
    }
    name = unique("pipeline")
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    world.sagemaker.create_pipeline(
        PipelineName=name, PipelineDefinition=json.dumps(definition), RoleArn=world.new_role(everything)
    )
    arn = world.sagemaker.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]

    def ended() -> bool:
        found = world.sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
        return bool(found["PipelineExecutionStatus"] == "Failed")

    world.wait(ended)
    steps = world.sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)["PipelineExecutionSteps"]
    found = {step["StepName"]: step for step in steps}
    assert found["Transform"]["StepStatus"] == "Succeeded"
    assert found["Say"]["FailureReason"] == arguments["TransformOutput"]["S3OutputPath"]
    job = found["Transform"]["Metadata"]["TransformJob"]["Arn"].rsplit("/", 1)[1]
    assert list(world.outputs(world.describe(job))) == ["rows.csv.out"]
