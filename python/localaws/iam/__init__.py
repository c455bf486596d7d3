"""Who calls, and whether she may."""

from localaws.iam.decide import AccessRequest, decide
from localaws.iam.principal import Principal
from localaws.iam.principals import Principals, RoleSession
from localaws.iam.simulation import simulate

__all__ = ["AccessRequest", "Principal", "Principals", "RoleSession", "decide", "simulate"]
