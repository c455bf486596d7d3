"""The plain services behind the server, and what is corrected of them."""

from __future__ import annotations

import json
import time
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError

SERVICE_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
ACCOUNT_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "sts:AssumeRole"}
    ],
}
TLS_ONLY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": ["arn:aws:s3:::tls-only", "arn:aws:s3:::tls-only/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ],
}


def refusal(call: Any, **arguments: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    assert error.value.response["ResponseMetadata"]["RetryAttempts"] == 0
    return error.value.response


def test_a_tls_only_bucket_policy_is_kept_and_blocks_nothing(stack: Any) -> None:
    s3 = stack.client("s3")
    s3.create_bucket(Bucket="tls-only")
    s3.put_bucket_policy(Bucket="tls-only", Policy=json.dumps(TLS_ONLY))
    s3.put_object(Bucket="tls-only", Key="a", Body=b"1")
    s3.copy_object(Bucket="tls-only", Key="b", CopySource="tls-only/a")
    assert s3.get_object(Bucket="tls-only", Key="b")["Body"].read() == b"1"
    deleted = s3.delete_objects(Bucket="tls-only", Delete={"Objects": [{"Key": "a"}, {"Key": "b"}]})
    assert len(deleted["Deleted"]) == 2
    assert json.loads(s3.get_bucket_policy(Bucket="tls-only")["Policy"]) == TLS_ONLY


def test_keys_metadata_and_presigned_urls_survive(stack: Any) -> None:
    s3 = stack.client("s3")
    s3.create_bucket(Bucket="odd-keys")
    for key in ("a b/ü+%2F&?.txt", "x//y/", "execution=1/part-0.csv"):
        s3.put_object(Bucket="odd-keys", Key=key, Body=key.encode(), Metadata={"my_key": "1", "other-key": "2"})
        found = s3.get_object(Bucket="odd-keys", Key=key)
        assert found["Body"].read() == key.encode()
        assert found["Metadata"] == {"my_key": "1", "other-key": "2"}
        url = s3.generate_presigned_url("get_object", Params={"Bucket": "odd-keys", "Key": key})
        with urllib.request.urlopen(url) as answer:
            assert answer.read() == key.encode()
    assert {found["Key"] for found in s3.list_objects_v2(Bucket="odd-keys")["Contents"]} == {
        "a b/ü+%2F&?.txt",
        "x//y/",
        "execution=1/part-0.csv",
    }


def test_keys_of_versions_are_encoded_when_asked_for(stack: Any) -> None:
    s3 = stack.client("s3")
    s3.create_bucket(Bucket="odd-versions")
    s3.put_bucket_versioning(Bucket="odd-versions", VersioningConfiguration={"Status": "Enabled"})
    key = "a b/ü=1+2&<%41>.csv"
    s3.put_object(Bucket="odd-versions", Key=key, Body=b"")
    s3.delete_object(Bucket="odd-versions", Key=key)
    raw = stack.send("s3", "GET", "/odd-versions?versions&encoding-type=url").data.decode()
    assert raw.count("<Key>a%20b/%C3%BC%3D1%2B2%26%3C%2541%3E.csv</Key>") == 2
    assert "<EncodingType>url</EncodingType>" in raw
    assert "<Key>a b/ü=1+2&amp;&lt;%41&gt;.csv</Key>" in stack.send("s3", "GET", "/odd-versions?versions").data.decode()
    found = s3.list_object_versions(Bucket="odd-versions", Prefix="a b/ü")
    assert [version["Key"] for version in found["Versions"] + found["DeleteMarkers"]] == [key, key]
    assert found["Prefix"] == "a b/ü"


def test_the_services_that_jobs_and_modules_use_answer(stack: Any) -> None:
    stack.client("logs").create_log_group(logGroupName="/a/group")
    groups = stack.client("logs").describe_log_groups(logGroupNamePrefix="/a/")["logGroups"]
    assert [group["logGroupName"] for group in groups] == ["/a/group"]
    stack.client("events").put_rule(Name="nightly", ScheduleExpression="rate(1 day)")
    assert [rule["Name"] for rule in stack.client("events").list_rules()["Rules"]] == ["nightly"]
    cloudwatch = stack.client("cloudwatch")
    cloudwatch.put_metric_data(Namespace="Mlops", MetricData=[{"MetricName": "auc", "Value": 0.9}])
    assert [metric["MetricName"] for metric in cloudwatch.list_metrics(Namespace="Mlops")["Metrics"]] == ["auc"]


def test_metrics_of_aws_s_namespaces_are_refused(stack: Any) -> None:
    put = stack.client("cloudwatch").put_metric_data
    data = [{"MetricName": "Invocations", "Value": 1}]
    for namespace in ("AWS/SageMaker", "AWS/"):
        refused = refusal(put, Namespace=namespace, MetricData=data)
        assert refused["ResponseMetadata"]["HTTPStatusCode"] == 400
        assert refused["Error"]["Code"] == "InvalidParameterValue"
        assert refused["Error"]["Message"] == f"The value {namespace} for parameter Namespace is invalid."
    put(Namespace="AWSome/Metrics", MetricData=data)


def test_the_administrator_is_who_the_environment_says(stack: Any) -> None:
    identity = stack.client("sts").get_caller_identity()
    assert identity["Arn"] == "arn:aws:iam::123456789012:user/localaws-administrator"
    assert identity["Account"] == "123456789012"


def test_users_and_assumed_roles_are_principals(stack: Any) -> None:
    iam = stack.client("iam")
    iam.create_user(UserName="ada")
    key = iam.create_access_key(UserName="ada")["AccessKey"]
    ada = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    assert stack.client("sts", **ada).get_caller_identity()["Arn"].endswith(":user/ada")
    role = iam.create_role(RoleName="operator", AssumeRolePolicyDocument=json.dumps(ACCOUNT_TRUST))["Role"]["Arn"]
    session = stack.client("sts").assume_role(RoleArn=role, RoleSessionName="night")["Credentials"]
    operator = {
        "aws_access_key_id": session["AccessKeyId"],
        "aws_secret_access_key": session["SecretAccessKey"],
        "aws_session_token": session["SessionToken"],
    }
    assert stack.client("sts", **operator).get_caller_identity()["Arn"].endswith(":assumed-role/operator/night")
    assert refusal(stack.client("sagemaker", **operator).list_models)["Error"]["Code"] == "AccessDeniedException"
    lists = {"Effect": "Allow", "Action": "sagemaker:ListModels", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": lists})
    iam.put_role_policy(RoleName="operator", PolicyName="lists", PolicyDocument=policy)
    assert stack.client("sagemaker", **operator).list_models()["Models"] == []
    iam.delete_access_key(UserName="ada", AccessKeyId=key["AccessKeyId"])
    assert refusal(stack.client("sts", **ada).get_caller_identity)["Error"]["Code"] == "InvalidClientTokenId"


def test_a_role_that_trusts_only_a_service_cannot_be_assumed_by_a_user(stack: Any) -> None:
    iam = stack.client("iam")
    role = iam.create_role(RoleName="service-only", AssumeRolePolicyDocument=json.dumps(SERVICE_TRUST))["Role"]["Arn"]
    for arn in (role, "arn:aws:iam::123456789012:role/no-such-role"):
        response = refusal(stack.client("sts").assume_role, RoleArn=arn, RoleSessionName="night")
        assert response["Error"]["Code"] == "AccessDenied"
        assert f"is not authorized to perform: sts:AssumeRole on resource: {arn}" in response["Error"]["Message"]


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "named"),
    [
        ("iam", "get_service_last_accessed_details", {"JobId": "x" * 36}, "iam:GetServiceLastAccessedDetails"),
        ("logs", "test_metric_filter", {"filterPattern": "x", "logEventMessages": ["x"]}, "logs:TestMetricFilter"),
        ("codeconnections", "list_connections", {}, "'codeconnections'"),
        ("codeartifact", "list_domains", {}, "'codeartifact'"),
    ],
)
def test_what_moto_lacks_is_a_refusal_that_names_it(
    stack: Any, service: str, operation: str, arguments: dict[str, Any], named: str
) -> None:
    response = refusal(getattr(stack.client(service), operation), **arguments)
    assert 400 <= response["ResponseMetadata"]["HTTPStatusCode"] < 500
    assert named in response["Error"]["Message"]


