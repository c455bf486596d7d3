"""Who calls, and whether she may."""

from localaws.iam.decide import AccessRequest, decide, decide_missing, deciding_keys, is_key_denied
from localaws.iam.principal import Principal
from localaws.iam.rotation import ContainerCredentials, RotatingSession
from localaws.iam.simulation import simulate
from localaws.motobridge.principals import Principals, RoleSession

__all__ = [
    "AccessRequest",
    "ContainerCredentials",
    "Principal",
    "Principals",
    "RoleSession",
    "RotatingSession",
    "decide",
    "decide_missing",
    "deciding_keys",
    "is_key_denied",
    "simulate",
]
