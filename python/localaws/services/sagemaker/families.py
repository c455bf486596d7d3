"""The table of SageMaker's resource families: adding a plain one is adding a row.

Member names follow the API's own rule (`{kind}Name`, `{kind}Arn`, `{kind}Status`), so a row only says what differs.
What a list returns, filters and sorts by is read from the API model of `list_operation`.

The wordings of refusals are AWS's: clients match on them (Terraform's provider on "does not exist" and "Could not find
model", SDK v2's `upsert` on "Pipeline names must be unique within").
"""

from __future__ import annotations

from localaws.store import Family, Refusal

__all__ = ["FAMILIES"]


def _job(kind: str, arn_type: str, words: str, list_operation: str, missing: str, sort_order: str) -> Family:
    return Family(
        kind=kind,
        arn_type=arn_type,
        list_operation=list_operation,
        missing=Refusal("ValidationException", missing),
        duplicate=Refusal(
            "ResourceInUse",
            "Job name must be unique within an AWS account and region, "
            f"and a {words} with this name already exists ({{arn}})",
        ),
        sort_order=sort_order,
        equals={"StatusEquals": f"{kind}Status"},
    )


FAMILIES: dict[str, Family] = {
    family.kind: family
    for family in (
        Family(
            "Model",
            "model",
            "ListModels",
            Refusal("ValidationException", 'Could not find model "{arn}".'),
            Refusal("ValidationException", 'Cannot create already existing model "{arn}".'),
        ),
        Family(
            "ModelPackageGroup",
            "model-package-group",
            "ListModelPackageGroups",
            Refusal("ValidationException", "ModelPackageGroup {arn} does not exist."),
            Refusal("ValidationException", "Model Package Group already exists: {arn}"),
            sort_order="Ascending",
        ),
        Family(
            "ModelPackage",
            "model-package",
            "ListModelPackages",
            Refusal("ValidationException", "ModelPackage {arn} does not exist."),
            Refusal("ValidationException", "Model Package already exists: {arn}"),
            sort_order="Ascending",
            equals={"ModelApprovalStatus": "ModelApprovalStatus"},
            named=False,
        ),
        Family(
            "EndpointConfig",
            "endpoint-config",
            "ListEndpointConfigs",
            Refusal("ValidationException", 'Could not find endpoint configuration "{arn}".'),
            Refusal("ValidationException", 'Cannot create already existing endpoint configuration "{arn}".'),
        ),
        Family(
            "Endpoint",
            "endpoint",
            "ListEndpoints",
            Refusal("ValidationException", 'Could not find endpoint "{arn}".'),
            Refusal("ValidationException", 'Cannot create already existing endpoint "{arn}".'),
            equals={"StatusEquals": "EndpointStatus"},
        ),
        _job(
            "ProcessingJob",
            "processing-job",
            "processing job",
            "ListProcessingJobs",
            "Could not find requested job with name: {name}",
            "Ascending",
        ),
        _job(
            "TrainingJob",
            "training-job",
            "training job",
            "ListTrainingJobs",
            "Requested resource not found.",
            "Ascending",
        ),
        Family(
            "HyperParameterTuningJob",
            "hyper-parameter-tuning-job",
            "ListHyperParameterTuningJobs",
            Refusal("ResourceNotFound", "Could not find hyperparameter tuning job with name: {name}"),
            Refusal(
                "ResourceInUse",
                "A hyperparameter tuning job with the name, {name}, already exists. Choose a different name.",
            ),
            sort_order="Ascending",
            equals={"StatusEquals": "HyperParameterTuningJobStatus"},
        ),
        _job(
            "TransformJob",
            "transform-job",
            "transform job",
            "ListTransformJobs",
            "Could not find requested job with name: {name}",
            "Descending",
        ),
        Family(
            "Pipeline",
            "pipeline",
            "ListPipelines",
            Refusal("ResourceNotFound", "Pipeline '{arn}' does not exist."),
            Refusal(
                "ValidationException",
                "Pipeline names must be unique within an AWS account and region. "
                "Pipeline with name ({name}) already exists.",
            ),
        ),
        # An execution's ARN (pipeline/<pipeline>/execution/<id>) is given by its creator; its name is the id.
        Family(
            "PipelineExecution",
            "pipeline-execution",
            "ListPipelineExecutions",
            Refusal("ResourceNotFound", "PipelineExecution '{name}' does not exist."),
            Refusal("ConflictException", "PipelineExecution '{arn}' already exists."),
            equals={"PipelineName": "PipelineArn"},
            named=False,
        ),
    )
}
