"""What the requests of IAM, STS and KMS need.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html,
…/list_awssecuritytokenservice.html and …/list_awskeymanagementservice.html
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from typing import Any

import pytest
from sent_calls import ACCOUNT, ROLE, context_of, needs_of

from localaws.iam.actions import Call, needs

IAM, KMS = "arn:aws:iam::111122223333", "arn:aws:kms:us-east-1:111122223333"
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
TAG = {"Key": "a", "Value": "b"}

IAM_CASES: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    ("CreateRole", {"RoleName": "r", "Path": "/mlops/"}, [("iam:CreateRole", f"{IAM}:role/mlops/r")]),
    (
        "CreateRole",
        {"RoleName": "r", "Tags": [TAG]},
        [("iam:CreateRole", f"{IAM}:role/r"), ("iam:TagRole", f"{IAM}:role/r")],
    ),
    ("GetRole", {"RoleName": "r"}, [("iam:GetRole", f"{IAM}:role/r")]),
    ("PutRolePolicy", {"RoleName": "r", "PolicyName": "p"}, [("iam:PutRolePolicy", f"{IAM}:role/r")]),
    (
        "AttachRolePolicy",
        {"RoleName": "r", "PolicyArn": f"{IAM}:policy/p"},
        [("iam:AttachRolePolicy", f"{IAM}:role/r")],
    ),
    ("CreatePolicy", {"PolicyName": "p"}, [("iam:CreatePolicy", f"{IAM}:policy/p")]),
    ("GetPolicy", {"PolicyArn": f"{IAM}:policy/x/p"}, [("iam:GetPolicy", f"{IAM}:policy/x/p")]),
    ("SimulatePrincipalPolicy", {"PolicySourceArn": ROLE}, [("iam:SimulatePrincipalPolicy", ROLE)]),
    (
        "CreateOpenIDConnectProvider",
        {"Url": "https://token.actions.githubusercontent.com"},
        [("iam:CreateOpenIDConnectProvider", f"{IAM}:oidc-provider/token.actions.githubusercontent.com")],
    ),
    (
        "CreateServiceLinkedRole",
        {"AWSServiceName": "sagemaker.application-autoscaling.amazonaws.com"},
        [
            (
                "iam:CreateServiceLinkedRole",
                f"{IAM}:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/"
                "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint",
            )
        ],
    ),
    (
        "AddRoleToInstanceProfile",
        {"InstanceProfileName": "i", "RoleName": "r"},
        [("iam:AddRoleToInstanceProfile", f"{IAM}:instance-profile/i"), ("iam:PassRole", f"{IAM}:role/r")],
    ),
    ("ListRoles", {}, [("iam:ListRoles", "*")]),
]
STS_CASES: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    ("AssumeRole", {"RoleArn": ROLE, "RoleSessionName": "s"}, [("sts:AssumeRole", ROLE)]),
    (
        "AssumeRole",
        {"RoleArn": ROLE, "RoleSessionName": "s", "Tags": [TAG], "SourceIdentity": "ada"},
        [("sts:AssumeRole", ROLE), ("sts:SetSourceIdentity", ROLE), ("sts:TagSession", ROLE)],
    ),
    # https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    ("GetCallerIdentity", {}, []),
]
BLOB = KEY_ID.encode() + b"\x00 ciphertext"
KMS_CASES: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    ("Encrypt", {"KeyId": KEY_ID, "Plaintext": b"x"}, [("kms:Encrypt", f"{KMS}:key/{KEY_ID}")]),
    ("GenerateDataKey", {"KeyId": f"{KMS}:key/{KEY_ID}"}, [("kms:GenerateDataKey", f"{KMS}:key/{KEY_ID}")]),
    ("DescribeKey", {"KeyId": "alias/a/b"}, [("kms:DescribeKey", f"{KMS}:alias/a/b")]),
    ("Decrypt", {"CiphertextBlob": BLOB}, [("kms:Decrypt", f"{KMS}:key/{KEY_ID}")]),
    ("Decrypt", {"CiphertextBlob": b"x"}, [("kms:Decrypt", f"{KMS}:key/*")]),
    ("Decrypt", {"CiphertextBlob": BLOB, "KeyId": "k"}, [("kms:Decrypt", f"{KMS}:key/k")]),
    (
        "ReEncrypt",
        {"CiphertextBlob": BLOB, "DestinationKeyId": "k"},
        [("kms:ReEncryptFrom", f"{KMS}:key/{KEY_ID}"), ("kms:ReEncryptTo", f"{KMS}:key/k")],
    ),
    (
        "CreateAlias",
        {"AliasName": "alias/a", "TargetKeyId": "k"},
        [("kms:CreateAlias", f"{KMS}:alias/a"), ("kms:CreateAlias", f"{KMS}:key/k")],
    ),
    (
        "CreateKey",
        {"Tags": [{"TagKey": "a", "TagValue": "b"}]},
        [("kms:CreateKey", "*"), ("kms:TagResource", "*")],
    ),
    ("ListKeys", {}, [("kms:ListKeys", "*")]),
]


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "expected"),
    [
        (service, *case)
        for service, cases in (("iam", IAM_CASES), ("sts", STS_CASES), ("kms", KMS_CASES))
        for case in cases
    ],
)
def test_operation(service: str, operation: str, arguments: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert needs_of(service, operation, **arguments) == expected


def test_resource_that_is_named_otherwise_is_resolved() -> None:
    """A role by its name without its path, a key by its alias."""
    real = {
        f"{IAM}:role/r": f"{IAM}:role/mlops/r",
        f"{KMS}:alias/a": f"{KMS}:key/k",
    }
    account = replace(ACCOUNT, resolve=lambda arn: real.get(arn, arn))

    def resources(service: str, operation: str, **parameters: Any) -> list[str]:
        return [need.resource for need in needs(Call(service, operation, parameters), account)]

    assert resources("iam", "GetRole", RoleName="r") == [f"{IAM}:role/mlops/r"]
    assert resources("iam", "GetRole", RoleName="other") == [f"{IAM}:role/other"]
    assert resources("kms", "Encrypt", KeyId="alias/a") == [f"{KMS}:key/k"]
    assert resources("kms", "Encrypt", KeyId=f"{KMS}:alias/a") == [f"{KMS}:key/k"]
    assert resources("kms", "DeleteAlias", AliasName="alias/a") == [f"{KMS}:alias/a", f"{KMS}:key/k"]
    assert resources("kms", "UpdateAlias", AliasName="alias/a", TargetKeyId="new") == [
        f"{KMS}:alias/a",
        f"{KMS}:key/k",
        f"{KMS}:key/new",
    ]


def test_condition_keys() -> None:
    assert context_of("iam", "AttachRolePolicy", RoleName="r", PolicyArn="arn:p") == {"iam:policyarn": ("arn:p",)}
    assert context_of("iam", "CreateRole", RoleName="r", PermissionsBoundary="arn:b", Tags=[TAG]) == {
        "iam:permissionsboundary": ("arn:b",),
        "aws:requesttag/a": ("b",),
        "aws:tagkeys": ("a",),
    }
    assert context_of("sts", "AssumeRole", RoleArn=ROLE, RoleSessionName="s", ExternalId="e") == {
        "sts:externalid": ("e",),
        "sts:rolesessionname": ("s",),
    }
    assert context_of("kms", "Encrypt", KeyId="alias/a", Plaintext=b"", EncryptionContext={"Purpose": "x"}) == {
        "kms:calleraccount": ("111122223333",),
        "kms:encryptionalgorithm": ("SYMMETRIC_DEFAULT",),
        "kms:encryptioncontext:purpose": ("x",),
        "kms:encryptioncontextkeys": ("Purpose",),
        "kms:requestalias": ("alias/a",),
    }


@pytest.mark.parametrize("blob", ["%", "é", b64encode(b"\xff" * 40).decode(), ""])
def test_ciphertext_that_names_no_key(blob: str) -> None:
    found = needs(Call("kms", "Decrypt", {"CiphertextBlob": blob}), ACCOUNT)
    assert [need.resource for need in found] == [f"{KMS}:key/*"]
