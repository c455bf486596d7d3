"""Real-time inference with SageMaker Python SDK v3, as a student writes it."""

import json
import sys

import boto3
from sagemaker.core.helper.session_helper import Session
from sagemaker.core.resources import Endpoint
from sagemaker.core.training.configs import Compute
from sagemaker.serve import ModelBuilder
from sagemaker.serve.mode.function_pointers import Mode

student_id, role, sklearn_image, xgboost_image, rows_file = sys.argv[1:6]
bucket = f"sagemaker-{student_id}"
session = Session(boto_session=boto3.Session(), default_bucket=bucket)
with open(rows_file) as file:
    rows = file.read().strip()
csv = {"content_type": "text/csv", "accept": "text/csv"}


def numbers(answer):
    return [float(score) for score in answer.body.read().decode().replace("\n", ",").split(",") if score]


scores = {}

# The endpoints that stand there already.
endpoint = Endpoint.get(endpoint_name=f"xgboost-endpoint-{student_id}")
scores["applied"] = numbers(endpoint.invoke(body=rows, inference_id="student-1", **csv))
many = Endpoint.get(endpoint_name=f"multi-model-endpoint-{student_id}")
for name in ("default", "shallow"):
    answer = many.invoke(body=rows, target_model=f"{name}.tar.gz", inference_id=f"student-{name}", **csv)
    scores[f"applied multi-model {name}"] = numbers(answer)

# An endpoint of her own.
builder = ModelBuilder(
    image_uri=xgboost_image,
    s3_model_data_url=f"s3://{bucket}/models/xgboost-default.tar.gz",
    role_arn=role,
    compute=Compute(instance_type="ml.m5.large", instance_count=1),
    mode=Mode.SAGEMAKER_ENDPOINT,
    sagemaker_session=session,
)
model = builder.build(model_name=f"built-{student_id}")
deployed = builder.deploy(endpoint_name=f"deployed-{student_id}", initial_instance_count=1)
scores["single"] = numbers(deployed.invoke(body=",".join(["0.0"] * 13), **csv))
deployed.delete()
deployed.wait_for_delete()
model.delete()
with open("scores.json", "w") as file:
    json.dump(scores, file)
