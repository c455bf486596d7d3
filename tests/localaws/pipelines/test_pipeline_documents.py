"""JSON documents in S3, as JsonGet reads them."""

from __future__ import annotations

from typing import Any

import pytest

from localaws.iam import RoleSession
from localaws.services.sagemaker.pipelines.documents import Documents
from localaws.services.sagemaker.pipelines.errors import EvaluationError
from localaws.session import local_session


@pytest.fixture
def documents(stack: Any) -> Documents:
    s3 = stack.client("s3")
    s3.create_bucket(Bucket="documents")
    s3.put_object(Bucket="documents", Key="run#7?b/evaluation.json", Body=b'{"auc": 0.9}')
    s3.put_object(Bucket="documents", Key="run", Body=b"{}")
    keys = RoleSession(None, stack.running.access_key_id, stack.running.secret_access_key, "")  # type: ignore[arg-type]
    return Documents(local_session(keys, stack.running.region, stack.endpoint_url))


def test_every_character_after_the_bucket_is_part_of_the_key(documents: Documents) -> None:
    assert documents.json("s3://documents/run#7?b/evaluation.json") == {"auc": 0.9}
    with pytest.raises(EvaluationError, match=r"Unable to read s3://documents/run#8"):
        documents.json("s3://documents/run#8")


@pytest.mark.parametrize("uri", ["documents/run", "https://documents/run", "s3://documents", "s3:///run"])
def test_what_names_no_object_is_refused(uri: str, documents: Documents) -> None:
    with pytest.raises(EvaluationError, match=f"'{uri}' is not the S3 URI of an object"):
        documents.json(uri)
