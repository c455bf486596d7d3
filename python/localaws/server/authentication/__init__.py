"""Who sends a request: every signature is verified, on every service and path.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
"""

from localaws.server.authentication.authenticate import authenticate
from localaws.server.authentication.origin import check_origin

__all__ = ["authenticate", "check_origin"]
