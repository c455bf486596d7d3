"""Parameters of the training pipeline: all that a user varies between runs without rendering again."""

from dataclasses import dataclass, fields
from typing import Any

from sagemaker.core.workflow.parameters import ParameterFloat, ParameterInteger, ParameterString

from mlops.render.tokens import token

__all__ = ["Parameters", "parameters"]


@dataclass(frozen=True)
class Parameters:
    """The pipeline's parameters in the order in which the console shows them.

    Instance types are the smallest that hold the bundled data set with room to spare: a tenth of a million rows fits
    the 4 GB of ml.t3.medium; XGBoost's guide advises general-purpose instances, of which ml.m5.large is the smallest.
    Hyperparameter defaults are the assessment's (NumRound, MaxDepth, Eta), else XGBoost's own; one that is searched is
    None.
    """

    input_data: Any
    schema_uri: Any
    model_approval_status: Any
    auc_threshold: Any
    decision_threshold: Any
    seed: Any
    processing_instance_type: Any
    training_instance_type: Any
    evaluation_instance_type: Any
    processing_volume_size: Any
    training_volume_size: Any
    evaluation_volume_size: Any
    processing_max_runtime: Any
    training_max_runtime: Any
    training_max_wait_time: Any | None
    evaluation_max_runtime: Any
    num_round: Any
    max_depth: Any | None
    eta: Any | None
    subsample: Any | None
    colsample_bytree: Any | None
    min_child_weight: Any | None
    gamma: Any
    alpha: Any
    lambda_: Any
    scale_pos_weight: Any

    def all(self) -> list[Any]:
        """Every parameter that there is, for the pipeline's declaration."""
        return [value for field in fields(self) if (value := getattr(self, field.name)) is not None]

    def hyperparameters(self) -> dict[str, Any]:
        """XGBoost's hyperparameters, name → text.

        CreateTrainingJob takes strings only; `to_string()` renders an Integer or Float parameter as a `Std:Join` of one
        value, which the pipeline service turns into text when it runs the step.
        """
        varied = {
            "num_round": self.num_round,
            "max_depth": self.max_depth,
            "eta": self.eta,
            "subsample": self.subsample,
            "colsample_bytree": self.colsample_bytree,
            "min_child_weight": self.min_child_weight,
            "gamma": self.gamma,
            "alpha": self.alpha,
            "lambda": self.lambda_,
            "scale_pos_weight": self.scale_pos_weight,
            "seed": self.seed,
        }
        # The jobs, the encoder and the quality gate are written for a binary label: these two do not vary.
        fixed = {"objective": "binary:logistic", "eval_metric": "auc"}
        return fixed | {name: given.to_string() for name, given in varied.items() if given is not None}


def parameters(*, spot: bool) -> Parameters:
    """The parameters with their defaults; on spot also how long training may wait and run in all.

    Sizes are in GB, times in seconds. CreateTrainingJob wants the waiting time to be no shorter than the run time.
    """
    max_wait = ParameterInteger("TrainingMaxWaitTimeInSeconds", default_value=7200)
    return Parameters(
        input_data=ParameterString("InputData", default_value=token("input_data_uri")),
        schema_uri=ParameterString("SchemaUri", default_value=token("schema_uri")),
        model_approval_status=ParameterString(
            "ModelApprovalStatus",
            default_value="PendingManualApproval",
            enum_values=["PendingManualApproval", "Approved"],
        ),
        auc_threshold=ParameterFloat("AucThreshold", default_value=0.85),
        decision_threshold=ParameterFloat("DecisionThreshold", default_value=0.5),
        seed=ParameterInteger("Seed", default_value=42),
        processing_instance_type=ParameterString("ProcessingInstanceType", default_value="ml.t3.medium"),
        training_instance_type=ParameterString("TrainingInstanceType", default_value="ml.m5.large"),
        evaluation_instance_type=ParameterString("EvaluationInstanceType", default_value="ml.t3.medium"),
        processing_volume_size=ParameterInteger("ProcessingVolumeSizeInGB", default_value=10),
        training_volume_size=ParameterInteger("TrainingVolumeSizeInGB", default_value=10),
        evaluation_volume_size=ParameterInteger("EvaluationVolumeSizeInGB", default_value=10),
        processing_max_runtime=ParameterInteger("ProcessingMaxRuntimeInSeconds", default_value=3600),
        training_max_runtime=ParameterInteger("TrainingMaxRuntimeInSeconds", default_value=3600),
        training_max_wait_time=max_wait if spot else None,
        evaluation_max_runtime=ParameterInteger("EvaluationMaxRuntimeInSeconds", default_value=1800),
        num_round=ParameterInteger("NumRound", default_value=100),
        max_depth=ParameterInteger("MaxDepth", default_value=5),
        eta=ParameterFloat("Eta", default_value=0.2),
        subsample=ParameterFloat("Subsample", default_value=1.0),
        colsample_bytree=ParameterFloat("ColsampleBytree", default_value=1.0),
        min_child_weight=ParameterFloat("MinChildWeight", default_value=1.0),
        gamma=ParameterFloat("Gamma", default_value=0.0),
        alpha=ParameterFloat("Alpha", default_value=0.0),
        lambda_=ParameterFloat("Lambda", default_value=1.0),
        scale_pos_weight=ParameterFloat("ScalePosWeight", default_value=1.0),
    )
