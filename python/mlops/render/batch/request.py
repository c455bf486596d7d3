"""CreateTransformJob, as the assessment asks for it: CSV in, split by line, predictions out, assembled by line."""

from sagemaker.core.transformer import Transformer
from sagemaker.mlops.workflow.steps import TransformStep

from mlops.render.document import template, without_empty
from mlops.render.offline import offline_session
from mlops.render.tokens import token

__all__ = ["transform_request"]

# What the SDK writes although nothing was asked for.
_SDK_NOISE = frozenset(
    {"DataCaptureConfig", "DataProcessing", "Environment", "ExperimentConfig", "ModelClientConfig", "Tags"}
)


def transform_request() -> str:
    """CreateTransformJob without its name, as a Terraform template; the module puts in what its user asks for."""
    transformer = Transformer(
        model_name=token("model_name"),
        instance_count=1,
        instance_type="ml.m5.large",
        strategy="MultiRecord",
        assemble_with="Line",
        output_path=f"s3://{token('bucket')}/{token('batch_output_prefix')}",
        accept="text/csv",
        # Without a name the SDK asks AWS for the model's image to make one up; the step leaves it out again.
        base_transform_job_name="batch-transform",
        sagemaker_session=offline_session(token("bucket")),
    )
    arguments = transformer.transform(
        f"s3://{token('bucket')}/{token('batch_input_prefix')}/", content_type="text/csv", split_type="Line"
    )
    step = TransformStep("Transform", step_args=arguments)
    return template(without_empty(step.arguments, _SDK_NOISE))
