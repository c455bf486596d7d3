"""The life of an endpoint: created, described, listed, scaled, deleted; and how its creation fails."""

from __future__ import annotations

import time

import pytest
from botocore.exceptions import ClientError
from inference.world import ACCOUNT, BUCKET, REGION, TINY, World, packed, unique


def failure(world: World, model: str) -> str:
    """The FailureReason of an endpoint that cannot be created."""
    name = unique("endpoint")
    world.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=world.config(model))
    found = world.settled(name)
    assert found["EndpointStatus"] == "Failed"
    assert "ProductionVariants" not in found
    world.delete(name)
    return str(found["FailureReason"])


def test_creation(world: World) -> None:
    config, name = world.config(world.model(load_seconds=1)), unique("endpoint")
    arn = world.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config)["EndpointArn"]
    creating = world.describe(name)
    assert (creating["EndpointStatus"], creating["EndpointConfigName"]) == ("Creating", config)
    assert "ProductionVariants" not in creating
    assert creating["PendingDeploymentSummary"]["EndpointConfigName"] == config
    assert world.invoke(name).status == 400
    found = world.settled(name)
    assert set(found) == {
        "EndpointName",
        "EndpointArn",
        "EndpointConfigName",
        "EndpointStatus",
        "ProductionVariants",
        "CreationTime",
        "LastModifiedTime",
    }
    assert found["EndpointArn"] == arn == f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/{name}"
    (variant,) = found["ProductionVariants"]
    (image,) = variant.pop("DeployedImages")
    assert image["SpecifiedImage"] == TINY
    assert image["ResolvedImage"].startswith(TINY.removesuffix(":1") + "@sha256:")
    assert variant == {
        "VariantName": "A",
        "CurrentWeight": 1.0,
        "DesiredWeight": 1.0,
        "CurrentInstanceCount": 1,
        "DesiredInstanceCount": 1,
    }


def test_list_by_status_and_delete(world: World) -> None:
    name = world.endpoint(world.config(world.model()))
    listed = world.sagemaker.list_endpoints(NameContains=name, StatusEquals="InService")["Endpoints"]
    assert [endpoint["EndpointName"] for endpoint in listed] == [name]
    world.sagemaker.delete_endpoint(EndpointName=name)
    with pytest.raises(ClientError, match=r"Cannot update in-progress endpoint|Could not find endpoint"):
        world.sagemaker.delete_endpoint(EndpointName=name)
    while world.sagemaker.list_endpoints(NameContains=name)["Endpoints"]:
        time.sleep(0.02)
    with pytest.raises(ClientError, match=f'Could not find endpoint "arn:.*/{name}"'):
        world.describe(name)
    assert world.invoke(name).status == 400


def test_deletion_lets_requests_finish_and_ends_every_process(world: World) -> None:
    name = world.endpoint(world.config(world.model(seconds=1)))
    folder = world.home.work_dir / "endpoints" / name
    assert folder.is_dir()
    import threading

    answers: list[int] = []
    request = threading.Thread(target=lambda: answers.append(world.invoke(name).status))
    request.start()
    time.sleep(0.3)
    world.delete(name)
    request.join()
    assert answers == [200]
    assert not folder.exists()


def test_name_is_taken(world: World) -> None:
    config = world.config(world.model())
    name = world.endpoint(config)
    with pytest.raises(ClientError, match=f'Cannot create already existing endpoint "arn:.*/{name}"'):
        world.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config)


def test_configuration_and_model_must_exist(world: World) -> None:
    with pytest.raises(ClientError, match=r'Could not find endpoint configuration "arn:.*/nowhere"'):
        world.sagemaker.create_endpoint(EndpointName=unique("endpoint"), EndpointConfigName="nowhere")
    model, name = world.model(), unique("endpoint")
    config = world.config(model)
    world.sagemaker.delete_model(ModelName=model)
    with pytest.raises(ClientError, match=f'Could not find model "arn:.*/{model}"'):
        world.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config)
    with pytest.raises(ClientError, match="Could not find endpoint "):
        world.describe(name)


def test_server_that_ends_or_stays_unhealthy(world: World) -> None:
    reason = failure(world, world.model(exits=True))
    assert reason == (
        "The primary container for production variant A did not pass the ping health check. "
        "Please check CloudWatch logs for this endpoint."
    )


def test_log_of_a_failed_endpoint_tells_why(world: World) -> None:
    name = unique("endpoint")
    config = world.config(world.model(exits=True))
    world.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config)
    world.settled(name)
    logs, group = world.client("logs"), f"/aws/sagemaker/Endpoints/{name}"
    (stream,) = logs.describe_log_streams(logGroupName=group)["logStreams"]
    assert stream["logStreamName"].startswith("A/i-")
    events = logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"])["events"]
    assert "cannot load the model" in [event["message"] for event in events]


def test_artifact_that_has_gone(world: World) -> None:
    model = world.model()
    key = f"models/{model}/model.tar.gz"
    world.s3.delete_object(Bucket=BUCKET, Key=key)
    assert failure(world, model) == (
        f'Failed to download model data for container "primary" from URL: "s3://{BUCKET}/{key}". Please ensure that '
        "there is an object located at the URL and that the role passed to CreateModel has permissions to download "
        "the object."
    )


