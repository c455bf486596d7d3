"""No pattern of a request, and no request on a pattern, holds the stack up.

Each in a process of its own: a match that backtracks holds every thread and would not end in years.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from raw_requests import Raw, client_of

from localaws.api.request import MAX_FORM_BYTES, MAX_FORM_FIELDS, Request
from localaws.motobridge.patterns import event_matches, filter_matches

_API_PATTERNS = r"""
from localaws.api.patterns import compile_pattern
from localaws.api.models import service_model

patterns = {}

def collect(shape, seen):
    if shape.name in seen:
        return
    seen.add(shape.name)
    if "pattern" in shape.metadata:
        pattern = shape.metadata["pattern"]
        patterns[pattern] = max(patterns.get(pattern, 0), shape.metadata.get("max", 1000))
    if shape.type_name == "structure":
        for member in shape.members.values():
            collect(member, seen)
    elif shape.type_name == "list":
        collect(shape.member, seen)
    elif shape.type_name == "map":
        collect(shape.key, seen)
        collect(shape.value, seen)

model, seen = service_model(), set()
for name in model.operation_names:
    if (shape := model.operation_model(name).input_shape) is not None:
        collect(shape, seen)
assert len(patterns) > 100
repeated = ("a", "-", "1", ".", "/", ":", "a-", "a.", "a/", "-a", "_", " a", "\na", "a,", "a=")
for pattern, longest in patterns.items():
    compiled, length = compile_pattern(pattern), min(16 * longest, 20_000)
    for first in ("", "s3://", "https://", "arn:aws:sagemaker:us-east-1:123456789012:"):
        for text in repeated:
            compiled.fullmatch((first + text * length)[: length - 1] + "\x00")
"""


def test_no_value_holds_up_the_api_models_patterns() -> None:
    subprocess.run([sys.executable, "-c", _API_PATTERNS], check=True, timeout=300)


_WILDCARDS = r"""
from localaws.motobridge.patterns import event_matches, filter_matches
for pattern in ("*a" * 60 + "b", "a*" * 60 + "b"):
    assert not event_matches("a" * 5000, pattern)
    assert not filter_matches(pattern, "a" * 5000)
assert not filter_matches("?" * 60 + "b", "a" * 50)
"""


_REQUESTS = r"""
from datetime import UTC, datetime

from localaws.api.errors import AwsError
from localaws.server.authentication.claim import read_claim
from localaws.server.authentication.version4 import is_genuine
from localaws.api.request import Request

def refused(query, code):
    try:
        read_claim(Request("GET", "/bucket/key", query, {}, b""))
    except AwsError as error:
        assert error.code == code, error.code
    else:
        raise AssertionError(query[:100])

refused("&".join(map(str, range(200_000))), "AccessDenied")
refused("X-Amz-Credential=a/b/us-east-1/s3/aws4_request&" + "a&" * 200_000, "InvalidArgument")
names = [f"a{number}" for number in range(80_000)]
stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
credential = f"AKIAIOSFODNN7EXAMPLE/{stamp[:8]}/us-east-1/s3/aws4_request"
authorization = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={';'.join(names)}, Signature={'0' * 64}"
lines = (("x-amz-date", stamp), ("authorization", authorization), *((name, "") for name in names))
request = Request("GET", "/bucket/key", "", dict(lines), b"", lines)
assert not is_genuine(request, read_claim(request), "UNSIGNED-PAYLOAD", "secret")
"""


def test_no_number_of_parameters_and_headers_holds_up_authentication() -> None:
    subprocess.run([sys.executable, "-c", _REQUESTS], check=True, timeout=120)


@pytest.mark.parametrize("body", [b"a=" + b"b" * MAX_FORM_BYTES, b"&" * MAX_FORM_FIELDS])
def test_a_large_body_is_not_parsed_as_a_form(stack: Any, body: bytes) -> None:
    content_type = "application/x-www-form-urlencoded"
    assert Request.read("POST", "/?a=1", {"Content-Type": content_type}, body).form == {"a": "1"}
    s3, name = stack.client("s3"), f"forms-{len(body)}"
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="form", Body=body, ContentType=content_type)
    assert s3.get_object(Bucket=name, Key="form")["Body"].read() == body
    form = Raw("iam", headers=(("Content-Type", content_type),), body=b"Action=ListUsers&Version=2010-05-08&" + body)
    answer = client_of(stack).send(client_of(stack).sign(form))
    assert (answer.status, "split the request" in answer.text) == (413, True)


def test_no_wildcard_holds_up_events_and_filters() -> None:
    subprocess.run([sys.executable, "-c", _WILDCARDS], check=True, timeout=60)


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ("a*c", "abc", True),
        ("a.c", "abc", False),
        (r"a\*c", "abc", False),
        (r"a\*c", "a*c", True),
        (r"a\\*", "a\\b", True),
        ("a?c", "abc", False),
        ("a?c", "a?c", True),
        ("*", 5, False),
    ],
)
def test_an_events_wildcard(pattern: str, value: Any, expected: bool) -> None:
    assert event_matches(value, pattern) is expected


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [("a?c", "abc", True), (r"a\?c", "abc", False), (r"a\?c", "a?c", True), ("2*", 22, True), ("a+", "aa", False)],
)
def test_a_filter(pattern: str, value: Any, expected: bool) -> None:
    assert filter_matches(pattern, value) is expected


def test_a_prefix_is_text(stack: Any) -> None:
    sqs, events = stack.client("sqs"), stack.client("events")
    name = "prefix-" + "a" * 40
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    events.put_rule(Name=name, ScheduleExpression="rate(1 day)")
    hostile = "prefix-(a|aa)+$"
    for prefix, expected in ((hostile, []), ("prefix.", []), ("prefix-", [name])):
        assert [
            each.rpartition("/")[2] for each in sqs.list_queues(QueueNamePrefix=prefix).get("QueueUrls", [])
        ] == expected
        assert [rule["Name"] for rule in events.list_rules(NamePrefix=prefix)["Rules"]] == expected
    events.delete_rule(Name=name)
    sqs.delete_queue(QueueUrl=url)


def test_a_long_path_is_not_taken_for_a_host(stack: Any) -> None:
    path = "/" + ".execute-api." * 5000
    assert stack.send("lambda", "GET", path).status < 500
