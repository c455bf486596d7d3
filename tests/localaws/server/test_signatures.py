"""Signatures of AWS's documentation and of botocore are genuine; the refusals have AWS's names and words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from raw_requests import SERVICES, Raw
from signed import CLIENT, SECRET, Keys, authenticated, refusal

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
DOCUMENTED = Raw(
    "s3",
    "GET",
    "/test.txt",
    headers=(
        (
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        ("Host", "examplebucket.s3.amazonaws.com"),
        ("Range", "bytes=0-9"),
        ("X-Amz-Content-Sha256", EMPTY),
        ("X-Amz-Date", "20130524T000000Z"),
    ),
)
# "Authenticating Requests: Using Query Parameters" of S3's reference.
PRESIGNED = Raw(
    "s3",
    "GET",
    "/test.txt",
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
    "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
    "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
    headers=(("Host", "examplebucket.s3.amazonaws.com"),),
)
MAY_24 = datetime(2013, 5, 24, tzinfo=UTC)


@pytest.mark.parametrize("documented", [DOCUMENTED, PRESIGNED], ids=["header", "query"])
def test_the_examples_of_awss_documentation_are_genuine(documented: Raw) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html"""
    scope = authenticated(documented, MAY_24).scope
    assert scope is not None
    assert (scope.service, scope.region) == ("s3", "us-east-1")
    for changed in (
        replace(documented, method="PUT"),
        replace(documented, path="/other.txt"),
        replace(documented, query=f"{documented.query}&acl=".lstrip("&")),
        documented.changed("Host", "other.s3.amazonaws.com"),
    ):
        assert refusal(changed, MAY_24).code == "SignatureDoesNotMatch"


@pytest.mark.parametrize(
    "path",
    ["/", "/a%20b/%C3%BC", "/2015-03-31/functions/arn%3Aaws%3Alambda/invocations/", "/a//b", "/a/./b/../c", "/a=b,c"],
)
@pytest.mark.parametrize("query", ["", "b=2&a=1", "a=%2F%20x&empty", "a=b/c", "a=b+c"])
@pytest.mark.parametrize("service", ["lambda", "s3"])
def test_what_botocore_signs_is_genuine(service: str, path: str, query: str) -> None:
    raw = Raw(service, "POST", path, query, (("X-Thing", "a   b"), ("Content-Type", "text/plain")), b"body")
    assert authenticated(CLIENT.sign(raw)).body == b"body"
    assert authenticated(CLIENT.presign(raw)).body == b"body"


def test_a_path_that_is_encoded_anew_stays_the_same_path() -> None:
    signed = CLIENT.sign(Raw("s3", "GET", "/bucket/a%3Db%2Fc"))
    authenticated(replace(signed, path="/bucket/a=b%2Fc"))
    for other in ("/bucket/a%3Db/c", "/bucket%2Fa%3Db%2Fc", "/bucket/a%3Db%252Fc"):
        assert refusal(replace(signed, path=other)).code == "SignatureDoesNotMatch"


@pytest.mark.parametrize(("signed", "sent"), [("a%2Bb", "a+b"), ("%FF", "%FE"), ("a%2526b", "a%26b")])
def test_two_queries_with_different_values_have_different_signatures(signed: str, sent: str) -> None:
    raw = CLIENT.sign(Raw("s3", "GET", "/bucket", f"prefix={signed}"))
    authenticated(raw)
    assert refusal(replace(raw, query=f"prefix={sent}")).code == "SignatureDoesNotMatch"


def test_a_header_keeps_every_character_but_repeated_spaces() -> None:
    signed = CLIENT.sign(Raw("s3", "PUT", "/bucket/key", headers=(("x-amz-meta-a", "caf\u00e0  x"),)))
    # WSGI has UTF-8 as Latin-1, where the second byte of this letter is a space.
    authenticated(signed.changed("x-amz-meta-a", "caf\xc3\xa0 x"))
    assert refusal(signed.changed("x-amz-meta-a", "caf\xc3 x")).code == "SignatureDoesNotMatch"


