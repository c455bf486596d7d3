"""The training pipeline: preprocess, train, evaluate, and register only what is good enough."""

import json
from typing import Any

from sagemaker.core.model_metrics import MetricsSource, ModelMetrics
from sagemaker.core.processing import Processor
from sagemaker.core.workflow.conditions import ConditionGreaterThanOrEqualTo
from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.parameters import ParameterInteger
from sagemaker.core.workflow.pipeline_definition_config import PipelineDefinitionConfig
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.steps import ProcessingStep, TrainingStep
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import CheckpointConfig, Compute, InputData, OutputDataConfig

from mlops.render.document import template, without_empty
from mlops.render.offline import offline_session
from mlops.render.registration import registration_step
from mlops.render.steps import (
    INPUT_DIR,
    OUTPUT_DIR,
    ParametrisedTrainingStep,
    cache,
    job_retries,
    output_uri,
    processing_input,
    processing_output,
    service_retries,
)
from mlops.render.tokens import token
from mlops.render.training_parameters import Parameters, parameters

__all__ = ["on_demand", "spot"]

_ENTRYPOINT = ["python3", f"{INPUT_DIR}/code/run.py"]
_REPORT = PropertyFile(name="PreprocessReport", output_name="report", path="report.json")
_EVALUATION = PropertyFile(name="EvaluationReport", output_name="evaluation", path="evaluation.json")
_AUC = "binary_classification_metrics.auc.value"
# ModelTrainer takes only what looks like a role's ARN; the step's overrides put the token in its place.
_ROLE_STAND_IN = "arn:aws:iam::000000000000:role/job"
# What the SDK writes although nothing was asked for.
_SDK_NOISE = frozenset({"MlflowConfig", "PipelineExperimentConfig", "Metadata", "Bias", "Explainability"})


def on_demand() -> str:
    """The definition that trains on an on-demand instance, as a Terraform template."""
    return _definition(spot=False)


def spot() -> str:
    """The definition that trains on spot capacity, with checkpoints to go on from after an interruption."""
    return _definition(spot=True)


def _definition(*, spot: bool) -> str:
    session = offline_session(token("bucket"))
    declared = parameters()
    max_wait = ParameterInteger("TrainingMaxWaitTimeInSeconds", default_value=7200) if spot else None
    preprocess = _preprocess(session, declared)
    train = _train(session, declared, preprocess, max_wait)
    evaluate = _evaluate(session, declared, preprocess, train)
    auc = JsonGet(step_name=evaluate.name, property_file=_EVALUATION, json_path=_AUC)
    check = ConditionStep(
        "CheckQuality",
        description="Is the AUC on the test split at least AucThreshold?",
        conditions=[ConditionGreaterThanOrEqualTo(left=auc, right=declared.auc_threshold)],
        if_steps=[_register(session, declared, preprocess, train, evaluate, auc)],
        else_steps=[_too_low(declared, auc)],
    )
    pipeline = Pipeline(
        # The name is Terraform's to give: it is no part of the definition.
        name="training",
        parameters=declared.all() + ([max_wait] if max_wait else []),
        # No experiment: it would need permissions, and leave trials behind that nothing reads.
        pipeline_experiment_config=None,
        steps=[preprocess, train, evaluate, check],
        sagemaker_session=session,
        pipeline_definition_config=PipelineDefinitionConfig(use_custom_job_prefix=False),
    )
    return template(without_empty(json.loads(pipeline.definition()), _SDK_NOISE))


def _output_of(step: ProcessingStep, name: str) -> Any:
    """URI of a processing step's output, taken from the step, for a cached step's outputs lie elsewhere."""
    return step.properties.ProcessingOutputConfig.Outputs[name].S3Output.S3Uri


def _preprocess(session: Any, declared: Parameters) -> ProcessingStep:
    processor = Processor(
        role=token("job_role_arn"),
        image_uri=token("sklearn_image"),
        entrypoint=_ENTRYPOINT,
        instance_type=declared.processing_instance_type,
        instance_count=1,
        volume_size_in_gb=declared.processing_volume_size,
        max_runtime_in_seconds=declared.processing_max_runtime,
        sagemaker_session=session,
    )
    arguments = processor.run(
        inputs=[
            processing_input("data", declared.input_data),
            processing_input("schema", declared.schema_uri),
            processing_input("code", token("code_uri")),
        ],
        outputs=[processing_output(name) for name in ("train", "validation", "test", "encoder", "baseline", "report")],
        arguments=[
            "preprocess",
            *("--input", f"{INPUT_DIR}/data"),
            *("--schema", f"{INPUT_DIR}/schema"),
            *("--output", OUTPUT_DIR),
            *("--seed", declared.seed.to_string()),
        ],
    )
    return ProcessingStep(
        "PreprocessData",
        step_args=arguments,
        description="Check the data against its schema, fit the encoder, split 70/15/15.",
        property_files=[_REPORT],
        cache_config=cache(),
        retry_policies=job_retries(),
    )


