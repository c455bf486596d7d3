"""Errors made to be read by the person at the keyboard: one line that names the value, the rule and the remedy."""

from __future__ import annotations

import re

from botocore import exceptions as boto
from botocore.exceptions import BotoCoreError, ClientError

__all__ = ["CannotLookError", "UsageError", "UserError", "error_code", "explain", "is_not_found", "shortened"]

_NOT_FOUND = {
    "404",
    "NoSuchBucket",
    "NoSuchEntity",
    "NoSuchKey",
    "NoSuchTagSet",
    "NotFound",
    "PipelineNotFoundException",
    "ResourceNotFound",
    "ResourceNotFoundException",
}
# SageMaker answers ValidationException for many names that it does not know, and for names that nothing can have.
_NOT_FOUND_MESSAGES = (
    "not exist",
    "not found",
    "could not find",
    "cannot find",
    "unable to find",
    "failed to satisfy constraint",
)
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
_UNKNOWN_KEY = {"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "SignatureDoesNotMatch"}
_DENIED = {"AccessDenied", "AccessDeniedException", "403"}
_CREDENTIALS = (
    'set a profile or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or for the local stack: eval "$(localaws env)"'
)


class UserError(Exception):
    """Something that the user can mend; ``str()`` is the whole message, on one line."""

    exit_code = 1


class UsageError(UserError):
    """The command line itself is wrong."""

    exit_code = 2


class CannotLookError(UserError):
    """Nothing could be asked at all: no credentials, no region, or nobody answers at the endpoint."""

    exit_code = 2


def error_code(error: ClientError) -> str:
    """The service's error name, e.g. ``ValidationException``."""
    return str(error.response.get("Error", {}).get("Code", ""))


def is_not_found(error: ClientError) -> bool:
    """Whether a service says that the resource, bucket or object which a request names does not exist."""
    code, message = error_code(error), str(error.response.get("Error", {}).get("Message", "")).lower()
    return code in _NOT_FOUND or (
        code == "ValidationException" and any(words in message for words in _NOT_FOUND_MESSAGES)
    )


def explain(error: BotoCoreError | ClientError) -> UserError:
    """Words an AWS error that any call can meet.

    Returns:
        A ``CannotLookError`` where no request could succeed, else a ``UserError`` with the service's own words.
    """
    if isinstance(error, ClientError):
        return _explain_refusal(error)
    if isinstance(error, boto.NoCredentialsError | boto.PartialCredentialsError):
        return CannotLookError(f"no AWS credentials: {_CREDENTIALS}")
    if isinstance(error, boto.NoRegionError):
        return CannotLookError("no AWS region: pass --region, or set AWS_REGION")
    if isinstance(error, boto.ProfileNotFound):
        return CannotLookError(f"{_one_line(error)}: see `aws configure list-profiles`, or unset AWS_PROFILE")
    if isinstance(error, boto.SSOError | boto.TokenRetrievalError | boto.CredentialRetrievalError):
        return CannotLookError(
            f"the AWS credentials could not be read ({_one_line(error)}): sign in again (`aws sso login`)"
        )
    if isinstance(error, boto.HTTPClientError | boto.ConnectionError):
        return CannotLookError(
            f"nobody answers: {_one_line(error)} Check AWS_ENDPOINT_URL and the network; "
            "is the local stack meant? `localaws status` shows whether it runs"
        )
    return UserError(_one_line(error))


def _explain_refusal(error: ClientError) -> UserError:
    code, operation = error_code(error), error.operation_name
    message = _one_line(error.response.get("Error", {}).get("Message", ""))
    if code in _EXPIRED:
        return CannotLookError(
            'the AWS credentials have expired: sign in again, or for the local stack: eval "$(localaws env)"'
        )
    if code in _UNKNOWN_KEY:
        return CannotLookError(f"the AWS credentials are not valid here ({code}): {_CREDENTIALS}")
    if code in _DENIED:
        return UserError(f"{operation} was denied: {message or code}: ask for this permission, or use another role")
    return UserError(f"{operation} failed with {code}: {shortened(message)}")


def shortened(message: str) -> str:
    """A service's message without the hundreds of values that an enumeration in it may have."""
    return re.sub(r"\[([^\[\]]{200,})\]", lambda found: f"[{found[1][:80].rpartition(',')[0]}, ...]", message)


def _one_line(text: object) -> str:
    return " ".join(str(text).split())