@pytest.mark.parametrize(
    ("given", "expected", "code"),
    [
        (None, "token", "UnrecognizedClientException"),
        ("wrong", "token", "UnrecognizedClientException"),
        ("token", None, "UnrecognizedClientException"),
    ],
)
def test_a_session_token_is_that_of_its_key(given: str | None, expected: str | None, code: str) -> None:
    raw = SERVICES["sagemaker"]
    for signed in (replace(CLIENT, token=given).sign(raw), replace(CLIENT, token=given).presign(raw)):
        assert refusal(signed, keys=Keys(expected)).code == code
    with_token = replace(CLIENT, token="token")
    for signed in (with_token.sign(raw), with_token.presign(raw)):
        authenticated(signed, keys=Keys("token"))
        late = Keys("token", datetime.now(UTC) - timedelta(seconds=1))
        assert refusal(signed, keys=late).code == "ExpiredTokenException"


S3, JSON, REST = (SERVICES[name] for name in ("s3-get", "sagemaker", "lambda"))
QUERY = Raw("iam", "GET", "/", "Action=ListUsers&Version=2010-05-08")


def _authorization(change: Callable[[str], str]) -> Callable[[Raw], Raw]:
    def changed(raw: Raw) -> Raw:
        signed = CLIENT.sign(raw)
        return signed.changed("Authorization", change(signed.header("Authorization")))

    return changed


def _query(change: Callable[[str], str]) -> Callable[[Raw], Raw]:
    def changed(raw: Raw) -> Raw:
        signed = CLIENT.presign(raw)
        return replace(signed, query=change(signed.query))

    return changed


