"""Script mode: a user's training script, run as SageMaker's framework images run it.

Behaviour follows https://github.com/aws/sagemaker-training-toolkit and its page of environment variables.
"""
