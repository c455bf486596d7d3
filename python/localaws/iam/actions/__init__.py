"""Which permissions a request of any service needs."""

from localaws.iam.actions.arns import Account
from localaws.iam.actions.call import Call, action_prefix, read_call
from localaws.iam.actions.listing import General, general_needs
from localaws.iam.actions.need import Need, UnmappedError
from localaws.iam.actions.permissions import needs

__all__ = [
    "Account",
    "Call",
    "General",
    "Need",
    "UnmappedError",
    "action_prefix",
    "general_needs",
    "needs",
    "read_call",
]
