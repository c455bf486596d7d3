"""Hyperparameter tuning of the built-in XGBoost with SageMaker Python SDK v2."""
import sys
import time

import boto3
import sagemaker
from sagemaker.estimator import Estimator
from sagemaker.inputs import TrainingInput
from sagemaker.tuner import ContinuousParameter, HyperparameterTuner, IntegerParameter

student_id = sys.argv[1]
role = sys.argv[2]
bucket = f"sagemaker-{student_id}"

session = sagemaker.Session(default_bucket=bucket)
region = boto3.Session().region_name
image = sagemaker.image_uris.retrieve("xgboost", region, version="1.7-1")

xgb = Estimator(
    image_uri=image,
    role=role,
    instance_count=1,
    instance_type="ml.m5.xlarge",
    output_path=f"s3://{bucket}/tuning/models",
    sagemaker_session=session,
)
xgb.set_hyperparameters(objective="binary:logistic", eval_metric="auc", num_round=20)

tuner = HyperparameterTuner(
    estimator=xgb,
    objective_metric_name="validation:auc",
    objective_type="Maximize",
    hyperparameter_ranges={
        "max_depth": IntegerParameter(3, 10),
        "eta": ContinuousParameter(0.01, 0.3),
        "subsample": ContinuousParameter(0.5, 1.0),
    },
    max_jobs=4,
    max_parallel_jobs=2,
    early_stopping_type="Auto",
    base_tuning_job_name="xgb",
)
tuner.fit(
    {
        "train": TrainingInput(f"s3://{bucket}/pipeline/train/", content_type="text/csv"),
        "validation": TrainingInput(f"s3://{bucket}/pipeline/validation/", content_type="text/csv"),
    },
    job_name=f"tune-{student_id}-{int(time.time()) % 100000}",
)
print(f"Best training job: {tuner.best_training_job()}")
frame = tuner.analytics().dataframe()
print(f"{len(frame)} trials, best {frame['FinalObjectiveValue'].max()}")
