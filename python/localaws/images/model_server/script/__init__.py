"""A user's inference script in AWS's scikit-learn or XGBoost image: model_fn, input_fn, predict_fn, output_fn.

Behaviour follows https://github.com/aws/sagemaker-scikit-learn-container and the toolkit that its image serves with,
https://github.com/aws/sagemaker-containers (`_transformer.py`, `_worker.py`, `_encoders.py`).
"""
