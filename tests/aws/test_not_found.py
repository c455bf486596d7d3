"""Which of a service's errors say that something does not exist."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from mlops.aws.errors import is_not_found


@pytest.mark.parametrize(
    ("code", "message", "missing"),
    [
        ("ResourceNotFound", "", True),
        ("NoSuchKey", "The specified key does not exist.", True),
        ("404", "Not Found", True),
        ("NoSuchEntity", "", True),
        ("ValidationException", 'Could not find endpoint "e".', True),
        ("ValidationException", 'Could not find model "m".', True),
        ("ValidationException", "Requested resource not found.", True),
        ("ValidationException", "ModelPackage arn:x does not exist.", True),
        ("ValidationException", "1 validation error detected: Value 'x y' failed to satisfy constraint: ...", True),
        ("ValidationException", "Cannot update in-progress endpoint.", False),
        ("ValidationException", "", False),
        ("AccessDeniedException", "The role does not exist, perhaps.", False),
        ("ThrottlingException", "Rate exceeded, resource not found", False),
        ("403", "Forbidden", False),
    ],
)
def test_not_found(code: str, message: str, missing: bool) -> None:
    assert is_not_found(ClientError({"Error": {"Code": code, "Message": message}}, "Describe")) is missing
