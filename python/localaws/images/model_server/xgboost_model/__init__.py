"""The XGBoost image's own serving ("algorithm mode"): no script, only a model file.

Behaviour follows https://github.com/aws/sagemaker-xgboost-container, `algorithm_mode/serve.py` and `serve_utils.py`.
"""
