"""S3 locations over HTTPS, which the API's pattern allows and older notebooks use for their output paths."""

from __future__ import annotations

import pytest

from localaws.api.errors import AwsError
from localaws.api.s3_urls import bucket_and_key

from .world import BUCKET, World, labelled_csv


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("s3://bucket/a/b?c#d", ("bucket", "a/b?c#d")),
        ("s3://bucket", ("bucket", "")),
        ("https://s3.amazonaws.com/bucket/a/b", ("bucket", "a/b")),
        ("https://s3.eu-west-1.amazonaws.com/bucket/a/", ("bucket", "a/")),
        ("https://s3-us-west-2.amazonaws.com/bucket", ("bucket", "")),
        ("https://my.bucket.s3.us-east-1.amazonaws.com/a/b", ("my.bucket", "a/b")),
        ("https://bucket.s3.amazonaws.com/", ("bucket", "")),
        ("https://bucket.s3.cn-north-1.amazonaws.com.cn/a", ("bucket", "a")),
        ("https://example.com/bucket/a", None),
        ("https://s3.amazonaws.com.example.com/bucket/a", None),
        ("https://s3.us-east-1.amazonaws.com/", None),
        ("http://s3.amazonaws.com/bucket/a", None),
        ("s3:///a", None),
        ("bucket/a", None),
    ],
)
def test_bucket_and_key(url: str, found: tuple[str, str] | None) -> None:
    assert bucket_and_key(url) == found


def test_a_job_reads_and_writes_over_https(world: World) -> None:
    world.put("https/train/data.csv", labelled_csv(60))
    address = f"https://s3-us-east-1.amazonaws.com/{BUCKET}"
    name = world.training(
        {"train": f"{address}/https/train/"},
        {"objective": "binary:logistic", "num_round": "1"},
        OutputDataConfig={"S3OutputPath": f"{address}/https/models"},
    )
    described = world.finish("TrainingJob", name)
    assert described["TrainingJobStatus"] == "Completed", described
    assert described["ModelArtifacts"]["S3ModelArtifacts"] == f"{address}/https/models/{name}/output/model.tar.gz"
    assert "xgboost-model" in world.tar_members(f"s3://{BUCKET}/https/models/{name}/output/model.tar.gz")


def test_an_address_that_is_not_s3s_is_refused(world: World) -> None:
    with pytest.raises(AwsError, match="ValidationException") as caught:
        world.training({"train": "https://example.com/bucket/key"}, {"num_round": "1"})
    said = "S3 URI 'https://example.com/bucket/key' is not of the form s3://bucket/key."
    assert caught.value.message == said
