"""Questions about S3's objects that are answered in memory, without a request to the stack."""

from __future__ import annotations

from localaws.motobridge import backends
from localaws.motobridge.lock import MOTO_LOCK

__all__ = ["has_objects"]


def has_objects(account_id: str, partition: str, bucket: str, prefix: str) -> bool:
    """Whether the bucket exists and has an object, not only delete markers, under the prefix."""
    from moto.s3.models import FakeDeleteMarker

    with MOTO_LOCK:
        found = backends.s3(account_id, partition).buckets.get(bucket)
        if found is None:
            return False
        return any(
            key.startswith(prefix) and not isinstance(newest, FakeDeleteMarker) for key, newest in found.keys.items()
        )