def _train(session: Any, declared: Parameters, preprocess: ProcessingStep, max_wait: Any) -> TrainingStep:
    trainer = ModelTrainer(
        training_image=token("xgboost_image"),
        role=_ROLE_STAND_IN,
        sagemaker_session=session,
        compute=Compute(
            instance_type=declared.training_instance_type,
            instance_count=1,
            enable_managed_spot_training=True if max_wait else None,
        ),
        output_data_config=OutputDataConfig(s3_output_path=output_uri("models")),
        # A prefix of its own for each execution: XGBoost goes on from whatever model it finds there.
        checkpoint_config=CheckpointConfig(s3_uri=output_uri("checkpoints")) if max_wait else None,
        hyperparameters=declared.hyperparameters(),
    )
    channels = [
        InputData(channel_name=name, data_source=_output_of(preprocess, name), content_type="text/csv")
        for name in ("train", "validation")
    ]
    stopping = {"MaxRuntimeInSeconds": declared.training_max_runtime}
    return ParametrisedTrainingStep(
        "TrainModel",
        step_args=trainer.train(input_data_config=channels),
        overrides={
            "RoleArn": token("job_role_arn"),
            "ResourceConfig": {"VolumeSizeInGB": declared.training_volume_size},
            "StoppingCondition": stopping | ({"MaxWaitTimeInSeconds": max_wait} if max_wait else {}),
        },
        description="Train XGBoost on the train split; the validation split gives validation:auc.",
        # CheckpointConfig belongs to the cache key and names the execution: a cache would never hit.
        cache_config=None if max_wait else cache(),
        retry_policies=job_retries(),
    )


def _evaluate(session: Any, declared: Parameters, preprocess: ProcessingStep, train: TrainingStep) -> ProcessingStep:
    processor = Processor(
        role=token("job_role_arn"),
        image_uri=token("xgboost_image"),
        entrypoint=_ENTRYPOINT,
        instance_type=declared.evaluation_instance_type,
        instance_count=1,
        volume_size_in_gb=declared.evaluation_volume_size,
        max_runtime_in_seconds=declared.evaluation_max_runtime,
        sagemaker_session=session,
    )
    arguments = processor.run(
        inputs=[
            processing_input("model", train.properties.ModelArtifacts.S3ModelArtifacts),
            processing_input("test", _output_of(preprocess, "test")),
            processing_input("code", token("code_uri")),
        ],
        outputs=[processing_output("evaluation")],
        arguments=[
            "evaluate",
            *("--model", f"{INPUT_DIR}/model"),
            *("--test", f"{INPUT_DIR}/test"),
            *("--output", f"{OUTPUT_DIR}/evaluation"),
        ],
    )
    return ProcessingStep(
        "EvaluateModel",
        step_args=arguments,
        description="Score the test split; write metrics in the Model Registry's format.",
        property_files=[_EVALUATION],
        cache_config=cache(),
        retry_policies=job_retries(),
    )


def _register(
    session: Any,
    declared: Parameters,
    preprocess: ProcessingStep,
    train: TrainingStep,
    evaluate: ProcessingStep,
    auc: JsonGet,
) -> ModelStep:
    def reported(path: str) -> Any:
        return JsonGet(step_name=preprocess.name, property_file=_REPORT, json_path=path).to_string()

    statistics = Join(on="/", values=[_output_of(evaluate, "evaluation"), "evaluation.json"])
    return registration_step(
        session,
        "RegisterModel",
        retry_policies=service_retries(),
        description="Register encoder and XGBoost as one package that deploys by its ARN alone.",
        containers=[
            {
                "Image": token("sklearn_image"),
                "ModelDataUrl": Join(on="/", values=[_output_of(preprocess, "encoder"), "model.tar.gz"]),
                "Environment": {
                    "SAGEMAKER_PROGRAM": "inference.py",
                    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
                    # Between two containers of one endpoint nothing else says what the first shall answer.
                    "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv",
                },
            },
            {"Image": token("xgboost_image"), "ModelDataUrl": train.properties.ModelArtifacts.S3ModelArtifacts},
        ],
        content_types=["text/csv"],
        response_types=["text/csv"],
        inference_instances=["ml.t2.medium", "ml.m5.large", "ml.m5.xlarge", "ml.c5.large", "ml.c5.xlarge"],
        transform_instances=["ml.m5.large", "ml.m5.xlarge", "ml.c5.xlarge"],
        model_package_group_name=token("model_package_group"),
        approval_status=declared.model_approval_status,
        model_metrics=ModelMetrics(
            model_statistics=MetricsSource(s3_uri=statistics, content_type="application/json")
        )._to_request_dict(),
        customer_metadata_properties={
            "auc": auc.to_string(),
            "auc_threshold": declared.auc_threshold.to_string(),
            "code_sha256": token("code_sha256"),
            "data_sha256": reported("data.sha256"),
            "data_uri": declared.input_data,
            "pipeline_execution_arn": ExecutionVariables.PIPELINE_EXECUTION_ARN,
            "schema_sha256": reported("schema.sha256"),
            "source_commit": token("source_commit"),
        },
    )


def _too_low(declared: Parameters, auc: JsonGet) -> FailStep:
    return FailStep(
        "QualityTooLow",
        description="Says which metric missed which threshold.",
        error_message=Join(
            on="",
            values=[
                "Model not registered: AUC on the test split is ",
                auc,
                ", below AucThreshold ",
                declared.auc_threshold,
                ". Improve the data or the hyperparameters, or start the pipeline with a lower AucThreshold.",
            ],
        ),
    )
