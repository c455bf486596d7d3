"""InvokeEndpoint: headers, limits, errors and traffic, as raw HTTP and through boto3 and the aws CLI."""

from __future__ import annotations

import json
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import xgboost
from botocore.exceptions import ClientError

from .world import ACCOUNT, INSTANCE, REGION, TINY, XGBOOST, World, packed, unique


@pytest.fixture(scope="module")
def endpoint(world: World) -> str:
    return world.endpoint(world.config(world.model("hello")))


def test_answer(world: World, endpoint: str) -> None:
    answer = world.invoke(endpoint, headers={"X-Amzn-SageMaker-Custom-Attributes": "trace=1"})
    assert (answer.status, answer.text) == (200, "hello")
    assert answer.headers["content-type"] == "text/plain"
    assert answer.headers["x-amzn-invoked-production-variant"] == "A"
    assert answer.headers["x-amzn-sagemaker-custom-attributes"] == "seen trace=1"
    assert len(answer.headers["x-amzn-requestid"]) == 36


def test_container_sees_what_it_may_see(world: World, endpoint: str) -> None:
    sent = {"Accept": "application/json", "X-Amzn-SageMaker-Inference-Id": "7", "X-Mine": "secret"}
    seen = world.invoke(endpoint, b"echo", sent).json
    assert (seen["content-type"], seen["accept"]) == ("text/csv", "application/json")
    assert seen["x-amzn-sagemaker-inference-id"] == "7"
    assert not {"x-mine", "authorization", "x-amz-date"} & set(seen)


def test_real_model_through_boto3_and_the_cli(world: World, tmp_path: Path) -> None:
    rows = np.random.default_rng(7).normal(size=(200, 5))
    booster = xgboost.train(
        {"objective": "binary:logistic", "nthread": 1}, xgboost.DMatrix(rows, rows[:, 0] > 0.1), num_boost_round=8
    )
    booster.save_model(tmp_path / "model.json")
    artifact = packed(**{"xgboost-model": (tmp_path / "model.json").read_bytes()})
    name = world.endpoint(world.config(world.model(image=XGBOOST, artifact=artifact)))
    body = "\n".join(",".join(repr(float(value)) for value in row) for row in rows)
    wanted = booster.predict(xgboost.DMatrix(rows))

    answer = world.runtime.invoke_endpoint(EndpointName=name, ContentType="text/csv", Body=body.encode())
    got = [float(value) for value in answer["Body"].read().split()]
    np.testing.assert_allclose(got, wanted, atol=1e-6)
    assert answer["InvokedProductionVariant"] == "A"

    (tmp_path / "rows.csv").write_text(body)
    command = ["aws", "sagemaker-runtime", "invoke-endpoint", "--endpoint-name", name, "--content-type", "text/csv"]
    done = subprocess.run(
        [*command, "--body", f"fileb://{tmp_path}/rows.csv", str(tmp_path / "out")],
        env=world.environment,
        capture_output=True,
        check=True,
        text=True,
    )
    assert json.loads(done.stdout)["InvokedProductionVariant"] == "A"
    np.testing.assert_allclose([float(value) for value in (tmp_path / "out").read_text().split()], wanted, atol=1e-6)

    with pytest.raises(ClientError) as caught:
        world.runtime.invoke_endpoint(EndpointName=name, ContentType="text/csv", Body=b"1,2,3,4,5\n1,2,x,4,5")
    assert caught.value.response["Error"]["Code"] == "ModelError"
    assert world.runtime.invoke_endpoint(EndpointName=name, ContentType="text/csv", Body=b"1,2,3,4,5")


def test_endpoint_that_does_not_exist(world: World) -> None:
    answer = world.invoke("nowhere")
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (400, "ValidationError")
    assert answer.json["Message"] == f"Endpoint nowhere of account {ACCOUNT} not found."
    with pytest.raises(world.runtime.exceptions.ValidationError, match="Endpoint nowhere of account"):
        world.runtime.invoke_endpoint(EndpointName="nowhere", Body=b"x")


@pytest.mark.parametrize(("status", "kind"), [(404, "client"), (500, "server")])
def test_error_of_the_container(world: World, endpoint: str, status: int, kind: str) -> None:
    with pytest.raises(world.runtime.exceptions.ModelError) as caught:
        world.runtime.invoke_endpoint(EndpointName=endpoint, Body=f"fail {status}".encode())
    found = caught.value.response
    assert found["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert (found["OriginalStatusCode"], found["OriginalMessage"]) == (status, "as asked")
    group = f"/aws/sagemaker/Endpoints/{endpoint}"
    assert found["LogStreamArn"] == f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}"
    assert found["Error"]["Message"] == (
        f'Received {kind} error ({status}) from primary with message "as asked". See '
        f"https://{REGION}.console.aws.amazon.com/cloudwatch/home?region={REGION}#logEventViewer:group={group} in "
        f"account {ACCOUNT} for more information."
    )


