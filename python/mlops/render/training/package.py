"""RegisterModel: the encoder and XGBoost as one model package that deploys by its ARN alone."""

from typing import Any

from sagemaker.core.model_metrics import MetricsSource, ModelMetrics
from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.steps import ProcessingStep

from mlops.render.registration import registration_step
from mlops.render.steps import output_of, service_retries
from mlops.render.tokens import token
from mlops.render.training.jobs import EVALUATION, REPORT
from mlops.render.training.parameters import Parameters

__all__ = ["metric", "register_model"]

_METRICS = ("accuracy", "auc", "f1", "log_loss")
# From the cheapest: what a student deploys first stands first.
_REALTIME_INSTANCES = ["ml.t2.medium", "ml.m5.large", "ml.c5.large", "ml.m5.xlarge", "ml.c5.xlarge"]
_TRANSFORM_INSTANCES = ["ml.m5.large", "ml.m5.xlarge", "ml.c5.xlarge"]


def metric(evaluate: ProcessingStep, name: str) -> JsonGet:
    """The number `name` of evaluation.json, read when the execution gets there."""
    return JsonGet(
        step_name=evaluate.name, property_file=EVALUATION, json_path=f"binary_classification_metrics.{name}.value"
    )


def register_model(
    session: Any, declared: Parameters, preprocess: ProcessingStep, model_uri: Any, evaluate: ProcessingStep
) -> ModelStep:
    """RegisterModel: a new version of the group with metrics, approval status, and where it comes from.

    Every URI is a property of the step that wrote it: after a cache hit it lies under an earlier execution's id.
    """
    statistics = Join(on="/", values=[output_of(evaluate, "evaluation"), EVALUATION.path])
    return registration_step(
        session,
        "RegisterModel",
        retry_policies=service_retries(),
        description="Registers encoder and XGBoost as one package that deploys by its ARN alone.",
        containers=[
            {
                "Image": token("sklearn_image"),
                "ModelDataUrl": Join(on="/", values=[output_of(preprocess, "encoder"), "model.tar.gz"]),
                "Environment": {
                    "SAGEMAKER_PROGRAM": "inference.py",
                    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
                    # The container answers JSON by default, which XGBoost behind it refuses with 415.
                    "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv",
                },
            },
            {"Image": token("xgboost_image"), "ModelDataUrl": model_uri},
        ],
        content_types=["text/csv", "application/jsonlines", "application/json"],
        response_types=["text/csv"],
        inference_instances=_REALTIME_INSTANCES,
        transform_instances=_TRANSFORM_INSTANCES,
        model_package_group_name=token("model_package_group"),
        approval_status=declared.model_approval_status,
        model_metrics=ModelMetrics(
            model_statistics=MetricsSource(s3_uri=statistics, content_type="application/json")
        )._to_request_dict(),
        customer_metadata_properties=_metadata(declared, preprocess, evaluate),
    )


def _metadata(declared: Parameters, preprocess: ProcessingStep, evaluate: ProcessingStep) -> dict[str, Any]:
    """Key → text. The service admits letters, digits, spaces and `_.:/=+-@` in a value, 256 of them at most."""

    def reported(path: str) -> Any:
        # What the job really read, also where InputData or SchemaUri were given at the start of the execution.
        return JsonGet(step_name=preprocess.name, property_file=REPORT, json_path=path).to_string()

    return {
        "auc_threshold": declared.auc_threshold.to_string(),
        "code_sha256": token("code_sha256"),
        "data_sha256": reported("data.sha256"),
        "pipeline_execution_arn": ExecutionVariables.PIPELINE_EXECUTION_ARN,
        "schema_sha256": reported("schema.sha256"),
        "source_commit": token("source_commit"),
    } | {name: metric(evaluate, name).to_string() for name in _METRICS}