def test_a_fault_of_moto_is_a_refusal_and_one_line_of_the_log(stack: Any) -> None:
    sent = {"X-Amz-Target": "DynamoDB_20120810.CreateTable", "Content-Type": "application/x-amz-json-1.0"}
    before = len(stack.log())
    response = stack.send("dynamodb", "POST", "/", b"{}", sent)
    assert response.status == 400
    assert "dynamodb:CreateTable" in response.data.decode()
    (line,) = [line for line in stack.log()[before:].splitlines() if "ERROR" in line]
    assert "moto failed on dynamodb:CreateTable: KeyError: 'TableName' (" in line
    assert "Traceback" not in stack.log()[before:]


def test_the_resources_page_lists_what_clients_made(own_stack: Any) -> None:
    assert own_stack.resources() == []
    own_stack.client("s3").create_bucket(Bucket="made")
    own_stack.client("iam").create_role(RoleName="made", AssumeRolePolicyDocument=json.dumps(SERVICE_TRUST))
    own_stack.client("sagemaker").create_model_package_group(ModelPackageGroupName="made")
    assert sorted(own_stack.resources()) == [
        "arn:aws:iam::123456789012:role/made",
        "arn:aws:s3:::made",
        "arn:aws:sagemaker:us-east-1:123456789012:model-package-group/made",
    ]


