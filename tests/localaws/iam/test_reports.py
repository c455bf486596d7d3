"""What roles were denied and what they used, as `localaws iam` tells it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from role_actor import Actor, allow, deny

from localaws.iam.report import denials_text, used_policy

LOCALAWS = str(Path(sys.executable).with_name("localaws"))
ROLE = "arn:aws:iam::123456789012:role/team/worker"


def use(action: str, resource: str, **context: list[str]) -> dict[str, Any]:
    return {"role": ROLE, "action": action, "resource": resource, "context": context, "count": 1}


def denial(
    action: str, resource: str, outcome: str = "implicitDeny", kind: str = "identity-based policy"
) -> dict[str, Any]:
    return {**use(action, resource), "at": 0.0, "principal": "session", "outcome": outcome, "kind": kind}


def statements(*uses: dict[str, Any]) -> Any:
    return used_policy(uses, "worker")["Statement"]


def test_actions_on_the_same_resources_share_a_statement() -> None:
    assert statements(use("s3:PutObject", "arn:aws:s3:::b/k"), use("s3:GetObject", "arn:aws:s3:::b/k")) == [
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::b/k"}
    ]
    assert used_policy([use("s3:PutObject", "arn:aws:s3:::b/k")], "another")["Statement"] == []


def test_a_passed_role_names_its_service() -> None:
    passed = {"iam:passedtoservice": ["sagemaker.amazonaws.com"], "aws:sourceip": ["127.0.0.1"]}
    assert statements(use("iam:PassRole", "arn:aws:iam::1:role/job", **passed)) == [
        {
            "Effect": "Allow",
            "Action": "iam:PassRole",
            "Resource": "arn:aws:iam::1:role/job",
            "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        }
    ]


@pytest.mark.parametrize(
    ("resources", "written"),
    [
        ([f"arn:aws:s3:::b/in/{n}" for n in range(10)], [f"arn:aws:s3:::b/in/{n}" for n in range(10)]),
        ([f"arn:aws:s3:::b/in/{n}" for n in range(11)], ["arn:aws:s3:::b/in/*"]),
        ([f"arn:aws:s3:::b/{n}/out" for n in range(11)], ["arn:aws:s3:::b/*"]),
        (
            [*(f"arn:aws:s3:::b/in/part-{n}" for n in range(11)), "arn:aws:s3:::other/x"],
            ["arn:aws:s3:::b/in/part-*", "arn:aws:s3:::other/x"],
        ),
        ([f"arn:aws:sqs:r:1:{n}" for n in "abcdefghijk"], [f"arn:aws:sqs:r:1:{n}" for n in "abcdefghijk"]),
        (["arn:aws:s3:::b/odd*k?y$"], ["arn:aws:s3:::b/odd${*}k${?}y${$}"]),
        (["*"], ["*"]),
    ],
)
def test_many_resources_become_their_common_beginning(resources: list[str], written: list[str]) -> None:
    (statement,) = statements(*(use("x:Do", each) for each in resources))
    assert statement["Resource"] == (written if len(written) > 1 else written[0])


def test_each_denial_comes_with_what_helps() -> None:
    text = denials_text([denial("s3:GetObject", "arn:aws:s3:::b/k")] * 3, None, 10)
    head, why, statement = text.strip().splitlines()
    assert head.endswith("  worker: s3:GetObject on arn:aws:s3:::b/k")
    assert why == "  No identity-based policy allows it. Allow it in a policy of the role:"
    assert json.loads(statement) == {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/k"}
    denied = denials_text([denial("s3:GetObject", "arn:aws:s3:::b/k", "explicitDeny", "session policy")], None, 10)
    assert "A session policy denies it. No Allow helps" in denied
    several = [denial("s3:GetObject", f"arn:aws:s3:::b/{n}") for n in range(5)]
    assert [line[-1] for line in denials_text(several, "worker", 2).splitlines() if " on " in line] == ["3", "4"]
    assert denials_text(several, "another", 2) == ""


def localaws(stack: Any, *words: str) -> tuple[int, str, str]:
    environment = {**os.environ, "LOCALAWS_HOME": str(stack.home.path)}
    ran = subprocess.run([LOCALAWS, "iam", *words], env=environment, capture_output=True, text=True)
    return ran.returncode, ran.stdout, ran.stderr


def test_the_printed_policies_let_the_role_do_what_it_was_denied(module_stack: Any) -> None:
    module_stack.client("s3").create_bucket(Bucket="policed")
    actor = Actor(module_stack, "learner")
    assert localaws(module_stack, "explain", "learner") == (0, "No request of learner has been denied.\n", "")
    code, _, said = localaws(module_stack, "used", "learner")
    assert (code, said.split(" (")[0]) == (1, "localaws: role 'learner' has used nothing since the stack started")
    for _ in range(3):
        with pytest.raises(ClientError, match="AccessDenied"):
            actor.s3.put_object(Bucket="policed", Key="a b/ü*", Body=b"1")
    code, text, _ = localaws(module_stack, "explain", "learner")
    statement = json.loads(text.splitlines()[2])
    actor.may(statement)
    actor.s3.put_object(Bucket="policed", Key="a b/ü*", Body=b"1")
    code, text, _ = localaws(module_stack, "used", "learner")
    assert code == 0
    used = json.loads(text)
    assert used["Statement"] == [statement]
    actor.may(deny("s3:PutObject"), allow("s3:*"))
    with pytest.raises(ClientError, match="explicit deny"):
        actor.s3.put_object(Bucket="policed", Key="a b/ü*", Body=b"1")
    assert "An identity-based policy denies it." in localaws(module_stack, "explain", "learner", "--last", "1")[1]


def test_a_role_that_may_not_be_assumed_is_told(module_stack: Any) -> None:
    actor, other = Actor(module_stack, "climber"), Actor(module_stack, "summit")
    actor.may(allow("s3:ListAllMyBuckets"))
    with pytest.raises(ClientError, match="sts:AssumeRole"):
        actor.client("sts").assume_role(RoleArn=other.arn, RoleSessionName="up")
    head, _, statement = localaws(module_stack, "explain", "climber")[1].strip().splitlines()
    assert head.endswith(f"  climber: sts:AssumeRole on {other.arn}")
    actor.may(json.loads(statement))
    actor.client("sts").assume_role(RoleArn=other.arn, RoleSessionName="up")
    assert json.loads(localaws(module_stack, "used", "climber")[1])["Statement"] == [json.loads(statement)]


def test_wrong_words_are_refused_in_one_line(module_stack: Any) -> None:
    code, _, said = localaws(module_stack, "explain", "--last", "0")
    assert (code, said.splitlines()[-1].split("argument ")[1]) == (2, "--last: '0' is not a number from 1")
    assert localaws(module_stack)[0] == 2
