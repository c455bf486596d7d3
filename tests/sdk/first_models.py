"""The images of the first apply's models, and how its encoder is served."""

_REGISTRY = "683313688378.dkr.ecr.us-east-1.amazonaws.com"
SKLEARN = f"{_REGISTRY}/sagemaker-scikit-learn:1.9-0-cpu-py3"
XGBOOST = f"{_REGISTRY}/sagemaker-xgboost:3.2-0"
ENCODER = {
    "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv",
    "SAGEMAKER_PROGRAM": "inference.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
}
