"""How fast models are served: round trips against a bare HTTP server that calls the same booster.

    python bench/serving.py [--seconds 6] [--json]

Everything runs in one go on one machine. Each server takes turns with the bare one (`http.server` with a thread a
connection, `Booster.predict` on a DMatrix, a kept connection for each client), so that a busy machine slows both. First
column: the median ratio of their rates; second: the ratio of the round trips that the fastest tenth stays below, which
other work on the machine touches least. One row of 13 features, 100 trees of depth 5, 1 and 8 clients in this process.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import xgboost

from localaws.runtime.images import EXTENSION_VARIABLE, load_images
from localaws.runtime.serving import ContainerSpec, Invocation, ModelServer

REGISTRY = "683313688378.dkr.ecr.us-east-1.amazonaws.com"
XGBOOST, SKLEARN = f"{REGISTRY}/sagemaker-xgboost:3.2-0", f"{REGISTRY}/sagemaker-scikit-learn:1.9-0-cpu-py3"
OWN, SHARED = "own-network", "host-network"
CLIENTS = (1, 8)
TURN_SECONDS = 0.25
COLUMNS, ROUNDS = 13, 100

BARE = """
import http.server, os, sys
os.environ["OMP_NUM_THREADS"] = "1"
import numpy, xgboost
booster = xgboost.Booster()
booster.load_model(bytearray(open(sys.argv[1], "rb").read()))
booster.set_param("nthread", 1)

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self):
        self.answer(b"")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        row = numpy.array([[float(cell) for cell in body.split(b",")]])
        self.answer(f"{booster.predict(xgboost.DMatrix(row))[0].item()}\\n".encode())

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Type", "text/csv")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *args):
        pass

