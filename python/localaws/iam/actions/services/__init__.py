"""What is known of each service by hand, a table each."""

from collections.abc import Mapping

from localaws.iam.actions.mapping import ServiceMapping
from localaws.iam.actions.services import sagemaker

__all__ = ["MAPPINGS"]

MAPPINGS: Mapping[str, ServiceMapping] = {
    "sagemaker": sagemaker.MAPPING,
}
"""By the prefix of the service's actions."""
