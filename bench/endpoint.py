"""What an endpoint of the local stack costs, beside a bare HTTP server that calls the same booster.

    python bench/endpoint.py [--seconds 5] [--connections 1 8 32]

Prints ratios of one run on one machine: absolute numbers say more about the machine. It starts a stack of its own.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import urllib3
import xgboost
from http_load import Result, measure, plain, signed

from localaws import background
from localaws.state import Home, RunningStack

REGION, ACCOUNT, BUCKET = "us-east-1", "123456789012", "bench-bucket"
IMAGE = f"683313688378.dkr.ecr.{REGION}.amazonaws.com/sagemaker-xgboost:3.0-5"
FEATURES, ROUNDS, MODELS, KEPT = 12, 100, 6, 4
BODY = ",".join(["0.25"] * FEATURES).encode()
BARE = """
import sys, numpy, xgboost
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
booster = xgboost.Booster(model_file=sys.argv[1]); booster.set_param({"nthread": 1})
class Handler(BaseHTTPRequestHandler):
    protocol_version, wbufsize, disable_nagle_algorithm = "HTTP/1.1", -1, True
    def do_POST(self):
        row = self.rfile.read(int(self.headers["Content-Length"])).decode().split(",")
        score = booster.predict(xgboost.DMatrix(numpy.array([row], dtype=float)))[0]
        answer = f"{score}\\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
    def log_message(self, *words): pass
server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""


def train(folder: Path) -> tuple[Path, bytes]:
    """A booster's file and its model.tar.gz."""
    rows = np.random.default_rng(1).normal(size=(2000, FEATURES))
    labels = rows[:, 0] + rows[:, 1] > 0
    booster = xgboost.train({"objective": "binary:logistic", "max_depth": 5}, xgboost.DMatrix(rows, labels), ROUNDS)
    file = folder / "model.json"
    booster.save_model(file)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        archive.add(file, "xgboost-model")
    return file, buffer.getvalue()


class Bench:
    """A stack with three endpoints: plain, captured, and multi-model."""

    def __init__(self, running: RunningStack, artifact: bytes) -> None:
        self.running = running
        session = boto3.Session(running.access_key_id, running.secret_access_key, region_name=REGION)
        client = session.client("sagemaker", endpoint_url=running.endpoint_url)
        s3 = session.client("s3", endpoint_url=running.endpoint_url)
        iam = session.client("iam", endpoint_url=running.endpoint_url)
        service = {"Service": "sagemaker.amazonaws.com"}
        trust = {"Statement": [{"Effect": "Allow", "Principal": service, "Action": "sts:AssumeRole"}]}
        role = iam.create_role(
            RoleName="bench", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", **trust})
        )
        allowed = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
        iam.put_role_policy(RoleName="bench", PolicyName="data", PolicyDocument=json.dumps(allowed))
        s3.create_bucket(Bucket=BUCKET)
        for number in range(MODELS):
            s3.put_object(Bucket=BUCKET, Key=f"models/{number}.tar.gz", Body=artifact)
        self._client, self._role = client, role["Role"]["Arn"]
        capture = {
            "InitialSamplingPercentage": 100,
            "DestinationS3Uri": f"s3://{BUCKET}/capture",
            "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
            "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
        }
        one = {"ModelDataUrl": f"s3://{BUCKET}/models/0.tar.gz"}
        self.endpoint("plain", one)
        self.endpoint("captured", one, DataCaptureConfig=capture)
        self.endpoint("many", {"ModelDataUrl": f"s3://{BUCKET}/models/", "Mode": "MultiModel"})

    def endpoint(self, name: str, container: dict[str, str], **members: Any) -> None:
        self._client.create_model(
            ModelName=name, ExecutionRoleArn=self._role, PrimaryContainer={"Image": IMAGE, **container}
        )
        variant = {"VariantName": "A", "ModelName": name, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
        self._client.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant], **members)
        self._client.create_endpoint(EndpointName=name, EndpointConfigName=name)
        self._client.get_waiter("endpoint_in_service").wait(EndpointName=name, WaiterConfig={"Delay": 1})

    def url(self, endpoint: str) -> str:
        return f"{self.running.endpoint_url}/endpoints/{endpoint}/invocations"

    def request(self, endpoint: str, **headers: str) -> bytes:
        keys = self.running.access_key_id, self.running.secret_access_key
        return signed(self.url(endpoint), BODY, *keys, REGION, Content_Type="text/csv", **headers)

    def target(self, number: int) -> bytes:
        return self.request("many", X_Amzn_SageMaker_Target_Model=f"{number}.tar.gz")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 8, 32])
    arguments = parser.parse_args()
    os.environ["LOCALAWS_MOST_LOADED_MODELS"] = str(KEPT)
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        file, artifact = train(folder)
        home = Home(folder / "stack")
        running, _ = background.up(home, 0, REGION, ACCOUNT)
        command = [sys.executable, "-c", BARE, str(file)]
        try:
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as bare:
                assert bare.stdout
                url = f"http://127.0.0.1:{int(bare.stdout.readline())}/"
                try:
                    report(Bench(running, artifact), url, arguments.seconds, arguments.connections)
                finally:
                    bare.kill()
        finally:
            background.down(home)


def report(bench: Bench, bare_url: str, seconds: float, connections: list[int]) -> None:
    print(f"{'':24}{'connections':>12}{'a second':>10}{'p50 ms':>9}{'p99 ms':>9}{'to bare':>9}")
    for count in connections:
        bare = measure(bare_url, [plain(bare_url, BODY)], count, seconds)
        line("bare HTTP server", count, bare, bare)
        for name in ("plain", "captured"):
            line(f"endpoint, {name}", count, measure(bench.url(name), [bench.request(name)], count, seconds), bare)
    url = bench.url("many")
    cold = first_answers(bench)
    warm = measure(url, [bench.target(0)], 1, seconds)
    line("multi-model, warm", 1, warm, measure(bare_url, [plain(bare_url, BODY)], 1, seconds))
    print(f"{'multi-model, cold':24}{1:>12}{'':>10}{cold:>9.2f}{'':>9}   {cold / warm.p50_ms:.0f} times a warm answer")
    evicting = measure(url, [bench.target(number) for number in range(MODELS)], 1, seconds)
    print(
        f"{'multi-model, evicting':24}{1:>12}{evicting.per_second:>10.0f}{evicting.p50_ms:>9.2f}{evicting.p99_ms:>9.2f}"
        f"   {evicting.p50_ms / warm.p50_ms:.0f} times a warm answer ({MODELS} models, room for {KEPT})"
    )


def first_answers(bench: Bench) -> float:
    """Milliseconds of the first answer of a target model: the median over all."""
    pool, times = urllib3.PoolManager(), []
    for number in range(MODELS):
        began = time.perf_counter()
        raw = bench.target(number)
        headers = dict(
            item.split(": ", 1) for item in raw.split(b"\r\n\r\n")[0].decode().split("\r\n")[1:] if ": " in item
        )
        answer = pool.request("POST", bench.url("many"), body=BODY, headers=headers)
        assert answer.status == 200, answer.data
        times.append((time.perf_counter() - began) * 1e3)
    return sorted(times)[len(times) // 2]


def line(name: str, connections: int, found: Result, bare: Result) -> None:
    ratio = found.per_second / bare.per_second
    print(
        f"{name:24}{connections:>12}{found.per_second:>10.0f}{found.p50_ms:>9.2f}{found.p99_ms:>9.2f}{ratio:>9.2f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