def test_artifact_that_is_no_archive(world: World) -> None:
    model = world.model(artifact=b"not an archive")
    assert failure(world, model).startswith(
        'Failed to extract model data archive for container "primary" from URL '
        f'"s3://{BUCKET}/models/{model}/model.tar.gz". Please ensure that the object located at the URL is a valid '
        "tar.gz archive. ("
    )


def test_failed_endpoint_can_only_be_deleted(world: World) -> None:
    name, config = unique("endpoint"), world.config(world.model(exits=True))
    world.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config)
    world.settled(name)
    with pytest.raises(ClientError, match="in status Failed: delete it and create it again"):
        world.sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=world.config(world.model()))
    assert world.invoke(name).status == 400
    world.delete(name)


def test_change_while_another_is_under_way(world: World) -> None:
    name = world.endpoint(world.config(world.model()))
    config = world.config(world.model(load_seconds=2))
    world.sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=config)
    for change in (
        lambda: world.sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=config),
        lambda: world.sagemaker.delete_endpoint(EndpointName=name),
    ):
        with pytest.raises(ClientError, match=f'Cannot update in-progress endpoint "arn:.*/{name}"'):
            change()
    world.settled(name)


def test_instances_and_weights(world: World) -> None:
    name = world.endpoint(world.config(world.model("a"), world.model("b"), weights=(1, 0)))
    assert {world.invoke(name).text for _ in range(20)} == {"a"}
    world.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName=name,
        DesiredWeightsAndCapacities=[
            {"VariantName": "A", "DesiredWeight": 0},
            {"VariantName": "B", "DesiredWeight": 1, "DesiredInstanceCount": 2},
        ],
    )
    assert world.describe(name)["EndpointStatus"] in ("Updating", "InService")
    first, second = world.settled(name)["ProductionVariants"]
    assert (first["CurrentWeight"], second["CurrentWeight"], second["CurrentInstanceCount"]) == (0, 1, 2)
    assert {world.invoke(name).text for _ in range(20)} == {"b"}
    for wrong, words in (
        ({"VariantName": "C"}, 'The variant name\\(s\\) "C" is/are not present'),
        ({"VariantName": "B", "DesiredWeight": 0}, "must have a weight above 0"),
        ({"VariantName": "B", "DesiredInstanceCount": 0}, "has at least 1"),
        ({"VariantName": "B", "DesiredInstanceCount": 21}, "at most 20 instances"),
    ):
        with pytest.raises(ClientError, match=words):
            world.sagemaker.update_endpoint_weights_and_capacities(
                EndpointName=name, DesiredWeightsAndCapacities=[wrong]
            )


def test_too_many_instances(world: World) -> None:
    with pytest.raises(ClientError, match="at most 20 instances for an endpoint") as caught:
        world.sagemaker.create_endpoint(
            EndpointName=unique("endpoint"), EndpointConfigName=world.config(world.model(), count=21)
        )
    assert caught.value.response["Error"]["Code"] == "ResourceLimitExceeded"


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ({"Type": "CANARY"}, "CanarySize must be given"),
        (
            {"Type": "ALL_AT_ONCE", "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 10}},
            "CanarySize cannot be given",
        ),
        ({"Type": "LINEAR", "LinearStepSize": {"Type": "CAPACITY_PERCENT", "Value": 5}}, "choose from 10 to 50"),
        ({"Type": "CANARY", "CanarySize": {"Type": "INSTANCE_COUNT", "Value": 2}}, "2 instance\\(s\\) of a variant"),
    ],
)
def test_deployment_config_that_contradicts_itself(world: World, policy: dict[str, object], words: str) -> None:
    blue_green = {"TrafficRoutingConfiguration": {"WaitIntervalInSeconds": 0, **policy}}
    with pytest.raises(ClientError, match=words):
        world.sagemaker.create_endpoint(
            EndpointName=unique("endpoint"),
            EndpointConfigName=world.config(world.model()),
            DeploymentConfig={"BlueGreenUpdatePolicy": blue_green},
        )


def test_pipeline_model_of_two_containers_names_the_one_that_fails(world: World) -> None:
    good = world.put("models/good.tar.gz", packed(behaviour__json=b'{"answer": "x"}'))
    bad = world.put("models/bad.tar.gz", packed(behaviour__json=b'{"exits": true}'))
    name = unique("model")
    world.sagemaker.create_model(
        ModelName=name,
        ExecutionRoleArn=world.role,
        Containers=[{"Image": TINY, "ModelDataUrl": good}, {"Image": TINY, "ModelDataUrl": bad}],
    )
    assert failure(world, name).startswith("The container-2 container for production variant A did not pass the ping")


def test_number_signs_and_question_marks_are_part_of_a_key(world: World) -> None:
    artifact = packed(behaviour__json=b'{"answer": "seven"}')
    url = world.put("models/run#7?b/model.tar.gz", artifact)

    def create(data: str) -> str:
        container = {"Image": TINY, "ModelDataUrl": data}
        name = unique("model")
        world.sagemaker.create_model(ModelName=name, ExecutionRoleArn=world.role, PrimaryContainer=container)
        return name

    assert world.invoke(world.endpoint(world.config(create(url)))).text == "seven"
    for missing in (f"{url}#1", f"{url}?x", f"s3://{BUCKET}"):
        with pytest.raises(ClientError, match="Could not find model data at "):
            create(missing)
