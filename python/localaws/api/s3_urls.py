"""S3 locations as SageMaker's API takes them: s3://bucket/key, or the address of S3 over HTTPS."""

from __future__ import annotations

import re

__all__ = ["bucket_and_key"]

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html: the bucket is in the host or begins the
# path; regions stand after a dot, in old addresses after a hyphen.
_HOST = re.compile(r"(?:(?P<bucket>[a-z0-9][a-z0-9.-]+)\.)?s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?")


def bucket_and_key(url: str) -> tuple[str, str] | None:
    """Bucket and key, which may be empty, of an S3 location; None for what is none.

    A key is taken as it stands: `?` and `#` are part of it, and nothing is percent-decoded.
    """
    scheme, _, rest = url.partition("://")
    if scheme == "https":
        host, _, rest = rest.partition("/")
        if not (match := _HOST.fullmatch(host)):
            return None
        if match["bucket"]:
            return match["bucket"], rest
    elif scheme != "s3":
        return None
    bucket, _, key = rest.partition("/")
    return (bucket, key) if bucket else None
