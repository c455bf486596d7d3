"""Which resources and buckets of a shared account are one student's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from typing import Any

from botocore.exceptions import ClientError

from mlops.aws import names
from mlops.validate.artifacts import Artifact, artifacts
from mlops.validate.calls import Calls
from mlops.validate.naming import contains, owners
from mlops.validate.results import NotOwnedError, UnansweredError

__all__ = ["TAG", "Ownership"]

TAG = "StudentId"
_Tags = Mapping[str, str]


class Ownership:
    """Decides by the tag ``StudentId``; where a resource has none, by the bucket that its artifacts are in.

    A name alone decides nothing: one id can be part of another, and anyone can choose any name.
    """

    def __init__(self, account: Calls) -> None:
        self._account, self._student = account, account.student_id
        self.tag_of = cache(self._tag_of)
        self.owns_bucket = cache(self._owns_bucket)
        self.is_student = cache(self._is_student)

    @property
    def bucket(self) -> str:
        """The bucket's default name, for messages."""
        return names.bucket_name(self._student)

    def check(self, name: str, arn: str, *documents: Any) -> str | None:
        """Checks that a resource is the student's, and what its descriptions name is in the student's bucket.

        Args:
            name: the resource's name.
            arn: its ARN, by which its tags are read.
            documents: descriptions of the resource and of what it is made of.

        Returns:
            ``None``, or what is outside of the student's bucket.

        Raises:
            NotOwnedError: the resource is another student's, or nothing says that it is this student's.
        """
        tag = self.check_tag(name, arn)
        found = list(self._artifacts(documents))
        foreign = [artifact for artifact in found if not self._is_inside(artifact)]
        if tag is None:
            self._check_untagged(name, found, foreign)
        return self._outside(name, foreign[0].uri) if foreign else None

    def check_tag(self, name: str, arn: str) -> str | None:
        """The value of a resource's tag; raises ``NotOwnedError`` where it is another student's."""
        tag = self.tag_of(arn)
        if tag is not None and tag != self._student:
            conflict = contains(self._student, name) and not contains(tag, name)
            raise NotOwnedError(f"{name} has the tag {TAG}={tag}" if conflict else "")
        return tag

    def check_named(self, name: str, arn: str, *documents: Any) -> str | None:
        """Checks a resource of which the assessment fixes the name: what is wrong with its tag or its artifacts."""
        tag = self.tag_of(arn)
        if tag not in (None, self._student):
            return f"{name} has the tag {TAG}={tag}"
        uri = self.foreign(*documents)
        return self._outside(name, uri) if uri else None

    def _outside(self, name: str, uri: str) -> str:
        return f"{name} uses {uri}, which is not in the student's bucket {self.bucket}"

    def _check_untagged(self, name: str, found: list[Artifact], foreign: list[Artifact]) -> None:
        inside = len(foreign) < len(found)
        if not inside and (not contains(self._student, name) or self.is_named_for_another(name)):
            raise NotOwnedError("")
        if not found:
            raise NotOwnedError(f"{name} has no tag {TAG}, and names nothing in {self.bucket}")

    def foreign(self, *documents: Any) -> str | None:
        """The first S3 URI in the documents that is not in the student's bucket."""
        return next((artifact.uri for artifact in self._artifacts(documents) if not self._is_inside(artifact)), None)

    def _artifacts(self, documents: Iterable[Any]) -> Iterator[Artifact]:
        """What the documents name, and what a manifest among it names."""
        for artifact in (found for document in documents for found in artifacts(document)):
            yield artifact
            if artifact.is_manifest and self._is_inside(artifact):
                yield from artifacts(self._manifest(artifact.uri))

    def _manifest(self, uri: str) -> list[str]:
        try:
            text = self._account.content(uri).decode("utf-8", "replace")
        except ClientError:
            return []
        return re.findall(r'"(s3://[^"]+)"', text)

    def _is_inside(self, artifact: Artifact) -> bool:
        """Whether an artifact is in the student's bucket, or is code where an SDK uploads it by default."""
        return self.owns_bucket(artifact.bucket) or (artifact.is_code and artifact.bucket == self._sdk_bucket)

    def names_bucket(self, text: str) -> bool:
        """Whether a text is the student's bucket, or an S3 URI in it."""
        return text == self.bucket or any(self.owns_bucket(artifact.bucket) for artifact in artifacts(text))

    def is_named_for_another(self, name: str) -> bool:
        """Whether a name, as the assessment or this project makes it, is that of other students of this account."""
        ids = owners(name)
        return self._student not in ids and any(self.is_student(each) for each in ids)

    @cached_property
    def _sdk_bucket(self) -> str:
        return f"sagemaker-{self._account.region_name}-{self._account.identity['Account']}"

    def _is_student(self, student_id: str) -> bool:
        """Whether another id is a student's in this account: it has a pipeline, or a bucket that no tag gives away."""
        bucket = names.bucket_name(student_id)
        if bucket in self._buckets and self.bucket_tag(bucket) in (None, student_id):
            return True
        try:
            self._account.ask("sagemaker", "describe_pipeline", PipelineName=names.pipeline_name(student_id))
        except (ClientError, UnansweredError):
            return False
        return True

    @cached_property
    def _buckets(self) -> frozenset[str]:
        try:
            return frozenset(bucket["Name"] for bucket in self._account.every("s3", "list_buckets", "Buckets"))
        except UnansweredError:
            return frozenset()

    def _owns_bucket(self, bucket: str) -> bool:
        tag = self.bucket_tag(bucket)
        if bucket == self.bucket:
            return tag in (None, self._student)
        # The root variable bucket_name gives a bucket another name, where another account has the default one.
        other = bucket.removeprefix("sagemaker-")
        return tag == self._student and not (other != bucket and self.is_student(other))

    def bucket_tag(self, bucket: str) -> str | None:
        """The value of a bucket's tag ``StudentId``; ``None`` where there is none, or it cannot be read."""
        try:
            found = self._account.ask("s3", "get_bucket_tagging", Bucket=bucket)["TagSet"]
        except (ClientError, UnansweredError):
            return None
        return {tag["Key"]: tag["Value"] for tag in found}.get(TAG)

    def _tag_of(self, arn: str) -> str | None:
        """The value of a resource's tag ``StudentId``; ``None`` where there is none, or it cannot be read."""
        try:
            return self._tags(arn).get(TAG)
        except (ClientError, UnansweredError):
            return None

    def _tags(self, arn: str) -> _Tags:
        service = arn.split(":")[2]
        if service == "lambda":
            return dict(self._account.ask("lambda", "list_tags", Resource=arn)["Tags"])
        if service == "codepipeline":
            listed = self._account.every("codepipeline", "list_tags_for_resource", "tags", resourceArn=arn)
            return {tag["key"]: tag["value"] for tag in listed}
        return {
            tag["Key"]: tag["Value"] for tag in self._account.every("sagemaker", "list_tags", "Tags", ResourceArn=arn)
        }
