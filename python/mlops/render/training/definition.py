"""The training pipeline's definition, on demand and on spot capacity."""

import json
from typing import Any

from sagemaker.core.workflow.conditions import ConditionGreaterThanOrEqualTo
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.pipeline_definition_config import PipelineDefinitionConfig
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.pipeline import Pipeline

from mlops.render.document import template, without_empty
from mlops.render.offline import offline_session
from mlops.render.tokens import token
from mlops.render.training.jobs import EVALUATION, evaluate_model, preprocess_data, train_model
from mlops.render.training.package import metric, register_model
from mlops.render.training.parameters import Parameters, parameters

__all__ = ["on_demand", "pipeline_definition", "spot"]

# What the SDK writes although nothing was asked for.
_SDK_NOISE = frozenset(
    {"Autotune", "Bias", "Explainability", "Metadata", "MlflowConfig", "PipelineExperimentConfig", "WarmStartConfig"}
)


def on_demand() -> str:
    """The definition that trains on an on-demand instance, as a Terraform template."""
    return _definition(spot=False)


def spot() -> str:
    """The definition that trains on spot capacity, with checkpoints to go on from after an interruption."""
    return _definition(spot=True)


def _definition(*, spot: bool) -> str:
    session = offline_session(token("bucket"))
    declared = parameters(spot=spot)
    preprocess = preprocess_data(session, declared)
    train = train_model(session, declared, preprocess)
    return pipeline_definition(
        session, declared, declared.all(), [preprocess, train], train.properties.ModelArtifacts.S3ModelArtifacts
    )


def pipeline_definition(session: Any, declared: Parameters, shown: list[Any], steps: list[Any], model_uri: Any) -> str:
    """The pipeline of `steps` (PreprocessData first) that make a model at `model_uri`, and of what judges it.

    `shown` are the pipeline's parameters, in the order in which the console shows them.
    """
    preprocess = steps[0]
    evaluate = evaluate_model(session, declared, preprocess, model_uri)
    auc = metric(evaluate, "auc")
    check = ConditionStep(
        "CheckQuality",
        description="Is the AUC on the test split at least AucThreshold?",
        conditions=[ConditionGreaterThanOrEqualTo(left=auc, right=declared.auc_threshold)],
        if_steps=[register_model(session, declared, preprocess, model_uri, evaluate)],
        else_steps=[_quality_too_low(declared, evaluate, auc)],
    )
    pipeline = Pipeline(
        # The name is Terraform's to give: it is no part of the definition.
        name="training",
        parameters=shown,
        # No experiment: it would need permissions, and leave trials behind that nothing reads.
        pipeline_experiment_config=None,
        steps=[*steps, evaluate, check],
        sagemaker_session=session,
        pipeline_definition_config=PipelineDefinitionConfig(use_custom_job_prefix=False),
    )
    return template(without_empty(json.loads(pipeline.definition()), _SDK_NOISE))


def _quality_too_low(declared: Parameters, evaluate: Any, auc: Any) -> FailStep:
    return FailStep(
        "QualityTooLow",
        description="Ends the execution as failed, with the metric and the threshold that it missed.",
        error_message=Join(
            on="",
            values=[
                "The model was not registered: its AUC on the test split is ",
                auc,
                ", below the AucThreshold of ",
                declared.auc_threshold,
                ". ",
                JsonGet(step_name=evaluate.name, property_file=EVALUATION, json_path="advice"),
                ", or start again with a lower AucThreshold.",
            ],
        ),
    )
