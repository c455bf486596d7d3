"""Model servers of SageMaker's own images: what answers /ping and /invocations.

`main` forks workers that serve one inherited socket; `xgboost_model` is the XGBoost image without a script, `script` is
a user's inference script in the scikit-learn or XGBoost image. Runs in the image's interpreter: standard library and
what that image ships, nothing of the stack.
"""