@pytest.mark.parametrize(
    ("hostile", "s3", "query", "json"),
    [
        (lambda raw: raw, "AccessDenied", "MissingAuthenticationToken", "MissingAuthenticationTokenException"),
        (
            lambda raw: replace(CLIENT, access_key_id="AKIAUNKNOWN").sign(raw),
            "InvalidAccessKeyId",
            "InvalidClientTokenId",
            "UnrecognizedClientException",
        ),
        (
            lambda raw: CLIENT.sign(raw, secret="wrong"),
            "SignatureDoesNotMatch",
            "SignatureDoesNotMatch",
            "InvalidSignatureException",
        ),
        (
            _authorization(lambda text: text.partition(", SignedHeaders")[0]),
            "AuthorizationHeaderMalformed",
            "IncompleteSignature",
            "IncompleteSignatureException",
        ),
        (
            _authorization(lambda text: f"{text}, Signature={'0' * 64}"),
            "AuthorizationHeaderMalformed",
            "IncompleteSignature",
            "IncompleteSignatureException",
        ),
        (
            _authorization(lambda text: text.replace("/us-east-1/", "/us-east-1.evil/")),
            "AuthorizationHeaderMalformed",
            "IncompleteSignature",
            "IncompleteSignatureException",
        ),
        (
            _authorization(lambda text: text.replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256")),
            "InvalidArgument",
            "IncompleteSignature",
            "IncompleteSignatureException",
        ),
        (
            _query(lambda text: text.replace("X-Amz-Date", "X-Amz-Day")),
            "AuthorizationQueryParametersError",
            "IncompleteSignature",
            "IncompleteSignatureException",
        ),
        (
            lambda raw: CLIENT.presign(raw, expires=604_801),
            "AuthorizationQueryParametersError",
            "IncompleteSignature",
            "IncompleteSignatureException",
        ),
        (
            _query(lambda text: f"{text}&X-Amz-Signature={'0' * 64}"),
            "InvalidArgument",
            "IncompleteSignature",
            "IncompleteSignatureException",
        ),
        (
            lambda raw: CLIENT.sign(raw, late=timedelta(minutes=16)),
            "RequestTimeTooSkewed",
            "SignatureDoesNotMatch",
            "InvalidSignatureException",
        ),
        (
            lambda raw: CLIENT.presign(raw, expires=1, late=timedelta(seconds=9)),
            "AccessDenied",
            "SignatureDoesNotMatch",
            "InvalidSignatureException",
        ),
        (
            lambda raw: CLIENT.sign(raw).plus(X_Amz_More="1"),
            "AccessDenied",
            "SignatureDoesNotMatch",
            "InvalidSignatureException",
        ),
    ],
)
def test_each_refusal_has_the_services_own_name(hostile: Callable[[Raw], Raw], s3: str, query: str, json: str) -> None:
    expected = [(S3, s3), (QUERY, query), (JSON, json)]
    assert [refusal(hostile(raw)).code for raw, _ in expected] == [code for _, code in expected]


@pytest.mark.parametrize("seconds", ["0", "-5", "604801", "x", "60.0", "²", "1" * 30])
def test_a_presigned_url_is_good_for_a_week_at_most(seconds: str) -> None:
    signed = CLIENT.presign(S3)
    error = refusal(replace(signed, query=signed.query.replace("Expires=60", f"Expires={seconds}")))
    assert (error.code, error.status) == ("AuthorizationQueryParametersError", 400)


def test_a_presigned_url_is_for_its_time() -> None:
    now = datetime.now(UTC)
    signed = CLIENT.presign(S3, expires=3600)
    authenticated(signed, now + timedelta(minutes=59))
    assert refusal(signed, now + timedelta(minutes=61)).message == "Request has expired"
    assert refusal(signed, now - timedelta(minutes=16)).code == "RequestTimeTooSkewed"


@pytest.mark.parametrize("payload", ["UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "x", "0" * 64])
def test_only_s3_takes_a_body_that_is_not_signed(payload: str) -> None:
    for raw in (JSON, QUERY, REST):
        signer: Any = SigV4Auth(CLIENT.credentials(), raw.service, "us-east-1")
        signed = CLIENT.signed_by(raw.plus(X_Amz_Content_Sha256=payload), signer)
        assert refusal(signed).status == 403


def test_a_body_is_the_one_that_was_signed() -> None:
    raw = Raw("s3", "PUT", "/bucket/key", body=b"data")
    assert refusal(replace(CLIENT.sign(raw), body=b"other")).code == "XAmzContentSHA256Mismatch"
    signer: Any = SigV4Auth(CLIENT.credentials(), "s3", "us-east-1")
    unsigned = CLIENT.signed_by(raw.plus(X_Amz_Content_Sha256="UNSIGNED-PAYLOAD"), signer)
    assert authenticated(replace(unsigned, body=b"other")).body == b"other"
    assert refusal(CLIENT.signed_by(raw.plus(X_Amz_Content_Sha256="none"), signer)).code == "InvalidArgument"
    # Without the header the signature is over the body itself.
    bare = CLIENT.signed_by(raw, signer)
    assert authenticated(bare).body == raw.body
    assert refusal(replace(bare, body=b"other")).code == "SignatureDoesNotMatch"


@pytest.mark.parametrize("name", ["Host", "X-Amz-Date", "X-Amz-Security-Token", "Authorization", "Content-MD5"])
def test_a_header_of_the_signature_comes_once(name: str) -> None:
    signed = CLIENT.sign(S3).plus(**{name.replace("-", "_"): "1"})
    if name in ("X-Amz-Security-Token", "Content-MD5"):
        signed = signed.plus(**{name.replace("-", "_"): "1"})
    if name == "Host":
        signed = signed.plus(Host="127.0.0.1:4566")
    assert "repeated" in refusal(signed).message


def test_s3_takes_each_query_parameter_once_and_others_take_lists() -> None:
    assert "repeated" in refusal(CLIENT.sign(Raw("s3", "GET", "/bucket", "prefix=a&prefix=b"))).message
    tags = "/2015-03-31/tags/arn"
    assert (
        authenticated(CLIENT.sign(Raw("lambda", "DELETE", tags, "tagKeys=a&tagKeys=b"))).query == "tagKeys=a&tagKeys=b"
    )


def test_the_secret_is_never_shown() -> None:
    assert SECRET not in str(refusal(CLIENT.sign(S3, secret="wrong")))


def test_a_browser_form_is_refused_with_a_remedy() -> None:
    form = Raw("s3", "POST", "/bucket", headers=(("Content-Type", "multipart/form-data; boundary=b"),))
    assert "use a presigned PUT URL" in refusal(form).message
