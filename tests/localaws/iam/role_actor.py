"""A role, and what it may do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "123456789012"
BUCKET, OTHER = "policed", "policed-too"
TRUST = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}


def allow(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


class Actor:
    """A role, and an S3 client of one of its sessions."""

    def __init__(self, stack: Any, name: str) -> None:
        self.stack, self.name, self.iam = stack, name, stack.client("iam")
        trust = document(TRUST)
        self.arn: str = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        self.s3 = self.session()

    def session(self, **changes: Any) -> Any:
        return self.client("s3", **changes)

    def client(self, service: str, **changes: Any) -> Any:
        """A client of the service with the keys of a new session, for which AssumeRole gets `changes`."""
        given = self.stack.client("sts").assume_role(RoleArn=self.arn, RoleSessionName="night", **changes)
        keys = given["Credentials"]
        return self.stack.client(
            service,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )

    def may(self, *statements: dict[str, Any]) -> None:
        self.iam.put_role_policy(RoleName=self.name, PolicyName="inline", PolicyDocument=document(*statements))

    def message(self, action: str, resource: str, reason: str) -> str:
        session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{self.name}/night"
        on = f' on resource: "arn:aws:s3:::{resource}"' if resource else ""
        return f"User: {session} is not authorized to perform: {action}{on} {reason}"


def refused(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert error["Error"]["Code"] in ("AccessDenied", "403")  # a HEAD has no body to name it
    return str(error["Error"]["Message"])
