"""The policies of resources as clients set them, and how KMS keys differ."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jobs.world import REGION, administrator_keys, another_account

from localaws.iam import ServicePrincipal
from localaws.iam.applying import policies_on
from localaws.iam.context import service_keys
from localaws.iam.evaluate import Access, evaluate
from localaws.iam.named_principals import Caller
from localaws.iam.policy import Policy, read_policy
from localaws.iam.stores import Attached
from localaws.motobridge.policies import AttachedPolicies
from localaws.stack import Stack


class Resources:
    """A stack in this process, its clients and what it knows of policies."""

    def __init__(self, stack: Stack) -> None:
        self.session, self.account_id = stack.session(administrator_keys(stack)), stack.account_id
        self.policies: AttachedPolicies = stack.principals.policies

    def client(self, service: str) -> Any:
        return self.session.client(service)

    @property
    def role_arn(self) -> str:
        return f"arn:aws:iam::{self.account_id}:role/worker"

    def decide(self, action: str, resource: str, *own: str) -> str:
        """What comes of a role's request, by the role's policies and the resource's."""
        arn = f"arn:aws:sts::{self.account_id}:assumed-role/worker/night"
        caller = Caller(arn, self.account_id, "AROAWORKER:night", self.role_arn)
        policies = policies_on(resource, Attached(tuple(map(_allow, own))), self.policies)
        return evaluate(Access(action, resource, {}), caller, policies).outcome

    def decide_for(self, service: str, source_arn: str, action: str, resource: str) -> str:
        """What comes of a service's request."""
        keys = service_keys(ServicePrincipal(service, source_arn), self.account_id, REGION)
        policies = policies_on(resource, Attached(), self.policies)
        return evaluate(Access(action, resource, keys), Caller.of_service(service), policies).outcome


