"""Families whose API names do not follow `{kind}Name`: job definitions, as SageMaker's API model has them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from localaws.api.errors import AwsError
from localaws.api.models import operation_model
from localaws.store import Family, Refusal, Store

DEFINITION = Family(
    "DataQualityJobDefinition",
    "data-quality-job-definition",
    "ListDataQualityJobDefinitions",
    Refusal("ResourceNotFound", "Could not find {name}"),
    Refusal("ResourceInUse", "{name} already exists"),
    stem="JobDefinition",
    summary={
        "MonitoringJobDefinitionName": "JobDefinitionName",
        "MonitoringJobDefinitionArn": "JobDefinitionArn",
        "EndpointName": "DataQualityJobInput.EndpointInput.EndpointName",
    },
    equals={"EndpointName": "DataQualityJobInput.EndpointInput.EndpointName"},
)


@pytest.fixture
def store() -> Store:
    return Store(
        {DEFINITION.kind: DEFINITION}, "eu-west-1", "111122223333", "aws", lambda: datetime(2026, 1, 1, tzinfo=UTC)
    )


def create(store: Store, name: str, endpoint: str) -> dict[str, Any]:
    source = {"EndpointInput": {"EndpointName": endpoint, "LocalPath": "/opt/ml/processing/input"}}
    return store.describe(store.create(DEFINITION.kind, name, {"DataQualityJobInput": source}))


def test_describe_has_the_members_of_the_api_model(store: Store) -> None:
    described = create(store, "one", "endpoint-a")
    arn = "arn:aws:sagemaker:eu-west-1:111122223333:data-quality-job-definition/one"
    assert (described["JobDefinitionName"], described["JobDefinitionArn"]) == ("one", arn)
    shape: Any = operation_model("DescribeDataQualityJobDefinition").output_shape
    # Resources that can be updated have a LastModifiedTime; definitions cannot.
    assert set(described) - {"LastModifiedTime"} <= set(shape.members)


def test_list_has_the_members_of_the_api_model_and_filters_by_endpoint(store: Store) -> None:
    for name, endpoint in (("one", "endpoint-a"), ("two", "endpoint-b"), ("three", "endpoint-b")):
        create(store, name, endpoint)
    listed = store.list(DEFINITION.kind, {"EndpointName": "endpoint-b", "SortBy": "Name", "SortOrder": "Ascending"})
    summaries = listed["JobDefinitionSummaries"]
    assert [summary["MonitoringJobDefinitionName"] for summary in summaries] == ["three", "two"]
    shape: Any = operation_model("ListDataQualityJobDefinitions").output_shape
    assert set(summaries[0]) == set(shape.members["JobDefinitionSummaries"].member.members)
    found = store.list(DEFINITION.kind, {"NameContains": "hre"})["JobDefinitionSummaries"]
    assert [summary["EndpointName"] for summary in found] == ["endpoint-b"]


def test_refusals_name_the_definition(store: Store) -> None:
    create(store, "one", "endpoint-a")
    with pytest.raises(AwsError, match="one already exists"):
        create(store, "one", "endpoint-a")
    with pytest.raises(AwsError, match="Could not find two"):
        store.get(DEFINITION.kind, "two")
