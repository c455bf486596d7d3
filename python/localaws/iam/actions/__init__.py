"""Which permissions a request of any service needs."""

from localaws.iam.actions.arns import Account
from localaws.iam.actions.call import Call, read_call
from localaws.iam.actions.need import Need, UnmappedError
from localaws.iam.actions.permissions import needs

__all__ = ["Account", "Call", "Need", "UnmappedError", "needs", "read_call"]