def _allow(action: str) -> Policy:
    return read_policy(json.dumps({"Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}}))


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Resources]:
    folder: Path = tmp_path_factory.mktemp("stack")
    stack = Stack(REGION, another_account(), folder, "", folder)
    server = stack.create_server(0)
    threading.Thread(target=server.run, daemon=True).start()
    yield Resources(stack)
    stack.close()
    server.close()


def document(principal: Any, action: str, **more: Any) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def test_a_key_policy_decides_whether_identity_policies_count(resources: Resources) -> None:
    kms = resources.client("kms")
    key = kms.create_key()["KeyMetadata"]
    arn: str = key["Arn"]
    assert resources.decide("kms:Decrypt", arn) == "implicitDeny"
    assert resources.decide("kms:Decrypt", arn, "kms:*") == "allowed"
    other = document({"AWS": f"arn:aws:iam::{resources.account_id}:user/ada"}, "kms:*")
    kms.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=other)
    assert resources.decide("kms:Decrypt", arn, "kms:*") == "implicitDeny"
    kms.put_key_policy(
        KeyId=key["KeyId"], PolicyName="default", Policy=document({"AWS": resources.role_arn}, "kms:Decrypt")
    )
    assert resources.decide("kms:Decrypt", arn) == "allowed"
    assert resources.decide("kms:Encrypt", arn, "kms:*") == "implicitDeny"


def test_a_key_is_found_by_id_alias_and_arn(resources: Resources) -> None:
    kms = resources.client("kms")
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/data", TargetKeyId=key["KeyId"])
    alias_arn = f"arn:aws:kms:{REGION}:{resources.account_id}:alias/data"
    for name in (key["KeyId"], key["Arn"], "alias/data", alias_arn):
        assert resources.policies.key_arn(name, REGION) == key["Arn"]
    for name in ("alias/other", "missing", alias_arn.replace(REGION, "eu-west-1"), "arn:aws:kms:nowhere"):
        assert resources.policies.key_arn(name, REGION) is None


def test_a_queue_policy_lets_a_rule_send(resources: Resources) -> None:
    sqs = resources.client("sqs")
    url = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{resources.account_id}:inbox"
    rule = f"arn:aws:events:{REGION}:{resources.account_id}:rule/new"
    assert resources.policies.resource(arn) is None
    assert resources.decide_for("events.amazonaws.com", rule, "sqs:SendMessage", arn) == "implicitDeny"
    of_rule = {"ArnEquals": {"aws:SourceArn": rule}}
    text = document({"Service": "events.amazonaws.com"}, "sqs:SendMessage", Condition=of_rule)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": text})
    assert resources.decide_for("events.amazonaws.com", rule, "sqs:SendMessage", arn) == "allowed"
    assert resources.decide_for("events.amazonaws.com", rule + "2", "sqs:SendMessage", arn) == "implicitDeny"
    assert resources.decide_for("sns.amazonaws.com", rule, "sqs:SendMessage", arn) == "implicitDeny"
    assert resources.decide("sqs:SendMessage", arn) == "implicitDeny"
    assert resources.decide("sqs:SendMessage", arn, "sqs:SendMessage") == "allowed"


def test_a_topics_default_policy_lets_services_of_the_account_publish(resources: Resources) -> None:
    arn = resources.client("sns").create_topic(Name="alerts")["TopicArn"]
    alarm = f"arn:aws:cloudwatch:{REGION}:{resources.account_id}:alarm:violations"
    assert resources.decide_for("cloudwatch.amazonaws.com", alarm, "sns:Publish", arn) == "allowed"
    assert resources.decide("sns:Publish", arn) == "implicitDeny"


def test_a_functions_permissions_name_services_and_accounts(resources: Resources) -> None:
    trust = document({"Service": "lambda.amazonaws.com"}, "sts:AssumeRole").replace(', "Resource": "*"', "")
    role = resources.client("iam").create_role(RoleName="function", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("handler.py", "")
    function = resources.client("lambda")
    arn = function.create_function(
        FunctionName="deploy", Runtime="python3.12", Role=role, Handler="handler.run", Code={"ZipFile": code.getvalue()}
    )["FunctionArn"]
    rule = f"arn:aws:events:{REGION}:{resources.account_id}:rule/approved"
    permission = {"FunctionName": "deploy", "Action": "lambda:InvokeFunction"}
    function.add_permission(**permission, StatementId="a", Principal="events.amazonaws.com", SourceArn=rule)
    assert resources.decide_for("events.amazonaws.com", rule, "lambda:InvokeFunction", arn) == "allowed"
    assert resources.decide_for("events.amazonaws.com", rule + "2", "lambda:InvokeFunction", arn) == "implicitDeny"
    assert resources.decide("lambda:InvokeFunction", arn) == "implicitDeny"
    function.add_permission(**permission, StatementId="b", Principal=resources.role_arn)
    assert resources.decide("lambda:InvokeFunction", arn) == "allowed"
    function.add_permission(**permission, StatementId="c", Principal=resources.account_id)
    assert resources.decide("lambda:GetFunction", arn) == "implicitDeny"
    function.remove_permission(FunctionName="deploy", StatementId="b")
    assert resources.decide("lambda:InvokeFunction", arn) == "implicitDeny"
    assert resources.decide("lambda:InvokeFunction", arn, "lambda:*") == "allowed"


def test_a_repository_policy_has_no_resource(resources: Resources) -> None:
    ecr = resources.client("ecr")
    arn = ecr.create_repository(repositoryName="team/image")["repository"]["repositoryArn"]
    text = document({"AWS": resources.role_arn}, "ecr:BatchGetImage").replace(', "Resource": "*"', "")
    ecr.set_repository_policy(repositoryName="team/image", policyText=text)
    assert resources.decide("ecr:BatchGetImage", arn) == "allowed"
    assert resources.decide("ecr:PutImage", arn) == "implicitDeny"


def test_a_bucket_policy_is_found_by_an_objects_arn(resources: Resources) -> None:
    s3 = resources.client("s3")
    s3.create_bucket(Bucket="policed")
    s3.put_bucket_policy(Bucket="policed", Policy=document({"AWS": resources.role_arn}, "s3:GetObject"))
    assert resources.decide("s3:GetObject", "arn:aws:s3:::policed/a/b") == "allowed"
    assert resources.decide("s3:GetObject", "arn:aws:s3:::other/a/b") == "implicitDeny"


@pytest.mark.parametrize(
    "arn",
    [
        "*",
        "",
        "arn:aws:kms",
        "arn:aws:kms:us-east-1:{account}:",
        "arn:aws:sqs:nowhere:{account}:inbox",
        "arn:aws:sqs:us-east-1:999999999999:inbox",
        "arn:aws:lambda:us-east-1:{account}:function:missing",
        "arn:aws:dynamodb:us-east-1:{account}:table/t",
    ],
)
def test_a_resource_without_a_policy(resources: Resources, arn: str) -> None:
    assert resources.policies.resource(arn.format(account=resources.account_id)) is None
