"""Who sends a request, and whether the policies allow it."""

from localaws.iam.authorizer import AccessRequest, Authorizer, is_key_denied
from localaws.iam.principal import Principal, RoleSession, ServicePrincipal
from localaws.iam.rotation import ContainerCredentials, RotatingSession
from localaws.iam.simulation import simulate, simulate_custom

__all__ = [
    "AccessRequest",
    "Authorizer",
    "ContainerCredentials",
    "Principal",
    "RoleSession",
    "RotatingSession",
    "ServicePrincipal",
    "is_key_denied",
    "simulate",
    "simulate_custom",
]
