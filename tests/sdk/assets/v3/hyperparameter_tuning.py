"""Hyperparameter tuning of the built-in XGBoost with SageMaker Python SDK v3."""
import sys
import time

import boto3
from sagemaker.core import image_uris
from sagemaker.core.helper.session_helper import Session
from sagemaker.core.parameter import ContinuousParameter, IntegerParameter
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, OutputDataConfig, StoppingCondition
from sagemaker.train.tuner import HyperparameterTuner

student_id = sys.argv[1]
role = sys.argv[2]
bucket = f"sagemaker-{student_id}"

session = Session(default_bucket=bucket)
image = image_uris.retrieve("xgboost", boto3.Session().region_name, version="1.7-1")

trainer = ModelTrainer(
    training_image=image,
    role=role,
    sagemaker_session=session,
    compute=Compute(instance_type="ml.m5.xlarge", instance_count=1, volume_size_in_gb=10),
    output_data_config=OutputDataConfig(s3_output_path=f"s3://{bucket}/tuning/models"),
    stopping_condition=StoppingCondition(max_runtime_in_seconds=600),
    hyperparameters={"objective": "binary:logistic", "eval_metric": "auc", "num_round": 20},
)
tuner = HyperparameterTuner(
    model_trainer=trainer,
    objective_metric_name="validation:auc",
    objective_type="Maximize",
    hyperparameter_ranges={
        "max_depth": IntegerParameter(3, 10),
        "eta": ContinuousParameter(0.01, 0.3),
        "subsample": ContinuousParameter(0.5, 1.0),
    },
    max_jobs=4,
    max_parallel_jobs=2,
)
tuner.tune(
    inputs=[
        InputData(channel_name=name, data_source=f"s3://{bucket}/pipeline/{name}/", content_type="text/csv")
        for name in ("train", "validation")
    ],
    job_name=f"tune-{student_id}-{int(time.time()) % 100000}",
)
print(f"Best training job: {tuner.best_training_job()}")
