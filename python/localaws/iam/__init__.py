"""Who sends a request, and whether the policies allow it."""

from localaws.iam.decide import AccessRequest, decide, decide_missing, deciding_keys, is_key_denied
from localaws.iam.principal import Principal, RoleSession
from localaws.iam.rotation import ContainerCredentials, RotatingSession
from localaws.iam.simulation import simulate

__all__ = [
    "AccessRequest",
    "ContainerCredentials",
    "Principal",
    "RoleSession",
    "RotatingSession",
    "decide",
    "decide_missing",
    "deciding_keys",
    "is_key_denied",
    "simulate",
]
