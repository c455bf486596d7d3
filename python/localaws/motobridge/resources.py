"""What clients made in the services that moto serves."""

from __future__ import annotations

from localaws.motobridge import backends
from localaws.motobridge.lock import MOTO_LOCK
from localaws.motobridge.principals import ADMINISTRATOR

__all__ = ["moto_resources"]


def moto_resources(account_id: str, partition: str) -> list[dict[str, str]]:
    """S3's buckets, and IAM's roles, users and policies: {"type": ..., "arn": ...} each."""
    with MOTO_LOCK:
        buckets = backends.s3(account_id, partition).buckets
        iam = backends.iam(account_id, partition)
        arns = {
            "s3:Bucket": [f"arn:{partition}:s3:::{name}" for name in buckets],
            "iam:Role": [role.arn for role in iam.get_roles()],
            "iam:User": [user.arn for user in iam.users.values() if user.name != ADMINISTRATOR],
            "iam:Policy": [p.arn for p in iam.managed_policies.values() if f":iam::{account_id}:" in p.arn],
        }
    return [{"type": kind, "arn": arn} for kind, found in arns.items() for arn in found]
