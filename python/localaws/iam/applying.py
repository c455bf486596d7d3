"""All policies that decide on one resource."""

from __future__ import annotations

from localaws.api.arns import read_arn
from localaws.iam.evaluate import Policies
from localaws.iam.stores import Attached, PolicyStore

__all__ = ["policies_on"]


def policies_on(resource: str, own: Attached, store: PolicyStore) -> Policies:
    """The principal's `own` policies and that of the resource (an ARN, or `*`).

    A KMS key's policy always takes part: identity-based policies count only where it names the account.
    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
    """
    policy = store.resource(resource)
    arn = read_arn(resource)
    is_key = policy is not None and arn is not None and arn.service == "kms"
    return Policies(own.identity, policy, own.boundary, own.session, resource_must_allow=is_key)
