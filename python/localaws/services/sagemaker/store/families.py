"""The table of SageMaker's resource families: adding a plain one is adding a row.

Member names follow the API's own rule (`{kind}Name`, `{kind}Arn`, `{kind}Status`), so a row only says what differs.
What a list returns, filters and sorts by is read from the API model of `list_operation`.

The wordings of refusals are AWS's: clients match on them (Terraform's provider on "does not exist" and "Could not find
model", SDK v2's `upsert` on "Pipeline names must be unique within").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from localaws.api.errors import AwsError

__all__ = ["FAMILIES", "Family", "Refusal"]


@dataclass(frozen=True)
class Refusal:
    """An error name and a wording; `{name}` and `{arn}` are filled in."""

    code: str
    text: str

    def error(self, name: str, arn: str) -> AwsError:
        return AwsError(self.code, self.text.format(name=name, arn=arn))


@dataclass(frozen=True)
class Family:
    """One kind of resource.

    `equals` maps a request member of the list operation to the described member that it must equal.  `named` is False
    where the describe response does not always have a `{kind}Name` member.
    """

    kind: str
    arn_type: str
    list_operation: str
    missing: Refusal
    duplicate: Refusal
    sort_order: str = "Descending"
    equals: Mapping[str, str] = field(default_factory=dict)
    named: bool = True

    @property
    def name_member(self) -> str:
        return f"{self.kind}Name"

    @property
    def arn_member(self) -> str:
        return f"{self.kind}Arn"

    @property
    def status_member(self) -> str:
        return f"{self.kind}Status"

    def arn(self, partition: str, region: str, account_id: str, name: str) -> str:
        return f"arn:{partition}:sagemaker:{region}:{account_id}:{self.arn_type}/{name}"


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
