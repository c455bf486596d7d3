"""What the job steps of every pipeline share: inputs, outputs under the execution id, retries, caching."""

from typing import Any

from sagemaker.core.shapes import ProcessingInput, ProcessingOutput, ProcessingS3Input, ProcessingS3Output
from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.functions import Join
from sagemaker.mlops.workflow.retry import (
    SageMakerJobExceptionTypeEnum,
    SageMakerJobStepRetryPolicy,
    StepExceptionTypeEnum,
    StepRetryPolicy,
)
from sagemaker.mlops.workflow.steps import CacheConfig, ProcessingStep, TrainingStep

from mlops.render.tokens import token

__all__ = [
    "INPUT_DIR",
    "OUTPUT_DIR",
    "ParametrisedProcessingStep",
    "ParametrisedTrainingStep",
    "cache",
    "job_name",
    "job_retries",
    "output_of",
    "output_uri",
    "processing_input",
    "processing_output",
    "service_retries",
]

INPUT_DIR = "/opt/ml/processing/input"
OUTPUT_DIR = "/opt/ml/processing/output"


def output_uri(name: str) -> Any:
    """S3 URI of this execution's output `name`: `s3://<bucket>/pipeline/<name>/<execution id>`."""
    return Join(on="/", values=[f"s3://{token('bucket')}/pipeline/{name}", ExecutionVariables.PIPELINE_EXECUTION_ID])


def processing_input(name: str, uri: Any) -> ProcessingInput:
    """The object or prefix `uri`, copied to `/opt/ml/processing/input/<name>` before the job starts."""
    return ProcessingInput(
        input_name=name,
        s3_input=ProcessingS3Input(
            s3_uri=uri,
            local_path=f"{INPUT_DIR}/{name}",
            s3_data_type="S3Prefix",
            s3_input_mode="File",
            s3_data_distribution_type="FullyReplicated",
        ),
    )


def processing_output(name: str) -> ProcessingOutput:
    """The folder `/opt/ml/processing/output/<name>`, copied to `output_uri(name)` when the job has ended."""
    return ProcessingOutput(
        output_name=name,
        s3_output=ProcessingS3Output(
            s3_uri=output_uri(name), local_path=f"{OUTPUT_DIR}/{name}", s3_upload_mode="EndOfJob"
        ),
    )


def output_of(step: ProcessingStep, name: str) -> Any:
    """S3 URI of the output `name` of `step`: this execution's, or after a cache hit the earlier execution's."""
    return step.properties.ProcessingOutputConfig.Outputs[name].S3Output.S3Uri


def cache() -> CacheConfig:
    """Reuse a successful run of the same step for thirty days.

    The key is made of attributes, never of what lies behind an S3 URI
    (https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-default-keys.html): inputs carry a hash of their content
    in the prefix.
    """
    return CacheConfig(enable_caching=True, expire_after="P30D")


def service_retries() -> list[Any]:
    """Retries for a step that is one API call: throttling and faults of the service."""
    return [
        StepRetryPolicy(
            exception_types=[StepExceptionTypeEnum.THROTTLING, StepExceptionTypeEnum.SERVICE_FAULT],
            interval_seconds=5,
            backoff_rate=2.0,
            max_attempts=5,
        )
    ]


def job_name(duty: str) -> str:
    """The beginning of the names of a step's jobs: `{job_name_prefix}{duty}`, before execution id and random part.

    Pipelines begins a job's name with the name in the step's arguments, so that a policy can tell the jobs of one
    pipeline from those of others in the account
    (https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-access.html#build-and-manage-step-permissions-prefix).
    """
    return f"{token('job_name_prefix')}{duty}"


def job_retries() -> list[Any]:
    """Retries for a step that runs a job: also its internal errors, and a lack of instances in the region.

    The account's own limit on instances (SageMaker.RESOURCE_LIMIT) is not retried: a quota of zero never passes, and
    its message, which names the quota to raise, would stay hidden while the step waits.
    """
    return [
        *service_retries(),
        SageMakerJobStepRetryPolicy(
            failure_reason_types=[SageMakerJobExceptionTypeEnum.INTERNAL_ERROR],
            interval_seconds=30,
            backoff_rate=2.0,
            max_attempts=3,
        ),
        SageMakerJobStepRetryPolicy(
            exception_types=[SageMakerJobExceptionTypeEnum.CAPACITY_ERROR],
            interval_seconds=60,
            backoff_rate=1.5,
            expire_after_mins=120,
        ),
    ]


class ParametrisedProcessingStep(ProcessingStep):  # type: ignore[misc,unused-ignore]
    """A ProcessingStep with members of its request replaced, such as the job's name, which the SDK removes."""

    def __init__(self, name: str, *, overrides: dict[str, Any], **settings: Any) -> None:
        """`overrides`: member of CreateProcessingJob → its value, or a dict that is merged into that member."""
        super().__init__(name, **settings)
        self._overrides = overrides

    @property
    def arguments(self) -> dict[str, Any]:
        """The CreateProcessingJob request."""
        return _replaced(super().arguments, self._overrides)


class ParametrisedTrainingStep(TrainingStep):  # type: ignore[misc,unused-ignore]
    """A TrainingStep with members of its request replaced.

    ModelTrainer's configuration classes take plain integers and real ARNs only, where the service takes a pipeline
    parameter or a value that is known at apply.
    """

    def __init__(self, name: str, *, overrides: dict[str, Any], **settings: Any) -> None:
        """`overrides`: member of CreateTrainingJob → its value, or a dict that is merged into that member."""
        super().__init__(name, **settings)
        self._overrides = overrides

    @property
    def arguments(self) -> dict[str, Any]:
        """The CreateTrainingJob request."""
        return _replaced(super().arguments, self._overrides)


def _replaced(request: dict[str, Any], overrides: dict[str, Any]) -> dict[str, Any]:
    return request | {
        member: request[member] | value if isinstance(value, dict) else value for member, value in overrides.items()
    }
