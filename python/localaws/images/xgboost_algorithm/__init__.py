"""XGBoost's algorithm mode: training without a script, as SageMaker's built-in XGBoost does it.

Behaviour and messages follow https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html and the public source of the
image (github.com/aws/sagemaker-xgboost-container).
"""
