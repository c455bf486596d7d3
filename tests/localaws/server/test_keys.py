"""Whose key it is: known without waiting, forgotten at once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from jobs.world import REGION, TRUST, administrator_keys, another_account

from localaws.motobridge.lock import MOTO_LOCK
from localaws.stack import Stack


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """A stack in this process whose clock the test may change."""
    stack = Stack(REGION, another_account(), tmp_path, "", tmp_path)
    server = stack.create_server(0)
    threading.Thread(target=server.run, daemon=True).start()
    yield stack
    stack.close()
    server.close()


def iam(stack: Stack) -> Any:
    return stack.session(administrator_keys(stack)).client("iam")


def role(stack: Stack, name: str) -> str:
    return str(iam(stack).create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"])


def test_a_key_counts_as_long_as_iam_has_it(stack: Stack) -> None:
    client, principals = iam(stack), stack.principals

    def known(key: dict[str, Any]) -> bool:
        return principals.key(key["AccessKeyId"]) is not None

    client.create_user(UserName="ada")
    first, second = (client.create_access_key(UserName="ada")["AccessKey"] for _ in range(2))
    assert known(first)
    assert known(second)
    client.update_access_key(UserName="ada", AccessKeyId=first["AccessKeyId"], Status="Inactive")
    assert not known(first)
    client.update_access_key(UserName="ada", AccessKeyId=first["AccessKeyId"], Status="Active")
    assert known(first)
    client.delete_access_key(UserName="ada", AccessKeyId=first["AccessKeyId"])
    assert not known(first)
    assert known(second)
    client.update_user(UserName="ada", NewUserName="augusta")
    found = principals.key(second["AccessKeyId"])
    assert found is not None
    assert found.principal.arn.endswith(":user/augusta")
    client.delete_user(UserName="augusta")
    assert not known(second)


def test_a_session_is_that_of_the_role_that_there_is(stack: Stack) -> None:
    client, arn = iam(stack), role(stack, "again")
    session = stack.assume_role(arn, "night")
    before = stack.principals.authenticate(session.access_key_id)
    client.delete_role(RoleName="again")
    assert role(stack, "again") == arn
    after = stack.principals.authenticate(session.access_key_id)
    assert before is not None
    assert after is not None
    assert (before.arn, before.role_arn) == (after.arn, after.role_arn)
    assert before.user_id != after.user_id


def test_a_key_that_was_used_before_waits_for_no_other_request(stack: Stack) -> None:
    principals, session = stack.principals, stack.assume_role(role(stack, "quick"), "night")
    keys = (session.access_key_id, principals.administrator_access_key_id)

    def allowed(key: str) -> bool:
        found = principals.key(key)
        return found is not None and principals.policies.of(found.principal) is not None

    assert all(allowed(key) for key in keys)
    with ThreadPoolExecutor(1) as pool, MOTO_LOCK:
        asked = [pool.submit(allowed, key) for key in keys]
        assert all(future.result(5) for future in asked)


def test_a_policy_counts_from_the_next_request_on(stack: Stack) -> None:
    client, arn = iam(stack), role(stack, "changing")
    session = stack.session_for_role(arn, "night").client("sts")
    principal = stack.assume_role(arn, "night").principal
    document = json.dumps(
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
    )
    policy = client.create_policy(PolicyName="all", PolicyDocument=document)["Policy"]["Arn"]
    counts = []
    for change in (
        lambda: client.put_role_policy(RoleName="changing", PolicyName="own", PolicyDocument=document),
        lambda: client.attach_role_policy(RoleName="changing", PolicyArn=policy),
        lambda: client.detach_role_policy(RoleName="changing", PolicyArn=policy),
        lambda: client.delete_role_policy(RoleName="changing", PolicyName="own"),
    ):
        change()
        counts.append(len(stack.principals.policies.of(principal).identity))
        session.get_caller_identity()
    assert counts == [1, 2, 1, 0]


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("s3", "list_buckets", "ExpiredToken"),
        ("sts", "get_caller_identity", "ExpiredToken"),
        ("sagemaker", "list_models", "ExpiredTokenException"),
    ],
)
def test_a_session_that_is_over_is_refused(stack: Stack, service: str, operation: str, code: str) -> None:
    session = stack.assume_role(role(stack, f"over-{service}"), "night")
    client = boto3.client(
        service,  # type: ignore[call-overload]
        region_name=REGION,
        endpoint_url=stack.endpoint_url,
        aws_access_key_id=session.access_key_id,
        aws_secret_access_key=session.secret_access_key,
        aws_session_token=session.session_token,
    )
    stack.clock = lambda: datetime.now(UTC) + timedelta(hours=13)
    with pytest.raises(ClientError) as refusal:
        getattr(client, operation)()
    assert refusal.value.response["Error"]["Code"] == code
    assert "token" in refusal.value.response["Error"]["Message"]
