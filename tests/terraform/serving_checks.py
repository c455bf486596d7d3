"""What the applied endpoints must answer: the numbers that the booster gives on the encoded rows."""

from __future__ import annotations

import csv
import io
import json
import tarfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import xgboost
from botocore.exceptions import BotoCoreError, ClientError

from mlops.jobs.csv_rows import read_rows
from mlops.jobs.row_encoder import Encoder

__all__ = ["check_answers", "check_deployment_from_outside", "check_nothing_left", "traffic"]

PROJECT = Path(__file__).resolve().parents[2]
BOOTSTRAP = PROJECT / "rendered" / "bootstrap"
Client = Callable[[str], Any]
_ROWS = 200


def check_answers(outputs: Mapping[str, Any], client: Client) -> None:
    """Each model, behind its endpoint and as a target, scores raw rows as XGBoost scores the encoded ones."""
    models = json.loads((BOOTSTRAP / "bootstrap.json").read_text(encoding="utf-8"))["models"]
    runtime, body = client("sagemaker-runtime"), _raw_rows()
    encoded = _encoded(body)
    asked = [(outputs["endpoint_name"], None, "default")]
    asked += [(outputs["multi_model_endpoint_name"], f"{name}.tar.gz", name) for name in models]
    for endpoint, target, name in asked:
        answer = runtime.invoke_endpoint(
            EndpointName=endpoint,
            ContentType="text/csv",
            Accept="text/csv",
            Body=body,
            **({"TargetModel": target} if target else {}),
        )
        scores = np.array(answer["Body"].read().decode().replace("\n", ",").strip(",").split(","), dtype=np.float64)
        booster = xgboost.Booster()
        booster.load_model(bytearray(_member(models[name]["archive"], "xgboost-model")))
        expected = booster.predict(xgboost.DMatrix(encoded))
        np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-6, err_msg=f"{endpoint} {target}")
        assert len(set(scores.round(4))) > _ROWS / 4, "the rows, and so the scores, differ"


def check_deployment_from_outside(outputs: Mapping[str, Any], client: Client) -> None:
    """Somebody else gives the endpoint another configuration; it goes on answering."""
    sagemaker, name = client("sagemaker"), outputs["endpoint_name"]
    sagemaker.create_endpoint_config(
        EndpointConfigName="from-outside",
        ProductionVariants=[
            {
                "VariantName": "AllTraffic",
                "ModelName": outputs["model_name"],
                "InstanceType": "ml.t2.medium",
                "InitialInstanceCount": 1,
            }
        ],
    )
    sagemaker.update_endpoint(EndpointName=name, EndpointConfigName="from-outside")
    deadline = time.monotonic() + 60
    while (described := sagemaker.describe_endpoint(EndpointName=name))["EndpointStatus"] != "InService":
        assert time.monotonic() < deadline, described
        time.sleep(0.2)
    assert described["EndpointConfigName"] == "from-outside"


def check_nothing_left(client: Client) -> None:
    """No endpoint, configuration of Terraform's, model, schedule or alarm."""
    sagemaker = client("sagemaker")
    assert sagemaker.list_endpoints()["Endpoints"] == []
    configs = [config["EndpointConfigName"] for config in sagemaker.list_endpoint_configs()["EndpointConfigs"]]
    assert configs == ["from-outside"], "what others made is not Terraform's to delete"
    sagemaker.delete_endpoint_config(EndpointConfigName="from-outside")
    assert sagemaker.list_models()["Models"] == []
    assert client("scheduler").list_schedules()["Schedules"] == []
    assert client("cloudwatch").describe_alarms()["MetricAlarms"] == []


@contextmanager
def traffic(outputs: Mapping[str, Any], client: Client) -> Iterator[list[int]]:
    """Requests without a pause for as long as the context lasts; the list counts those that were answered."""
    runtime, body, over, answered = client("sagemaker-runtime"), _raw_rows(), threading.Event(), [0]

    def send() -> None:
        while not over.is_set():
            try:
                runtime.invoke_endpoint(EndpointName=outputs["endpoint_name"], ContentType="text/csv", Body=body)
                answered[0] += 1
            except (BotoCoreError, ClientError):  # the endpoint has gone, which is what is waited for
                over.wait(0.2)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield answered
    finally:
        over.set()
        thread.join()


def _raw_rows() -> bytes:
    features = json.loads((BOOTSTRAP / "bootstrap.json").read_text(encoding="utf-8"))["features"]
    text = io.StringIO()
    with (PROJECT / "data" / "adult" / "adult.csv").open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream)
        csv.writer(text, lineterminator="\n").writerows(
            [row[name] for name in features] for _, row in zip(range(_ROWS), rows, strict=False)
        )
    return text.getvalue().encode()


def _encoded(body: bytes) -> Any:
    encoder = Encoder.from_json(_member("encoder.tar.gz", "encoder.json").decode())
    return encoder.encode(read_rows(body, encoder.names))


def _member(archive: str, name: str) -> bytes:
    with tarfile.open(BOOTSTRAP / archive) as packed:
        stream = packed.extractfile(name)
        assert stream
        return stream.read()
