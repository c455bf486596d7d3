"""Training steps: CreateTrainingJob."""

from __future__ import annotations

from localaws.services.sagemaker.pipelines.steps.requests import JobKind

__all__ = ["KIND"]

# Cached attributes: https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-default-keys.html.
KIND = JobKind(
    type="Training",
    resource="TrainingJob",
    cached_attributes=(
        "AlgorithmSpecification",
        "CheckpointConfig",
        "DebugHookConfig",
        "DebugRuleConfigurations",
        "Environment",
        "HyperParameters",
        "InputDataConfig",
    ),
)