def test_server_that_dies_comes_back(world: World, endpoint: str) -> None:
    answer = world.invoke(endpoint, b"die")
    assert (answer.status, answer.json["OriginalStatusCode"]) == (424, 0)
    end = time.monotonic() + 15
    while (answer := world.invoke(endpoint)).status != 200:
        assert time.monotonic() < end, answer
        time.sleep(0.1)
    assert answer.text == "hello"


def test_payload_limit(world: World, endpoint: str) -> None:
    assert world.invoke(endpoint, b"x" * 6_291_456).status == 200
    answer = world.invoke(endpoint, b"x" * 6_291_457)
    assert (answer.status, answer.json["Message"]) == (413, "HTTP content length exceeded 6291456 bytes.")


def test_answers_have_the_same_limit(world: World, endpoint: str) -> None:
    assert len(world.invoke(endpoint, b"long 6291456").body) == 6_291_456
    answer = world.invoke(endpoint, b"long 6291457")
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (424, "ModelError")
    assert answer.json["OriginalMessage"] == (
        "The response of 6291457 bytes exceeds the limit of 6291456 bytes: ask for fewer rows."
    )


@pytest.mark.parametrize(
    ("header", "value", "words"),
    [
        ("Target-Model", "m.tar.gz", "is not a multi-model endpoint and does not support target model header."),
        ("Target-Container-Hostname", "first", "does not support direct invocation of a container"),
        ("Target-Variant", "Z", "Variant Z of endpoint"),
        ("Session-Id", "NEW_SESSION", "does not serve stateful sessions"),
        ("Inference-Component", "c", "does not serve inference components"),
        ("Enable-Explanations", "`true`", "does not serve online explainability"),
        ("Inference-Id", "x" * 65, "at 'inferenceId' failed to satisfy constraint: Member must have length less"),
        ("Target-Variant", "-a", "at 'targetVariant' failed to satisfy constraint: Member must satisfy regular"),
        ("Custom-Attributes", "x" * 1025, "at 'customAttributes' failed to satisfy constraint: Member must have"),
    ],
)
def test_header_that_is_refused(world: World, endpoint: str, header: str, value: str, words: str) -> None:
    answer = world.invoke(endpoint, headers={f"X-Amzn-SageMaker-{header}": value})
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (400, "ValidationError")
    assert words in answer.json["Message"]


@pytest.mark.parametrize(
    ("route", "operation"),
    [
        ("invocations-response-stream", "InvokeEndpointWithResponseStream"),
        ("invocations-bidirectional-stream", "InvokeEndpointWithBidirectionalStream"),
    ],
)
def test_operation_that_is_not_served(world: World, endpoint: str, route: str, operation: str) -> None:
    answer = world.invoke(endpoint, route=route)
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (400, "ValidationError")
    assert answer.json["Message"] == (
        f"The local stack does not implement {operation}: use InvokeEndpoint, or run this against AWS."
    )


def test_streaming_client_gets_the_reason(world: World, endpoint: str) -> None:
    with pytest.raises(ClientError, match="does not implement InvokeEndpointWithResponseStream: use InvokeEndpoint"):
        world.runtime.invoke_endpoint_with_response_stream(EndpointName=endpoint, Body=b"x")


def test_path_that_does_not_exist(world: World, endpoint: str) -> None:
    answer = world.invoke(endpoint, route="elsewhere")
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (400, "UnknownOperationException")


def test_caller_must_be_known(world: World, endpoint: str) -> None:
    answer = world.pool.request("POST", f"{world.running.endpoint_url}/endpoints/{endpoint}/invocations", body=b"x")
    assert answer.status == 403


def test_variants_get_their_weight_and_can_be_targeted(world: World) -> None:
    name = world.endpoint(world.config(world.model("a"), world.model("b"), world.model("c"), weights=(3, 1, 0)))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: world.invoke(name), range(400)))
    assert {answer.headers["x-amzn-invoked-production-variant"] + answer.text for answer in answers} == {"Aa", "Bb"}
    # A binomial with p = 1/4 over 400 draws lies outside with a probability below 1e-9.
    assert 48 <= sum(answer.text == "b" for answer in answers) <= 158
    targeted = [world.invoke(name, headers={"X-Amzn-SageMaker-Target-Variant": "C"}) for _ in range(5)]
    assert {answer.text for answer in targeted} == {"c"}


