"""Program: a model server of a user's own, whose behaviour its model says in /opt/ml/model/behaviour.json.

`answer`: what it answers to everything.  `load_seconds`: how long it takes to become healthy.  `ping`: the status that
/ping then has.  `seconds`: how long an answer takes.  `exits`: it ends instead of serving.
A request's body can ask for more: "fail 503", "sleep 2", "die", "echo" (headers and body, as JSON), "long 9" (so many
bytes), "peak" (how many requests there were at once, at most), "invoke x" (what the endpoint x answers).
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

BEHAVIOUR = json.loads(Path("/opt/ml/model/behaviour.json").read_text())
BEGAN = time.monotonic()
LOCK = threading.Lock()
busy = peak = 0


@cache
def runtime() -> Any:
    """A client with the role's credentials and a connection for each of many requests."""
    import boto3
    from botocore.config import Config

    with LOCK:
        return boto3.client("sagemaker-runtime", config=Config(max_pool_connections=256, retries={"max_attempts": 0}))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet an answer
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        healthy = time.monotonic() - BEGAN >= BEHAVIOUR.get("load_seconds", 0)
        self._answer(BEHAVIOUR.get("ping", 200) if healthy else 503, "")

    def do_POST(self) -> None:
        global busy, peak
        with LOCK:
            busy += 1
            peak = max(peak, busy)
        try:
            self._post()
        finally:
            with LOCK:
                busy -= 1

    def _post(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode("utf-8", "replace")
        word, _, argument = body.partition(" ")
        time.sleep(BEHAVIOUR.get("seconds", 0))
        if word == "fail":
            self._answer(int(argument), "as asked")
        elif word == "die":
            os._exit(9)
        elif word == "echo":
            self._answer(200, json.dumps({name.lower(): value for name, value in self.headers.items()}))
        elif word == "long":
            self._answer(200, int(argument) * "x")
        elif word == "peak":
            self._answer(200, str(peak))
        elif word == "invoke":
            self._answer(200, runtime().invoke_endpoint(EndpointName=argument, Body=b"x")["Body"].read().decode())
        else:
            if word == "sleep":
                time.sleep(float(argument))
            self._answer(200, BEHAVIOUR["answer"])

    def _answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(text)))
        if custom := self.headers.get("X-Amzn-SageMaker-Custom-Attributes"):
            self.send_header("X-Amzn-SageMaker-Custom-Attributes", f"seen {custom}")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 256


if __name__ == "__main__":
    print(f"loading {BEHAVIOUR.get('answer')}", flush=True)
    if BEHAVIOUR.get("exits"):
        sys.exit("cannot load the model")
    Server(("127.0.0.1", int(os.environ["SAGEMAKER_BIND_TO_PORT"])), Handler).serve_forever()
