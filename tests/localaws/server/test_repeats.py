"""An SDK that loses an answer sends its call again: what was done is done once, and the SDK learns of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError
from botocore.httpsession import URLLib3Session
from jobs.world import TRUST

from localaws.api.protocols import Response
from localaws.api.request import Request
from localaws.server import repeats
from localaws.server.repeats import Repeats

TRUSTED = json.dumps(TRUST)


@contextmanager
def lost_answers(monkeypatch: pytest.MonkeyPatch, count: int) -> Iterator[list[bytes]]:
    """The first `count` answers to calls are received, and then lost: a list of them."""
    lost: list[bytes] = []
    send = URLLib3Session.send

    def losing(session: URLLib3Session, request: Any) -> Any:
        answer = send(session, request)
        if len(lost) < count:
            lost.append(answer.content)
            raise ConnectionClosedError(endpoint_url=request.url)
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(URLLib3Session, "send", losing)
        yield lost


def test_a_creation_whose_answer_is_lost_succeeds(module_stack: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    iam, sagemaker, s3 = (module_stack.client(name) for name in ("iam", "sagemaker", "s3"))
    with lost_answers(monkeypatch, 2) as lost:
        created = iam.create_role(RoleName="once", AssumeRolePolicyDocument=TRUSTED)
    assert len(lost) == 2
    assert created["Role"]["RoleId"] == iam.get_role(RoleName="once")["Role"]["RoleId"]
    with lost_answers(monkeypatch, 1) as lost:
        group = sagemaker.create_model_package_group(ModelPackageGroupName="once")
    assert json.loads(lost[0])["ModelPackageGroupArn"] == group["ModelPackageGroupArn"]
    s3.create_bucket(Bucket="once-and-once-only")
    s3.put_bucket_versioning(Bucket="once-and-once-only", VersioningConfiguration={"Status": "Enabled"})
    with lost_answers(monkeypatch, 1):
        put = s3.put_object(Bucket="once-and-once-only", Key="k", Body=b"1")
    versions = s3.list_object_versions(Bucket="once-and-once-only")["Versions"]
    assert [version["VersionId"] for version in versions] == [put["VersionId"]]
    with lost_answers(monkeypatch, 1):
        sagemaker.delete_model_package_group(ModelPackageGroupName="once")


def test_calls_of_their_own_are_carried_out(module_stack: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same call made twice is two calls, and a refusal is not remembered."""
    iam, sagemaker = module_stack.client("iam"), module_stack.client("sagemaker")
    iam.create_role(RoleName="twice", AssumeRolePolicyDocument=TRUSTED)
    with pytest.raises(ClientError, match="EntityAlreadyExists"):
        iam.create_role(RoleName="twice", AssumeRolePolicyDocument=TRUSTED)
    with pytest.raises(ClientError, match="does not exist"), lost_answers(monkeypatch, 1):
        sagemaker.delete_model_package_group(ModelPackageGroupName="never")


def request_of(invocation: str, attempt: int, method: str = "POST", path: str = "/") -> Request:
    headers = {
        "Amz-Sdk-Invocation-Id": invocation,
        "Amz-Sdk-Request": f"ttl=20261127T000000Z; attempt={attempt}; max=5",
    }
    return Request(method, path, "", headers, b"", ())


def test_only_the_same_call_of_the_same_caller_is_answered_as_before() -> None:
    known, served = Repeats(), iter(range(100))

    def answer(request: Request, caller: str = "ada", status: int = 200, size: int = 0) -> str:
        return (
            known.answer(request, caller, lambda: Response(status, f"{next(served)}".encode() + b" " * size))
            .body[:2]
            .decode()
        )

    assert answer(request_of("a", 1)) == answer(request_of("a", 2)) == answer(request_of("a", 3)) == "0"
    assert answer(request_of("a", 2), caller="eve") == "1"
    assert answer(request_of("a", 2, path="/other")) == "2"
    assert answer(request_of("a", 1)) == "3"
    assert answer(request_of("b", 2)) == "4"
    assert (answer(request_of("c", 1), status=400), answer(request_of("c", 2))) == ("5", "6")
    assert (answer(request_of("d", 1, "GET")), answer(request_of("d", 2, "GET"))) == ("7", "8")
    assert (answer(request_of("e", 1), size=repeats._MOST_BYTES)[0], answer(request_of("e", 2))) == ("9", "10")


def test_the_latest_answers_are_kept() -> None:
    known = Repeats()
    for number in range(repeats._MOST + 1):
        known.answer(request_of(str(number), 1), "ada", lambda: Response(200, b"first"))
    assert known.answer(request_of("0", 2), "ada", lambda: Response(200, b"second")).body == b"second"
    assert known.answer(request_of(str(repeats._MOST), 2), "ada", lambda: Response(200, b"second")).body == b"first"