def test_a_delete_marker_can_be_deleted(own_stack: Any) -> None:
    s3 = own_stack.client("s3")
    s3.create_bucket(Bucket="marked")
    s3.put_bucket_versioning(Bucket="marked", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="marked", Key="a", Body=b"1")
    s3.delete_object(Bucket="marked", Key="a")
    listed = s3.list_object_versions(Bucket="marked")
    for item in listed["DeleteMarkers"] + listed["Versions"]:
        s3.delete_object(Bucket="marked", Key="a", VersionId=item["VersionId"])
    s3.delete_bucket(Bucket="marked")


def test_log_events_are_those_of_the_streams_with_the_prefix(stack: Any) -> None:
    logs, now = stack.client("logs"), int(time.time() * 1000)
    logs.create_log_group(logGroupName="/prefixes")
    for stream, times in (("job-1/algo-1", (1, 3)), ("job-1/algo-2", (2,)), ("job-10/algo-1", (1,))):
        logs.create_log_stream(logGroupName="/prefixes", logStreamName=stream)
        events = [{"timestamp": now + moment, "message": f"{stream} {moment}"} for moment in times]
        logs.put_log_events(logGroupName="/prefixes", logStreamName=stream, logEvents=events)

    def found(**arguments: Any) -> list[str]:
        return [event["message"] for event in logs.filter_log_events(logGroupName="/prefixes", **arguments)["events"]]

    assert found(logStreamNamePrefix="job-1/") == ["job-1/algo-1 1", "job-1/algo-2 2", "job-1/algo-1 3"]
    assert found(logStreamNamePrefix="job-10") == ["job-10/algo-1 1"]
    assert found(logStreamNamePrefix="job-2") == []
    assert len(found()) == 4
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName="/prefixes", logStreamNamePrefix="job-1/", PaginationConfig={"PageSize": 1}
    )
    assert [event["message"] for page in pages for event in page["events"]] == found(logStreamNamePrefix="job-1/")
    assert refusal(logs.filter_log_events, logGroupName="/none", logStreamNamePrefix="a")["Error"]["Code"] == (
        "ResourceNotFoundException"
    )


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded", b"key=other&file=x"),
        ("application/x-www-form-urlencoded", b"a=%41"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--\r\n',
        ),
    ],
)
def test_an_object_may_look_like_a_form(stack: Any, content_type: str, body: bytes) -> None:
    s3 = stack.client("s3")
    s3.create_bucket(Bucket="looks-like-a-form")
    s3.put_object(Bucket="looks-like-a-form", Key="key", Body=body, ContentType=content_type)
    stored = s3.get_object(Bucket="looks-like-a-form", Key="key")
    assert (stored["Body"].read(), stored["ContentType"]) == (body, content_type)
