"""The two requests of `mlops run tuning`: CreateHyperParameterTuningJob, and the job that prepares its channels."""

from sagemaker.core.network import NetworkConfig
from sagemaker.core.processing import Processor
from sagemaker.core.shapes import ProcessingOutput, ProcessingS3Output
from sagemaker.mlops.workflow.steps import ProcessingStep

from mlops.render.document import template, without_empty
from mlops.render.offline import offline_session
from mlops.render.steps import INPUT_DIR, OUTPUT_DIR, processing_input
from mlops.render.tokens import token
from mlops.render.tuning.search import ParametrisedTuningStep, channels, tuner

__all__ = ["preprocessing_request", "tuning_request"]

_SPLITS_URI = f"s3://{token('bucket')}/{token('splits_prefix')}"
_OUTPUTS = ("train", "validation", "test", "encoder", "baseline", "report")
# What the SDK writes although nothing was asked for.
_SDK_NOISE = frozenset(
    {"Autotune", "CheckpointConfig", "Environment", "ExperimentConfig", "MlflowConfig", "Tags", "WarmStartConfig"}
)
# The pipeline's own defaults; the seed makes two tuning jobs with the same RandomSeed alike to the last bit.
_STATIC = {
    "objective": "binary:logistic",
    "eval_metric": "auc",
    "num_round": "100",
    "seed": "42",
    # A trial that is stopped early keeps the model that it has.
    "save_model_on_termination": "true",
}


def tuning_request() -> str:
    """CreateHyperParameterTuningJob without its name, as a Terraform template."""
    session = offline_session(token("bucket"))
    searched = tuner(session, dict(_STATIC), "ml.m5.large")
    inputs = channels(f"{_SPLITS_URI}/train", f"{_SPLITS_URI}/validation")
    step = ParametrisedTuningStep("Tune", step_args=searched.tune(inputs), training={"RoleArn": token("job_role_arn")})
    return template(without_empty(step.arguments, _SDK_NOISE))


def preprocessing_request() -> str:
    """CreateProcessingJob without its name: the pipeline's preprocessing, with its outputs below `splits_prefix`."""
    session = offline_session(token("bucket"))
    processor = Processor(
        role=token("job_role_arn"),
        image_uri=token("sklearn_image"),
        entrypoint=["python3", f"{INPUT_DIR}/code/run.py"],
        instance_type="ml.t3.medium",
        instance_count=1,
        volume_size_in_gb=10,
        max_runtime_in_seconds=3600,
        network_config=NetworkConfig(enable_network_isolation=True),
        sagemaker_session=session,
    )
    arguments = processor.run(
        inputs=[
            processing_input("data", token("input_data_uri")),
            processing_input("schema", token("schema_uri")),
            processing_input("code", token("code_uri")),
        ],
        outputs=[_output(name) for name in _OUTPUTS],
        arguments=[
            "preprocess",
            *("--input", f"{INPUT_DIR}/data"),
            *("--schema", f"{INPUT_DIR}/schema"),
            *("--output", OUTPUT_DIR),
            *("--seed", "42"),
        ],
    )
    step = ProcessingStep("Preprocess", step_args=arguments)
    return template(without_empty(step.arguments, _SDK_NOISE))


def _output(name: str) -> ProcessingOutput:
    return ProcessingOutput(
        output_name=name,
        s3_output=ProcessingS3Output(
            s3_uri=f"{_SPLITS_URI}/{name}", local_path=f"{OUTPUT_DIR}/{name}", s3_upload_mode="EndOfJob"
        ),
    )
