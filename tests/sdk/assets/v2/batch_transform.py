"""Batch transform of a CSV with SageMaker Python SDK v2, as a student writes it."""

import sys

import boto3
import sagemaker
from sagemaker.inputs import BatchDataCaptureConfig
from sagemaker.transformer import Transformer

student_id, model_name = sys.argv[1:3]
bucket = f"sagemaker-{student_id}"
session = sagemaker.Session(boto_session=boto3.Session(), default_bucket=bucket)

transformer = Transformer(
    model_name=model_name,
    instance_count=1,
    instance_type="ml.m5.large",
    strategy="MultiRecord",
    assemble_with="Line",
    accept="text/csv",
    max_payload=1,
    output_path=f"s3://{bucket}/batch-output/",
    base_transform_job_name=f"batch-transform-{student_id}",
    sagemaker_session=session,
)
transformer.transform(
    f"s3://{bucket}/data/batch-input/",
    content_type="text/csv",
    split_type="Line",
    join_source="Input",
    batch_data_capture_config=BatchDataCaptureConfig(destination_s3_uri=f"s3://{bucket}/captured/"),
    wait=False,
)
transformer.wait(logs=True)
print(transformer.latest_transform_job.name)
