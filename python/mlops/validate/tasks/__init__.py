"""The ten tasks in the order of the assessment: one module each, one line here."""

from mlops.validate.scoring import Task
from mlops.validate.tasks import (
    batch_transform,
    bias,
    cicd,
    data_quality,
    model_quality,
    model_registry,
    multi_model_endpoint,
    retraining,
    training_pipeline,
    tuning,
)

__all__ = ["AIML_HARD"]

AIML_HARD: tuple[Task, ...] = (
    training_pipeline,
    tuning,
    batch_transform,
    model_registry,
    data_quality,
    model_quality,
    bias,
    multi_model_endpoint,
    retraining,
    cicd,
)
