"""The training pipeline with a tuning step in the place of training: it registers the best trial's model."""

from dataclasses import replace
from typing import Any

from sagemaker.core.workflow.parameters import ParameterInteger, ParameterString
from sagemaker.mlops.workflow.steps import ProcessingStep, TuningStep

from mlops.render.offline import offline_session
from mlops.render.steps import cache, job_retries, output_of
from mlops.render.tokens import token
from mlops.render.training.definition import pipeline_definition
from mlops.render.training.jobs import preprocess_data
from mlops.render.training.parameters import Parameters, parameters
from mlops.render.tuning.search import PARALLEL, TRIALS, ParametrisedTuningStep, channels, tuner

__all__ = ["tuned"]


class _Search:
    """The pipeline's parameters of the search."""

    def __init__(self) -> None:
        self.trials = ParameterInteger("TuningTrials", default_value=TRIALS)
        self.parallel = ParameterInteger("TuningParallelTrials", default_value=PARALLEL)
        self.strategy = ParameterString("TuningStrategy", default_value="Bayesian", enum_values=["Bayesian", "Random"])
        self.early_stopping = ParameterString("TuningEarlyStopping", default_value="Off", enum_values=["Off", "Auto"])

    def all(self) -> list[Any]:
        """Every parameter, for the pipeline's declaration."""
        return [self.trials, self.parallel, self.strategy, self.early_stopping]


def tuned() -> str:
    """The definition that searches the hyperparameters, as a Terraform template."""
    session = offline_session(token("bucket"))
    declared = replace(
        parameters(spot=False), max_depth=None, eta=None, subsample=None, colsample_bytree=None, min_child_weight=None
    )
    search = _Search()
    preprocess = preprocess_data(session, declared)
    tune = _tune_model(session, declared, search, preprocess)
    model_uri = tune.get_top_model_s3_uri(0, token("bucket"), token("tuned_models_prefix"))
    return pipeline_definition(session, declared, [*declared.all(), *search.all()], [preprocess, tune], model_uri)


def _tune_model(session: Any, declared: Parameters, search: _Search, preprocess: ProcessingStep) -> TuningStep:
    """TuneModel: trials on channels train and validation that maximise validation:auc."""
    # A trial that is stopped early keeps the model that it has.
    static = declared.hyperparameters() | {"save_model_on_termination": "true"}
    searched = tuner(session, static, declared.training_instance_type)
    return ParametrisedTuningStep(
        "TuneModel",
        step_args=searched.tune(channels(output_of(preprocess, "train"), output_of(preprocess, "validation"))),
        config={
            "ResourceLimits": {
                "MaxNumberOfTrainingJobs": search.trials,
                "MaxParallelTrainingJobs": search.parallel,
            },
            "Strategy": search.strategy,
            "TrainingJobEarlyStoppingType": search.early_stopping,
        },
        training={
            "RoleArn": token("job_role_arn"),
            "ResourceConfig": {"VolumeSizeInGB": declared.training_volume_size},
            "StoppingCondition": {"MaxRuntimeInSeconds": declared.training_max_runtime},
        },
        description="Searches the hyperparameters with the highest validation:auc; every trial is a training job.",
        cache_config=cache(),
        retry_policies=job_retries(),
    )
