"""A student's script for SageMaker Python SDK v3: python create_pipeline.py STUDENT_ID ROLE_ARN"""

import sys

import boto3
from sagemaker.core import image_uris
from sagemaker.core.processing import ScriptProcessor
from sagemaker.core.shapes import ProcessingInput, ProcessingOutput, ProcessingS3Input, ProcessingS3Output
from sagemaker.core.workflow.conditions import ConditionGreaterThanOrEqualTo
from sagemaker.core.workflow.functions import JsonGet
from sagemaker.core.workflow.parameters import ParameterFloat, ParameterString
from sagemaker.core.workflow.pipeline_context import PipelineSession
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.steps import ProcessingStep, TrainingStep
from sagemaker.serve.model_builder import ModelBuilder
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, OutputDataConfig, SourceCode

student_id, role = sys.argv[1], sys.argv[2]
bucket = f"sagemaker-{student_id}"
region = boto3.Session().region_name
session = PipelineSession(default_bucket=bucket)
xgb_image = image_uris.retrieve("xgboost", region, version="1.7-1")
skl_image = image_uris.retrieve("sklearn", region, version="1.2-1", instance_type="ml.m5.large")

input_data = ParameterString("InputData", default_value=f"s3://{bucket}/data/training/adult.csv")
approval = ParameterString("ModelApprovalStatus", default_value="PendingManualApproval")
threshold = ParameterFloat("AucThreshold", default_value=0.85)


def pin(name, uri, path):
    return ProcessingInput(
        input_name=name,
        s3_input=ProcessingS3Input(s3_uri=uri, local_path=path, s3_data_type="S3Prefix", s3_input_mode="File"),
    )


def pout(name):
    return ProcessingOutput(
        output_name=name,
        s3_output=ProcessingS3Output(
            s3_uri=f"s3://{bucket}/pipeline/{name}", local_path=f"/opt/ml/processing/{name}", s3_upload_mode="EndOfJob"
        ),
    )


processor = ScriptProcessor(
    image_uri=skl_image,
    command=["python3"],
    role=role,
    instance_type="ml.m5.large",
    instance_count=1,
    base_job_name="preprocess",
    sagemaker_session=session,
)
preprocess = ProcessingStep(
    "PreprocessData",
    step_args=processor.run(
        code="preprocessing.py",  # a local file: the SDK uploads it
        inputs=[pin("data", input_data, "/opt/ml/processing/input")],
        outputs=[pout("train"), pout("validation"), pout("test")],
        arguments=["--random-state", "42"],
    ),
)


def uri(name):
    return preprocess.properties.ProcessingOutputConfig.Outputs[name].S3Output.S3Uri


trainer = ModelTrainer(
    training_image=xgb_image,
    source_code=SourceCode(source_dir=".", entry_script="train.py"),
    role=role,
    base_job_name="train",
    sagemaker_session=session,
    compute=Compute(instance_type="ml.m5.large", instance_count=1, volume_size_in_gb=10),
    output_data_config=OutputDataConfig(s3_output_path=f"s3://{bucket}/pipeline/models"),
    hyperparameters={"max_depth": 5, "num_round": 50},
)
train = TrainingStep(
    "TrainModel",
    step_args=trainer.train(
        input_data_config=[InputData(channel_name="train", data_source=uri("train"), content_type="text/csv")]
    ),
)
evaluator = ScriptProcessor(
    image_uri=xgb_image,
    command=["python3"],
    role=role,
    instance_type="ml.m5.large",
    instance_count=1,
    base_job_name="evaluate",
    sagemaker_session=session,
)
report = PropertyFile(name="EvaluationReport", output_name="evaluation", path="evaluation.json")
evaluate = ProcessingStep(
    "EvaluateModel",
    step_args=evaluator.run(
        code="evaluation.py",
        inputs=[
            pin("model", train.properties.ModelArtifacts.S3ModelArtifacts, "/opt/ml/processing/model"),
            pin("test", uri("test"), "/opt/ml/processing/test"),
        ],
        outputs=[pout("evaluation")],
    ),
    property_files=[report],
)
auc = JsonGet(step_name=evaluate.name, property_file=report, json_path="binary_classification_metrics.auc.value")
builder = ModelBuilder(
    image_uri=xgb_image,
    s3_model_data_url=train.properties.ModelArtifacts.S3ModelArtifacts,
    role_arn=role,
    sagemaker_session=session,
    instance_type="ml.m5.large",
)
register = ModelStep(
    "RegisterModel",
    step_args=builder.register(
        content_types=["text/csv"],
        response_types=["text/csv"],
        inference_instances=["ml.m5.large"],
        transform_instances=["ml.m5.large"],
        model_package_group_name=f"models-{student_id}",
        approval_status=approval,
    ),
)
check = ConditionStep(
    "CheckQuality",
    conditions=[ConditionGreaterThanOrEqualTo(left=auc, right=threshold)],
    if_steps=[register],
    else_steps=[FailStep("QualityTooLow", error_message="AUC too low")],
)
pipeline = Pipeline(
    f"MLPipeline-{student_id}",
    parameters=[input_data, approval, threshold],
    steps=[preprocess, train, evaluate, check],
    sagemaker_session=session,
)
print(pipeline.upsert(role_arn=role)["PipelineArn"])
