"""Tuning steps: CreateHyperParameterTuningJob."""

from __future__ import annotations

from localaws.sagemaker.pipelines.steps.requests import JobKind

__all__ = ["KIND"]

# Cached attributes: https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-default-keys.html.
KIND = JobKind(
    type="Tuning",
    resource="HyperParameterTuningJob",
    cached_attributes=("HyperParameterTuningJobConfig", "TrainingJobDefinition", "TrainingJobDefinitions"),
    # A tuning job's name is half as long as any other job's.
    name_limit=32,
    listed_as="TuningJob",
)
