"""Signature Version 2 of S3, which botocore still uses for presigned URLs of some regions.

https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
"""

from __future__ import annotations

import hmac
from typing import Any
from urllib.parse import SplitResult

from botocore.auth import HmacV1Auth
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

from localaws.api.request import Request
from localaws.iam.s3_actions import SUB_RESOURCES
from localaws.server.authentication.claim import Claim

__all__ = ["is_genuine"]

_HEADERS = ("content-md5", "content-type")
# A presigned URL must not turn into another operation by a parameter that its signature leaves out.
_UNSIGNED_SUB_RESOURCES = SUB_RESOURCES.difference(HmacV1Auth.QSAOfInterest)


class _Auth(HmacV1Auth):  # type: ignore[misc,unused-ignore]
    """botocore's signer with the date of the request."""

    def __init__(self, secret: str, date: str) -> None:
        super().__init__(Credentials("", secret))
        self._date = date

    def _get_date(self) -> str:
        return self._date


def is_genuine(request: Request, claim: Claim, secret: str) -> bool:
    """Whether the claim's signature was calculated from this request with `secret`."""
    headers: Any = HTTPHeaders()
    for name, value in request.lines:
        if name.startswith("x-amz-") or name in _HEADERS:
            headers[name] = value
    if claim.in_query:
        date = claim.stamp
        # What a header would say, a presigned URL says in its query.
        for name, value in request.pairs:
            if name in _UNSIGNED_SUB_RESOURCES:
                return False
            if name.lower().startswith("x-amz-") or name.lower() in _HEADERS:
                if headers.get(name.lower(), value) != value:
                    return False
                del headers[name.lower()]
                headers[name.lower()] = value
    else:
        date = "" if request.header("x-amz-date") is not None else request.header("date") or ""
    signer: Any = _Auth(secret, date)
    found = False
    for path in _signed_paths(request.raw_path):
        expected = signer.get_signature(request.method, SplitResult("http", "", path, request.query, ""), headers)
        found |= hmac.compare_digest(expected.encode(), claim.signature.encode("utf-8", "replace"))
    return found


def _signed_paths(path: str) -> list[str]:
    """The path as it was sent; that of a bucket also as a virtual host has it, which botocore signs in either case."""
    return [path, f"{path}/"] if path.count("/") == 1 and path != "/" else [path]
