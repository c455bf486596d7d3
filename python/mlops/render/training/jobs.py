"""The three job steps: PreprocessData, TrainModel, EvaluateModel."""

from typing import Any

from sagemaker.core.network import NetworkConfig
from sagemaker.core.processing import Processor
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.steps import ProcessingStep, TrainingStep
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import CheckpointConfig, Compute, InputData, Networking, OutputDataConfig

from mlops.render.steps import (
    INPUT_DIR,
    OUTPUT_DIR,
    ParametrisedProcessingStep,
    ParametrisedTrainingStep,
    cache,
    job_name,
    job_retries,
    output_of,
    output_uri,
    processing_input,
    processing_output,
)
from mlops.render.tokens import token
from mlops.render.training.parameters import Parameters

__all__ = ["EVALUATION", "REPORT", "evaluate_model", "preprocess_data", "train_model"]

REPORT = PropertyFile(name="PreprocessReport", output_name="report", path="report.json")
EVALUATION = PropertyFile(name="EvaluationReport", output_name="evaluation", path="evaluation.json")

_PREPROCESS_OUTPUTS = ("train", "validation", "test", "encoder", "baseline", "report")
# ModelTrainer takes only what looks like a role's ARN; the step's overrides put the token in its place.
_ROLE_STAND_IN = "arn:aws:iam::000000000000:role/job"


def preprocess_data(session: Any, declared: Parameters) -> ProcessingStep:
    """PreprocessData: raw CSV and schema in; encoded splits, encoder, raw baseline rows and a report out."""
    processor = _processor(
        session,
        token("sklearn_image"),
        declared.processing_instance_type,
        declared.processing_volume_size,
        declared.processing_max_runtime,
    )
    arguments = processor.run(
        inputs=[
            processing_input("data", declared.input_data),
            processing_input("schema", declared.schema_uri),
            processing_input("code", token("code_uri")),
        ],
        outputs=[processing_output(name) for name in _PREPROCESS_OUTPUTS],
        arguments=[
            "preprocess",
            *("--input", f"{INPUT_DIR}/data"),
            *("--schema", f"{INPUT_DIR}/schema"),
            *("--output", OUTPUT_DIR),
            *("--seed", declared.seed.to_string()),
        ],
    )
    return ParametrisedProcessingStep(
        "PreprocessData",
        step_args=arguments,
        overrides={"ProcessingJobName": job_name("prep")},
        description="Checks the data against its schema, fits the encoder, splits 70/15/15.",
        property_files=[REPORT],
        cache_config=cache(),
        retry_policies=job_retries(),
    )


def train_model(session: Any, declared: Parameters, preprocess: ProcessingStep) -> TrainingStep:
    """TrainModel: the built-in XGBoost on channels train and validation; on spot where a waiting time is declared."""
    max_wait = declared.training_max_wait_time
    trainer = ModelTrainer(
        training_image=token("xgboost_image"),
        role=_ROLE_STAND_IN,
        sagemaker_session=session,
        compute=Compute(
            instance_type=declared.training_instance_type,
            instance_count=1,
            enable_managed_spot_training=True if max_wait else None,
        ),
        networking=Networking(enable_network_isolation=True),
        output_data_config=OutputDataConfig(s3_output_path=output_uri("models")),
        # A prefix of its own for each execution: XGBoost goes on from whatever model it finds there.
        checkpoint_config=CheckpointConfig(s3_uri=output_uri("checkpoints")) if max_wait else None,
        hyperparameters=declared.hyperparameters(),
    )
    channels = [
        InputData(channel_name=name, data_source=output_of(preprocess, name), content_type="text/csv")
        for name in ("train", "validation")
    ]
    stopping = {"MaxRuntimeInSeconds": declared.training_max_runtime}
    return ParametrisedTrainingStep(
        "TrainModel",
        step_args=trainer.train(input_data_config=channels),
        overrides={
            "TrainingJobName": job_name("train"),
            "RoleArn": token("job_role_arn"),
            "ResourceConfig": {"VolumeSizeInGB": declared.training_volume_size},
            "StoppingCondition": stopping | ({"MaxWaitTimeInSeconds": max_wait} if max_wait else {}),
        },
        description="Trains XGBoost on the train split; the validation split gives validation:auc.",
        # CheckpointConfig belongs to the cache's key and names the execution: on spot nothing would ever be found.
        cache_config=None if max_wait else cache(),
        retry_policies=job_retries(),
    )


def evaluate_model(session: Any, declared: Parameters, preprocess: ProcessingStep, model_uri: Any) -> ProcessingStep:
    """EvaluateModel: model, test split and report in, evaluation.json in the Model Registry's format out."""
    processor = _processor(
        session,
        token("xgboost_image"),
        declared.evaluation_instance_type,
        declared.evaluation_volume_size,
        declared.evaluation_max_runtime,
    )
    arguments = processor.run(
        inputs=[
            processing_input("model", model_uri),
            processing_input("test", output_of(preprocess, "test")),
            processing_input("report", output_of(preprocess, "report")),
            processing_input("code", token("code_uri")),
        ],
        outputs=[processing_output("evaluation")],
        arguments=[
            "evaluate",
            *("--model", f"{INPUT_DIR}/model"),
            *("--test", f"{INPUT_DIR}/test"),
            *("--report", f"{INPUT_DIR}/report"),
            *("--output", f"{OUTPUT_DIR}/evaluation"),
            *("--threshold", declared.decision_threshold.to_string()),
        ],
    )
    return ParametrisedProcessingStep(
        "EvaluateModel",
        step_args=arguments,
        overrides={"ProcessingJobName": job_name("eval")},
        description="Scores the test split and writes the metrics in the Model Registry's format.",
        property_files=[EVALUATION],
        cache_config=cache(),
        retry_policies=job_retries(),
    )


def _processor(session: Any, image: str, instance_type: Any, volume_size: Any, max_runtime: Any) -> Processor:
    return Processor(
        role=token("job_role_arn"),
        image_uri=image,
        entrypoint=["python3", f"{INPUT_DIR}/code/run.py"],
        instance_type=instance_type,
        instance_count=1,
        volume_size_in_gb=volume_size,
        max_runtime_in_seconds=max_runtime,
        # The platform moves inputs and outputs; the code itself needs no network.
        network_config=NetworkConfig(enable_network_isolation=True),
        sagemaker_session=session,
    )