def test_shadow_variant_is_not_started(world: World) -> None:
    shadow = {
        "VariantName": "S",
        "ModelName": world.model("shadow", exits=True),
        "InitialVariantWeight": 0.5,
        **INSTANCE,
    }
    config = world.config(world.model("seen"), ShadowProductionVariants=[shadow])
    described = world.sagemaker.describe_endpoint_config(EndpointConfigName=config)
    assert described["ShadowProductionVariants"] == [shadow]
    name = world.endpoint(config)  # its model cannot start, and the endpoint is in service all the same
    assert world.invoke(name).text == "seen"
    found = world.describe(name)
    assert [variant["VariantName"] for variant in found["ProductionVariants"]] == ["A"]
    assert "ShadowProductionVariants" not in found


def test_serverless_variant_takes_so_many_at_once(world: World) -> None:
    config, model = unique("config"), world.model("s")
    serverless = {"MemorySizeInMB": 1024, "MaxConcurrency": 2}
    variant = {"VariantName": "A", "ModelName": model, "ServerlessConfig": serverless}
    world.sagemaker.create_endpoint_config(EndpointConfigName=config, ProductionVariants=[variant])
    name = world.endpoint(config)
    (described,) = world.describe(name)["ProductionVariants"]
    assert described["CurrentServerlessConfig"] == serverless
    assert "CurrentInstanceCount" not in described
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: world.invoke(name, b"sleep 2"), range(5)))
    assert sorted(answer.status for answer in answers) == [200, 200, 429, 429, 429]
    assert world.invoke(name, b"x" * 4_194_305).status == 413


def test_containers_called_directly(world: World) -> None:
    urls = [
        world.put(f"models/direct-{answer}.tar.gz", packed(behaviour__json=json.dumps({"answer": answer}).encode()))
        for answer in ("one", "two")
    ]
    model = unique("model")
    world.sagemaker.create_model(
        ModelName=model,
        ExecutionRoleArn=world.role,
        Containers=[
            {"Image": TINY, "ModelDataUrl": url, "ContainerHostname": host}
            for url, host in zip(urls, ("first", "second"), strict=True)
        ],
        InferenceExecutionConfig={"Mode": "Direct"},
    )
    name = world.endpoint(world.config(model))
    host = "X-Amzn-SageMaker-Target-Container-Hostname"
    assert [world.invoke(name, headers={host: to}).text for to in ("first", "second")] == ["one", "two"]
    assert "name one in TargetContainerHostname" in world.invoke(name).json["Message"]
    assert world.invoke(name, headers={host: "third"}).status == 400


def test_containers_of_a_model_have_different_hostnames(world: World) -> None:
    url = world.put("models/twice.tar.gz", packed(behaviour__json=b"{}"))
    plain = {"Image": TINY, "ModelDataUrl": url}
    first = {**plain, "ContainerHostname": "container-2"}
    for second in (first, plain):  # a container without one is called by its number
        with pytest.raises(ClientError, match="need different hostnames, and two have 'container-2': change one"):
            world.sagemaker.create_model(
                ModelName=unique("model"), ExecutionRoleArn=world.role, Containers=[first, second]
            )


def test_slow_models_do_not_keep_the_stack_from_answering(world: World) -> None:
    name = world.endpoint(world.config(world.model("slow")))
    with ThreadPoolExecutor(100) as pool:
        slow = [pool.submit(world.invoke, name, b"sleep 3") for _ in range(100)]
        time.sleep(1)
        began = time.monotonic()
        world.describe(name)
        world.s3.list_buckets()
        took = time.monotonic() - began
        assert {answer.result().status for answer in slow} == {200}
    assert took < 1.5


def test_connection_stays_open(world: World, endpoint: str) -> None:
    before = world.pool.connection_from_url(world.running.endpoint_url)
    first = before.num_connections
    for _ in range(5):
        world.invoke(endpoint)
    assert before.num_connections <= max(first, 1)


def test_models_that_invoke_endpoints_do_not_wait_for_one_another(world: World) -> None:
    inner = world.endpoint(world.config(world.model("inner")))
    outer = world.endpoint(world.config(world.model("outer")))
    with ThreadPoolExecutor(160) as pool:
        answers = list(pool.map(lambda _: world.invoke(outer, f"invoke {inner}".encode()), range(160)))
    assert {(answer.status, answer.text) for answer in answers} == {(200, "inner")}
