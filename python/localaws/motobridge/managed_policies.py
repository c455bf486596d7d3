"""AWS's own policies, which every account has, read when something first needs a policy."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["load_on_first_use"]


def load_on_first_use() -> None:
    """moto reads all of AWS's policies for each account and partition: a quarter of the time that a stack starts in.

    A policy is needed only when one is attached, created, listed or set as a boundary.
    """
    from moto.iam.models import IAMBackend

    def nothing(backend: IAMBackend, *policies: Any) -> None:
        """A new backend neither reads policies nor sets them."""

    for name, read in (("aws_managed_policies", _of_aws), ("managed_policies", _all)):
        setattr(IAMBackend, name, property(_once(name, read), nothing))
    for method in ("_init_aws_policies", "_init_managed_policies"):
        setattr(IAMBackend, method, nothing)


def _once(name: str, read: Any) -> Any:
    """A getter that keeps what it read in the backend, whose `reset` forgets it."""

    def get(backend: Any) -> Any:
        known = vars(backend)
        if name not in known:
            known[name] = read(backend)
        return known[name]

    return get


def _of_aws(backend: Any) -> list[Any]:
    from moto.iam.aws_managed_policies import aws_managed_policies_data
    from moto.iam.models import AWSManagedPolicy

    policies = json.loads(aws_managed_policies_data)
    return [
        AWSManagedPolicy.from_data(name, backend.account_id, backend.region_name, policy)
        for name, policy in policies.items()
    ]


def _all(backend: Any) -> dict[str, Any]:
    """By ARN; the account's own are added to it."""
    return {policy.arn: policy for policy in backend.aws_managed_policies}
