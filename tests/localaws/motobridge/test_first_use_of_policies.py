"""AWS's own policies are read when a request needs one, and a start or an ordinary request needs none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jobs.world import REGION, administrator_keys, another_account
from moto.iam.models import AWSManagedPolicy

from localaws.stack import Stack

POLICY = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'
TRUST = (
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}}'
)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the policies that were read, in the order of reading."""
    names: list[str] = []
    from_data = AWSManagedPolicy.from_data

    def reading(name: str, *data: Any) -> AWSManagedPolicy:
        names.append(name)
        return from_data(name, *data)

    monkeypatch.setattr(AWSManagedPolicy, "from_data", reading)
    return names


def iam(stack: Stack) -> Any:
    return stack.session(administrator_keys(stack)).client("iam")


def test_roles_with_inline_policies_need_no_policy_of_aws(tmp_path: Path, read: list[str]) -> None:
    stack = Stack(REGION, another_account(), tmp_path, "http://127.0.0.1:1", tmp_path)
    client = iam(stack)
    client.create_role(RoleName="inline", AssumeRolePolicyDocument=TRUST)
    client.put_role_policy(RoleName="inline", PolicyName="s3", PolicyDocument=POLICY)
    assert client.list_role_policies(RoleName="inline")["PolicyNames"] == ["s3"]
    assert client.list_attached_role_policies(RoleName="inline")["AttachedPolicies"] == []
    assert read == []
    stack.close()


def test_policies_of_aws_are_read_once(tmp_path: Path, read: list[str]) -> None:
    stack = Stack(REGION, another_account(), tmp_path, "http://127.0.0.1:1", tmp_path)
    client = iam(stack)
    own = client.create_policy(PolicyName="own", PolicyDocument=POLICY)["Policy"]["Arn"]
    client.create_role(RoleName="both", AssumeRolePolicyDocument=TRUST)
    for arn in (own, "arn:aws:iam::aws:policy/ReadOnlyAccess"):
        client.attach_role_policy(RoleName="both", PolicyArn=arn)
    attached = client.list_attached_role_policies(RoleName="both")["AttachedPolicies"]
    assert {policy["PolicyName"] for policy in attached} == {"own", "ReadOnlyAccess"}
    assert [policy["Arn"] for policy in client.list_policies(Scope="Local")["Policies"]] == [own]
    pages = client.get_paginator("list_policies").paginate(Scope="AWS")
    listed = [policy["PolicyName"] for page in pages for policy in page["Policies"]]
    assert sorted(listed) == sorted(read)
    assert len(set(read)) == len(read) > 1000
    stack.close()
