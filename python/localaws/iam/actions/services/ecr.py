"""https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html"""

from __future__ import annotations

from localaws.iam.actions.mapping import ServiceMapping

__all__ = ["MAPPING"]

MAPPING = ServiceMapping(
    members={"RepositoryName": ("repositoryName", "repositoryNames")},
    # AWS's images for SageMaker are in accounts of AWS.
    owner="registryId",
    keys={"ecr:AccountSetting": ("name",)},
    roles=("customRoleArn",),
    passed_to="ecr.amazonaws.com",
    tagging="TagResource",
)
