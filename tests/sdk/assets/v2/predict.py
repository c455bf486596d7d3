"""Real-time inference with SageMaker Python SDK v2, as a student writes it."""

import json
import sys

import boto3
import sagemaker
from sagemaker.async_inference import AsyncInferenceConfig, WaiterConfig
from sagemaker.deserializers import CSVDeserializer, JSONDeserializer
from sagemaker.model import Model
from sagemaker.model_monitor import DataCaptureConfig
from sagemaker.multidatamodel import MultiDataModel
from sagemaker.pipeline import PipelineModel
from sagemaker.predictor import Predictor
from sagemaker.predictor_async import AsyncPredictor
from sagemaker.serializers import CSVSerializer

student_id, role, sklearn_image, xgboost_image, rows_file = sys.argv[1:6]
bucket = f"sagemaker-{student_id}"
session = sagemaker.Session(boto_session=boto3.Session(), default_bucket=bucket)
with open(rows_file) as file:
    rows = [line.strip().split(",") for line in file]
csv = {"serializer": CSVSerializer(), "deserializer": CSVDeserializer(accept="text/csv")}
scores = {}

# The endpoints that stand there already.
predictor = Predictor(f"xgboost-endpoint-{student_id}", sagemaker_session=session, **csv)
scores["applied"] = [float(score) for (score,) in predictor.predict(rows, inference_id="student-1")]
many = Predictor(f"multi-model-endpoint-{student_id}", sagemaker_session=session, **csv)
for name in ("default", "shallow"):
    answer = many.predict(rows, target_model=f"{name}.tar.gz", inference_id=f"student-{name}")
    scores[f"applied multi-model {name}"] = [float(score) for line in answer for score in line]

# Endpoints of her own: an inference pipeline with data capture, and JSON out.
encoder = Model(
    image_uri=sklearn_image,
    model_data=f"s3://{bucket}/models/encoder.tar.gz",
    role=role,
    env={
        "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv",
        "SAGEMAKER_PROGRAM": "inference.py",
        "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
    },
    sagemaker_session=session,
)
xgboost = Model(
    image_uri=xgboost_image,
    model_data=f"s3://{bucket}/models/xgboost-default.tar.gz",
    role=role,
    predictor_cls=Predictor,
    sagemaker_session=session,
)
pipeline = PipelineModel(models=[encoder, xgboost], role=role, predictor_cls=Predictor, sagemaker_session=session)
deployed = pipeline.deploy(
    initial_instance_count=1,
    instance_type="ml.m5.large",
    endpoint_name=f"deployed-{student_id}",
    data_capture_config=DataCaptureConfig(True, 100, f"s3://{bucket}/captured"),
    wait=False,
)
session.wait_for_endpoint(deployed.endpoint_name, poll=1)
deployed.serializer, deployed.deserializer = CSVSerializer(), JSONDeserializer()
scores["deployed"] = [item["score"] for item in deployed.predict(rows, inference_id="student-2")["predictions"]]
deployed.update_endpoint(initial_instance_count=2, instance_type="ml.m5.large", wait=False)
session.wait_for_endpoint(deployed.endpoint_name, poll=1)
deployed.delete_model()
deployed.delete_endpoint()

single = xgboost.deploy(
    initial_instance_count=1, instance_type="ml.m5.large", endpoint_name=f"single-{student_id}", **csv
)
scores["single"] = [float(score) for (score,) in single.predict([[0.0] * 13])]
single.delete_endpoint()

# One that answers into S3.
xgboost.deploy(
    initial_instance_count=1,
    instance_type="ml.m5.large",
    endpoint_name=f"async-{student_id}",
    async_inference_config=AsyncInferenceConfig(f"s3://{bucket}/async", failure_path=f"s3://{bucket}/async-failed"),
    wait=False,
)
session.wait_for_endpoint(f"async-{student_id}", poll=1)
later = AsyncPredictor(Predictor(f"async-{student_id}", sagemaker_session=session, **csv))
scores["async"] = [float(score) for (score,) in later.predict([[0.0] * 13], waiter_config=WaiterConfig(delay=1))]
later.delete_endpoint()

# Several models behind one endpoint.
data_model = MultiDataModel(
    name=f"many-{student_id}",
    model_data_prefix=f"s3://{bucket}/many/",
    image_uri=xgboost_image,
    role=role,
    sagemaker_session=session,
)
data_model.add_model(f"s3://{bucket}/models/xgboost-default.tar.gz", "default.tar.gz")
data_model.deploy(initial_instance_count=1, instance_type="ml.m5.large", endpoint_name=f"many-{student_id}", wait=False)
session.wait_for_endpoint(f"many-{student_id}", poll=1)
chooser = Predictor(f"many-{student_id}", sagemaker_session=session, **csv)
scores["many"] = [float(score) for score in chooser.predict([[0.0] * 13], target_model="default.tar.gz")[0]]
data_model.add_model(f"s3://{bucket}/models/xgboost-shallow.tar.gz", "shallow.tar.gz")
scores["many, added"] = [float(score) for score in chooser.predict([[0.0] * 13], target_model="shallow.tar.gz")[0]]
scores["listed"] = sorted(data_model.list_models())
chooser.delete_endpoint()
with open("scores.json", "w") as file:
    json.dump(scores, file)
