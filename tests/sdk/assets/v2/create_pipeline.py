"""A student's script for SageMaker Python SDK v2: python create_pipeline.py STUDENT_ID ROLE_ARN"""

import sys

import boto3
import sagemaker
from sagemaker.estimator import Estimator
from sagemaker.inputs import TrainingInput
from sagemaker.model import Model
from sagemaker.model_metrics import MetricsSource, ModelMetrics
from sagemaker.processing import ProcessingInput, ProcessingOutput, ScriptProcessor
from sagemaker.sklearn.processing import SKLearnProcessor
from sagemaker.workflow.condition_step import ConditionStep
from sagemaker.workflow.conditions import ConditionGreaterThanOrEqualTo
from sagemaker.workflow.fail_step import FailStep
from sagemaker.workflow.functions import Join, JsonGet
from sagemaker.workflow.model_step import ModelStep
from sagemaker.workflow.parameters import ParameterFloat, ParameterInteger, ParameterString
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_context import PipelineSession
from sagemaker.workflow.properties import PropertyFile
from sagemaker.workflow.steps import CacheConfig, ProcessingStep, TrainingStep

student_id, role = sys.argv[1], sys.argv[2]
bucket = f"sagemaker-{student_id}"
region = boto3.Session().region_name
session = PipelineSession(default_bucket=bucket)

s3 = boto3.client("s3")
for name in ("preprocessing.py", "evaluation.py"):
    s3.upload_file(name, bucket, f"scripts/{name}")

input_data = ParameterString("InputData", default_value=f"s3://{bucket}/data/training/adult.csv")
approval = ParameterString("ModelApprovalStatus", default_value="PendingManualApproval")
threshold = ParameterFloat("AucThreshold", default_value=0.85)
rounds = ParameterInteger("NumRound", default_value=100)
instances = ParameterInteger("ProcessingInstanceCount", default_value=1)
cache = CacheConfig(enable_caching=True, expire_after="PT1H")

processor = SKLearnProcessor(
    framework_version="1.2-1",
    role=role,
    instance_type="ml.m5.xlarge",
    instance_count=instances,
    base_job_name="preprocess",
    sagemaker_session=session,
)
preprocess = ProcessingStep(
    name="PreprocessData",
    step_args=processor.run(
        code=f"s3://{bucket}/scripts/preprocessing.py",
        inputs=[ProcessingInput(source=input_data, destination="/opt/ml/processing/input")],
        outputs=[
            ProcessingOutput(output_name="train", source="/opt/ml/processing/train"),
            ProcessingOutput(output_name="validation", source="/opt/ml/processing/validation"),
            ProcessingOutput(
                output_name="test", source="/opt/ml/processing/test", destination=f"s3://{bucket}/pipeline/test"
            ),
        ],
        arguments=["--random-state", "42"],
    ),
    cache_config=cache,
)


def uri(output):
    return preprocess.properties.ProcessingOutputConfig.Outputs[output].S3Output.S3Uri


image = sagemaker.image_uris.retrieve("xgboost", region, version="1.7-1")
xgb = Estimator(
    image_uri=image,
    role=role,
    instance_type="ml.m5.xlarge",
    instance_count=1,
    output_path=f"s3://{bucket}/pipeline/models",
    sagemaker_session=session,
)
xgb.set_hyperparameters(
    objective="binary:logistic", num_round=rounds, max_depth=5, eta=0.2, subsample=0.8, eval_metric="auc"
)
train = TrainingStep(
    name="TrainModel",
    step_args=xgb.fit(
        {
            "train": TrainingInput(uri("train"), content_type="text/csv"),
            "validation": TrainingInput(uri("validation"), content_type="text/csv"),
        }
    ),
)

evaluator = ScriptProcessor(
    image_uri=image,
    command=["python3"],
    role=role,
    instance_type="ml.m5.xlarge",
    instance_count=1,
    base_job_name="evaluate",
    sagemaker_session=session,
)
report = PropertyFile(name="EvaluationReport", output_name="evaluation", path="evaluation.json")
evaluate = ProcessingStep(
    name="EvaluateModel",
    step_args=evaluator.run(
        code="evaluation.py",  # a local file: the SDK uploads it
        inputs=[
            ProcessingInput(
                source=train.properties.ModelArtifacts.S3ModelArtifacts, destination="/opt/ml/processing/model"
            ),
            ProcessingInput(source=uri("test"), destination="/opt/ml/processing/test"),
        ],
        outputs=[ProcessingOutput(output_name="evaluation", source="/opt/ml/processing/evaluation")],
    ),
    property_files=[report],
)

auc = JsonGet(step_name=evaluate.name, property_file=report, json_path="binary_classification_metrics.auc.value")
metrics = ModelMetrics(
    model_statistics=MetricsSource(
        s3_uri=Join(
            on="/",
            values=[evaluate.properties.ProcessingOutputConfig.Outputs["evaluation"].S3Output.S3Uri, "evaluation.json"],
        ),
        content_type="application/json",
    )
)
model = Model(
    image_uri=image, model_data=train.properties.ModelArtifacts.S3ModelArtifacts, role=role, sagemaker_session=session
)
register = ModelStep(
    name="RegisterModel",
    step_args=model.register(
        content_types=["text/csv"],
        response_types=["text/csv"],
        inference_instances=["ml.t2.medium", "ml.m5.xlarge"],
        transform_instances=["ml.m5.xlarge"],
        model_package_group_name=f"models-{student_id}",
        approval_status=approval,
        model_metrics=metrics,
    ),
)
fail = FailStep(name="QualityTooLow", error_message=Join(on=" ", values=["AUC", auc, "is below", threshold]))
check = ConditionStep(
    name="CheckQuality",
    conditions=[ConditionGreaterThanOrEqualTo(left=auc, right=threshold)],
    if_steps=[register],
    else_steps=[fail],
)

pipeline = Pipeline(
    name=f"MLPipeline-{student_id}",
    parameters=[input_data, approval, threshold, rounds, instances],
    steps=[preprocess, train, evaluate, check],
    sagemaker_session=session,
)
response = pipeline.upsert(role_arn=role)
print(response["PipelineArn"])
