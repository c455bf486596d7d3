"""moto carries out the operation, with the parameters, that were decided: those of the request's own protocol."""

from __future__ import annotations

import gzip
import json

import pytest
from moto.sqs.responses import SQSResponse

from localaws.api.request import Request
from localaws.motobridge.requests import moto_request

URL = "https://sqs.us-east-1.amazonaws.com/"
SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host"}
JSON = {**SIGNED, "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.ListQueues"}
FORM = {**SIGNED, "Content-Type": "application/x-www-form-urlencoded"}
OTHER = "Action=DeleteQueue&QueueUrl=victim"
MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="Action"\r\n\r\nDeleteQueue\r\n'
    b'--b\r\nContent-Disposition: form-data; name="QueueUrl"\r\n\r\nvictim\r\n--b--\r\n'
)

# A request that names ListQueues, and DeleteQueue where its protocol does not look: URL, headers, body.
CONFUSED: dict[str, tuple[str, dict[str, str], bytes]] = {
    "json and query string": (f"/?{OTHER}", JSON, b"{}"),
    "json with a form in a value": ("/", JSON, json.dumps({"x": f"&{OTHER}&"}).encode()),
    "json with a form instead of JSON": ("/", JSON, OTHER.encode()),
    "json with the content type of a form": ("/", {**JSON, **FORM}, OTHER.encode()),
    "json with the headers of a form": ("/", {**JSON, "Action": "DeleteQueue", "QueueUrl": "victim"}, b""),
    "json with a compressed form": (
        "/",
        {**JSON, **FORM, "Content-Encoding": "gzip"},
        gzip.compress(OTHER.encode(), mtime=0),
    ),
    "form and query string": (f"/?{OTHER}", FORM, b"Action=ListQueues"),
    "query string and multipart body": (
        "/?Action=ListQueues",
        {**SIGNED, "Content-Type": "multipart/form-data; boundary=b"},
        MULTIPART,
    ),
    "query string and plain body": ("/?Action=ListQueues", SIGNED, OTHER.encode()),
}


@pytest.mark.parametrize("name", CONFUSED)
def test_moto_reads_the_operation_that_is_decided(name: str) -> None:
    target, headers, body = CONFUSED[name]
    request = Request.read("POST", target, headers, body)
    response = SQSResponse()
    response.automated_parameter_parsing = False
    response.setup_class(moto_request(request, URL))
    assert response._get_action() == request.operation == "ListQueues"
    assert response._get_param("QueueUrl") is None


@pytest.mark.parametrize(
    ("target", "headers", "body"),
    [
        ("/", {**JSON, "X-Amz-Target": "AmazonSQS.DeleteQueue"}, b'{"QueueUrl": "mine"}'),
        ("/", FORM, b"Action=DeleteQueue&QueueUrl=mine"),
        ("/?Action=DeleteQueue&QueueUrl=mine", SIGNED, b""),
        ("/", {**FORM, "Content-Encoding": "gzip"}, gzip.compress(b"Action=DeleteQueue&QueueUrl=mine", mtime=0)),
        ("/?QueueUrl=victim", FORM, b"Action=DeleteQueue&QueueUrl=mine"),
        ("/?QueueUrl=victim", {**JSON, "X-Amz-Target": "AmazonSQS.DeleteQueue"}, b'{"QueueUrl": "mine"}'),
    ],
)
def test_moto_reads_the_parameters_that_are_decided(target: str, headers: dict[str, str], body: bytes) -> None:
    request = Request.read("POST", target, headers, body)
    response = SQSResponse()
    response.automated_parameter_parsing = False
    response.setup_class(moto_request(request, URL))
    assert response._get_action() == request.operation == "DeleteQueue"
    assert response._get_param("QueueUrl") == "mine"