http.server.ThreadingHTTPServer.request_queue_size = 128
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("SAGEMAKER_BIND_TO_PORT", 0))), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"""
PASS_ON = """
def model_fn(model_dir): return None
def transform_fn(model, body, content_type, accept): return body, "text/csv"
"""


class Models:
    """Copies of one model under any name."""

    def __init__(self, model: bytes) -> None:
        self._model = model

    def fetch(self, target_model: str, destination: Path) -> None:
        (destination / "xgboost-model").write_bytes(self._model)


def measure(ask: Callable[[], None], clients: int, seconds: float) -> tuple[float, float, float, float]:
    """Round trips a second, and the 10th, 50th and 99th percentile in milliseconds."""
    times: list[float] = []
    end = time.perf_counter() + seconds

    def client() -> None:
        own = []
        while (began := time.perf_counter()) < end:
            ask()
            own.append(time.perf_counter() - began)
        times.extend(own)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    quantiles = statistics.quantiles(times, n=100)
    return len(times) / (time.perf_counter() - began), *(quantiles[n - 1] * 1e3 for n in (10, 50, 99))  # type: ignore


@contextlib.contextmanager
def bare(program: Path, model: Path, body: bytes) -> Iterator[Callable[[], None]]:
    """The bare server, asked through http.client."""
    command = [sys.executable, str(program), str(model)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        port = int(process.stdout.readline())
        local = threading.local()

        def ask() -> None:
            if not hasattr(local, "connection"):
                local.connection = http.client.HTTPConnection("127.0.0.1", port)
            local.connection.request("POST", "/invocations", body, {"Content-Type": "text/csv"})
            local.connection.getresponse().read()

        yield ask
        process.kill()


@contextlib.contextmanager
def served(folder: Path, *containers: ContainerSpec, **options: Any) -> Iterator[ModelServer]:
    """A model server; prints how long it took to start."""
    with tempfile.TemporaryDirectory(dir=folder) as work:
        server = ModelServer(
            containers,
            work_dir=Path(work, "w"),
            images=load_images(),
            environment={},
            on_line=lambda *_: None,
            **options,
        )
        began = time.perf_counter()
        server.start(120)
        server.started_in = time.perf_counter() - began  # type: ignore[attr-defined]
        try:
            yield server
        finally:
            server.stop(1)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=float, default=6.0, help="length of each comparison")
    arguments.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(dir=Path.home()) as folder:
        results = run(Path(folder), options.seconds)
    if options.json:
        print(json.dumps(results, indent=1, sort_keys=True))


def run(folder: Path, seconds: float) -> dict[str, Any]:
    """Measure everything; prints a table."""
    generator = np.random.default_rng(0)
    data = generator.normal(size=(2000, COLUMNS))
    matrix = xgboost.DMatrix(data, label=data[:, 0] + 0.3 * data[:, 1] > 0)
    booster = xgboost.train({"objective": "binary:logistic", "max_depth": 5, "eta": 0.2}, matrix, ROUNDS)
    (folder / "xgboost-model").mkdir()
    model = folder / "xgboost-model" / "xgboost-model"
    model.write_bytes(booster.save_raw("ubj"))
    (folder / "script" / "code").mkdir(parents=True)
    (folder / "script" / "code" / "inference.py").write_text(PASS_ON)
    (folder / "bare.py").write_text(BARE)
    serve = json.dumps([sys.executable, str(folder / "bare.py"), str(model)])
    (folder / "images.toml").write_text(
        f'[[image]]\nuri = "{OWN}"\nserve = {serve}\n[[image]]\nuri = "{SHARED}"\nserve = {serve}\nnetwork = "host"\n'
    )
    os.environ[EXTENSION_VARIABLE] = str(folder / "images.toml")
    body = ",".join(map(repr, data[0].tolist())).encode()
    results: dict[str, Any] = {}
    print(" ratio fastest")
    stack = contextlib.ExitStack()
    ask_bare = stack.enter_context(bare(folder / "bare.py", model, body))

    def report(name: str, ask: Callable[[], None]) -> None:
        for clients in CLIENTS:
            measure(ask, clients, TURN_SECONDS)  # connections, first-time work
            turns = []
            for _ in range(max(1, round(seconds / 2 / TURN_SECONDS))):
                turns.append((measure(ask_bare, clients, TURN_SECONDS), measure(ask, clients, TURN_SECONDS)))
            ratio = statistics.median(own[0] / other[0] for other, own in turns)
            quick = min(other[1] for other, _ in turns) / min(own[1] for _, own in turns)
            rate, _, median, tail = (statistics.median(own[n] for _, own in turns) for n in range(4))
            results[f"{name}, {clients} clients"] = {
                "p50_ms": median, "p99_ms": tail, "rate": rate, "ratio": ratio, "ratio_of_fastest": quick
            }  # fmt: skip
            figures = f"{ratio:6.2f} {quick:6.2f} {rate:8.0f}/s  p50 {median:6.2f} ms  p99 {tail:6.2f} ms"
            print(f"{figures}  {clients} clients  {name}", flush=True)

    def invoke(server: ModelServer, **target: Any) -> Callable[[], None]:
        invocation = Invocation(body, "text/csv", **target)

        def ask() -> None:
            assert server.invoke(invocation).ok

        return ask

    environment = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
    script = ContainerSpec(SKLEARN, environment, folder / "script")
    xgb = ContainerSpec(XGBOOST, {}, folder / "xgboost-model")
    report("bare http.server", ask_bare)
    with served(folder, xgb) as server:
        report("XGBoost image", invoke(server))
        results["start, s"] = server.started_in  # type: ignore[attr-defined]
    with served(folder, script, xgb) as server:
        report("script and XGBoost in a pipeline", invoke(server))
    for name, image in (("bare server, a network of its own", OWN), ("bare server, the host's network", SHARED)):
        with served(folder, ContainerSpec(image)) as server:
            report(f"{name}, as an image", invoke(server))
    with served(folder, ContainerSpec(XGBOOST), multi_model=Models(model.read_bytes()), most_models=2) as server:
        report("multi-model, warm", invoke(server, target_model="0"))
        for name, targets in (("cold", ["a"]), ("evicting", ["b", "c", "d", "e", "f"])):
            began = time.perf_counter()
            for target in targets:
                server.invoke(Invocation(body, "text/csv", target_model=target))
            results[f"multi-model {name}, ms"] = took = (time.perf_counter() - began) / len(targets) * 1e3
            print(f"{took:6.1f} ms  multi-model, {name}: first answer of a model")
    stack.close()
    print(f"{results['start, s'] * 1e3:6.0f} ms  start of an XGBoost container until /ping is 200")
    return results


if __name__ == "__main__":
    main()
