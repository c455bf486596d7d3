"""What to do with the best trial: register its model, or give its hyperparameters to the pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlops.aws.errors import UserError
from mlops.aws.tuning_jobs import Trial, TuningJob
from mlops.commands.tuning.published import Published

__all__ = ["pipeline_parameters", "register", "unknown_to_the_pipeline"]

# XGBoost's names whose pipeline parameter is not the same in capitals.
_PIPELINE_NAMES = {"learning_rate": "Eta", "reg_alpha": "Alpha", "reg_lambda": "Lambda", "min_split_loss": "Gamma"}
_KNOWN = frozenset(
    {
        *("NumRound", "MaxDepth", "Eta", "Subsample", "ColsampleBytree", "MinChildWeight"),
        *("Gamma", "Alpha", "Lambda", "ScalePosWeight", "Seed"),
    }
)


def pipeline_parameters(job: TuningJob) -> dict[str, str]:
    """Parameters of the training pipeline that train what the best trial trained.

    Raises:
        UserError: no trial gave an objective, or the pipeline has no parameter for a tuned hyperparameter.
    """
    best = _best(job)
    static = job.described["TrainingJobDefinition"].get("StaticHyperParameters", {})
    rounds = {name: static[name] for name in ("num_round", "seed") if name in static}
    found: dict[str, str] = {}
    for name, value in {**rounds, **best.parameters}.items():
        if (parameter := _parameter(name)) is None:
            raise UserError(f"the pipeline has no parameter for the tuned hyperparameter {name}: leave out --use-best")
        found[parameter] = value
    return found


def unknown_to_the_pipeline(ranges: Mapping[str, Any]) -> list[str]:
    """The hyperparameters of a tuning job's ParameterRanges that the training pipeline has no parameter for."""
    searched = (each["Name"] for kind in ranges.values() for each in kind)
    return sorted(name for name in searched if _parameter(name) is None)


def _parameter(name: str) -> str | None:
    """The pipeline's parameter for one of XGBoost's hyperparameters."""
    parameter = _PIPELINE_NAMES.get(name) or "".join(word.capitalize() for word in name.split("_"))
    return parameter if parameter in _KNOWN else None


def register(sagemaker: Any, job: TuningJob, published: Published, group: str) -> str:
    """Registers the best trial's model, with the encoder in front of it, and returns the version's ARN.

    It waits for approval: nobody has looked at it on the test split. Raises UserError where there is no best trial.
    """
    best = _best(job)
    trained = sagemaker.describe_training_job(TrainingJobName=best.name)
    if "ModelArtifacts" not in trained:
        raise UserError(f"the best trial {best.name} left no model: it was {best.status} before it had one")
    answer = sagemaker.create_model_package(
        ModelPackageGroupName=group,
        ModelPackageDescription=f"Best of {len(job.trials)} trials of {job.name}.",
        ModelApprovalStatus="PendingManualApproval",
        InferenceSpecification={
            "Containers": _containers(published, trained),
            "SupportedContentTypes": ["text/csv", "application/jsonlines", "application/json"],
            "SupportedResponseMIMETypes": ["text/csv"],
            "SupportedRealtimeInferenceInstanceTypes": ["ml.t2.medium", "ml.m5.large", "ml.c5.large"],
            "SupportedTransformInstanceTypes": ["ml.m5.large", "ml.m5.xlarge"],
        },
        CustomerMetadataProperties={
            job.metric.replace(":", "_"): f"{best.objective}",
            "training_job": best.name,
            "tuning_job": job.name,
            **{f"tuned_{name}": value for name, value in best.parameters.items()},
        },
    )
    return str(answer["ModelPackageArn"])


def _containers(published: Published, trained: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "Image": published.preprocessing["AppSpecification"]["ImageUri"],
            "ModelDataUrl": f"{published.output_uri('encoder')}/model.tar.gz",
            "Environment": {
                "SAGEMAKER_PROGRAM": "inference.py",
                "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
                # The container answers JSON by default, which XGBoost behind it refuses with 415.
                "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv",
            },
        },
        {
            "Image": trained["AlgorithmSpecification"]["TrainingImage"],
            "ModelDataUrl": trained["ModelArtifacts"]["S3ModelArtifacts"],
        },
    ]


def _best(job: TuningJob) -> Trial:
    if job.best is None:
        raise UserError(f"{job.name} has no best trial: none gave {job.metric}")
    return job.best
