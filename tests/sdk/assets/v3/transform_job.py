"""Batch transform through the resources of SageMaker Python SDK v3 (sagemaker.core), as a student writes it."""

import sys

from sagemaker.core.resources import TransformJob
from sagemaker.core.shapes import (
    DataProcessing,
    TransformDataSource,
    TransformInput,
    TransformOutput,
    TransformResources,
    TransformS3DataSource,
)

student_id, model_name = sys.argv[1:3]
bucket = f"sagemaker-{student_id}"

job = TransformJob.create(
    transform_job_name=f"resource-{student_id}",
    model_name=model_name,
    transform_input=TransformInput(
        data_source=TransformDataSource(
            s3_data_source=TransformS3DataSource(s3_data_type="S3Prefix", s3_uri=f"s3://{bucket}/data/batch-input/")
        ),
        content_type="text/csv",
        split_type="Line",
    ),
    transform_output=TransformOutput(
        s3_output_path=f"s3://{bucket}/batch-output/resource/", assemble_with="Line", accept="text/csv"
    ),
    transform_resources=TransformResources(instance_type="ml.m5.large", instance_count=1),
    batch_strategy="MultiRecord",
    data_processing=DataProcessing(join_source="Input", output_filter="$[0,-1]"),
)
job.wait(poll=1, logs=True)
print(TransformJob.get(transform_job_name=job.transform_job_name).transform_job_status)
print([each.transform_job_name for each in TransformJob.get_all(name_contains=student_id, status_equals="Completed")])
