"""What is searched: the assessment's ranges, objective and budget."""

from typing import Any

from sagemaker.core.parameter import ContinuousParameter, IntegerParameter
from sagemaker.mlops.workflow.steps import TuningStep
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, OutputDataConfig, StoppingCondition
from sagemaker.train.tuner import HyperparameterTuner

from mlops.render.tokens import token

__all__ = ["MODELS_URI", "PARALLEL", "TRIALS", "ParametrisedTuningStep", "channels", "tuner", "without_empty_lists"]

# ModelTrainer takes only what looks like a role's ARN; the step's overrides put the token in its place.
_ROLE_STAND_IN = "arn:aws:iam::000000000000:role/job"
MODELS_URI = f"s3://{token('bucket')}/{token('tuned_models_prefix')}"
# The assessment's budget.
TRIALS, PARALLEL = 10, 2


def tuner(session: Any, static: dict[str, Any], instance_type: Any) -> HyperparameterTuner:
    """A search that maximises validation:auc. `static`: hyperparameters that do not vary."""
    trainer = ModelTrainer(
        training_image=token("xgboost_image"),
        role=_ROLE_STAND_IN,
        sagemaker_session=session,
        compute=Compute(instance_type=instance_type, instance_count=1, volume_size_in_gb=10),
        output_data_config=OutputDataConfig(s3_output_path=MODELS_URI),
        stopping_condition=StoppingCondition(max_runtime_in_seconds=3600),
        hyperparameters=static,
    )
    return HyperparameterTuner(
        model_trainer=trainer,
        objective_metric_name="validation:auc",
        objective_type="Maximize",
        hyperparameter_ranges={
            "max_depth": IntegerParameter(3, 10),
            "eta": ContinuousParameter(0.01, 0.3),
            "subsample": ContinuousParameter(0.5, 1.0),
            "colsample_bytree": ContinuousParameter(0.5, 1.0),
            "min_child_weight": ContinuousParameter(1.0, 10.0),
        },
        strategy="Bayesian",
        max_jobs=TRIALS,
        max_parallel_jobs=PARALLEL,
        early_stopping_type="Off",
    )


def channels(train: Any, validation: Any) -> list[InputData]:
    """The two channels that every trial reads."""
    return [
        InputData(channel_name=name, data_source=uri, content_type="text/csv")
        for name, uri in (("train", train), ("validation", validation))
    ]


class ParametrisedTuningStep(TuningStep):  # type: ignore[misc,unused-ignore]
    """A TuningStep with members of its request replaced (see `ParametrisedTrainingStep`)."""

    def __init__(
        self, name: str, *, training: dict[str, Any], config: dict[str, Any] | None = None, **settings: Any
    ) -> None:
        """`training`, `config`: member of TrainingJobDefinition and of HyperParameterTuningJobConfig → its value, or a
        dict that is merged into that member."""
        super().__init__(name, **settings)
        # The tuner forgets its trainer's networking: the platform moves all data, and trials need no network.
        training = {"EnableNetworkIsolation": True, **training}
        self._changes = {"TrainingJobDefinition": training, "HyperParameterTuningJobConfig": config or {}}

    @property
    def arguments(self) -> dict[str, Any]:
        """The CreateHyperParameterTuningJob request."""
        request: dict[str, Any] = super().arguments
        for part, changes in self._changes.items():
            for member, value in changes.items():
                request[part][member] = request[part][member] | value if isinstance(value, dict) else value
        return without_empty_lists(request)  # type: ignore[no-any-return]


def without_empty_lists(document: Any) -> Any:
    """`document` without empty lists, which the SDK writes for kinds of ranges that there are none of."""
    if isinstance(document, dict):
        return {key: without_empty_lists(value) for key, value in document.items() if value != []}
    return document
