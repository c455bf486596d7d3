"""Going on with a finished tuning job in another session, with SageMaker Python SDK v2."""
import json
import sys

import sagemaker
from sagemaker.estimator import Estimator
from sagemaker.inputs import TrainingInput
from sagemaker.tuner import HyperparameterTuner

session = sagemaker.Session(default_bucket=sys.argv[1])
tuner = HyperparameterTuner.attach(sys.argv[2], sagemaker_session=session)
best = tuner.best_training_job()
attached = Estimator.attach(best, sagemaker_session=session)

child = tuner.identical_dataset_and_algorithm_tuner()
child.max_jobs, child.max_parallel_jobs = 2, 2
bucket = sys.argv[1]
inputs = {
    "train": TrainingInput(f"s3://{bucket}/pipeline/train/", content_type="text/csv"),
    "validation": TrainingInput(f"s3://{bucket}/pipeline/validation/", content_type="text/csv"),
}
child.fit(inputs, job_name=f"{sys.argv[2]}-more")

fields = {
    "best": best,
    "best_estimator": tuner.best_estimator().model_data,
    "attached": attached.model_data,
    "hyperparameters": attached.hyperparameters(),
    "ranges": sorted(tuner.hyperparameter_ranges()),
    "max_jobs": tuner.max_jobs,
    "instance_type": tuner.estimator.instance_type,
    "image": attached.training_image_uri(),
    "parents": sorted(child.warm_start_config.parents),
}
print(json.dumps(fields))
