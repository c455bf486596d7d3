"""What is not AWS at the endpoint is named in one line."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mlops import cli
from mlops.commands import create_pipeline, run_tuning
from mlops.entry import run_cli
from mlops.validate import command as validate

PROJECT = Path(__file__).resolve().parents[2]
# Each as a shell calls it, and what its program calls.
COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "mlops run pipeline ann": cli.main,
    "mlops run tuning ann": cli.main,
    "mlops models list ann": cli.main,
    "mlops logs job": cli.main,
    "mlops empty some-bucket": cli.main,
    "validate_tasks.py aiml_hard --student-id ann": validate.main,
    "python/create_pipeline.py ann arn:aws:iam::123456789012:role/r": create_pipeline.main,
    "python/hyperparameter_tuning.py ann arn:aws:iam::123456789012:role/r": run_tuning.main,
}
KEYS = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "us-east-1"}
BODIES = {"page": b"<html><body>Sign in \x00</body></html>", "words": b"not \xff XML"}


# Clients try again after a 502, each command for seconds.
@pytest.fixture(params=[200, 403, 404, pytest.param(502, marks=pytest.mark.full)])
def endpoint(request: pytest.FixtureRequest) -> Iterator[tuple[list[bytes], str]]:
    """A server that answers everything alike."""
    body: list[bytes] = []

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(request.param)
            self.send_header("Content-Length", str(len(body[0])))
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else body[0])

        do_GET = do_HEAD = do_PUT = do_DELETE = do_POST

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield body, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def one_line(error: str, command: str) -> None:
    assert len(error.splitlines()) == 1, f"{command}: {error}"
    assert "\x00" not in error


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("kind", BODIES)
def test_foreign_answer_is_one_line(
    endpoint: tuple[list[bytes], str],
    kind: str,
    command: str,
    nowhere: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    body, url = endpoint
    body.append(BODIES[kind])
    for name, value in {**KEYS, "AWS_ENDPOINT_URL": url}.items():
        monkeypatch.setenv(name, value)
    program, *arguments = command.split()
    assert run_cli(Path(program).name, lambda: COMMANDS[command](arguments))
    one_line(capsys.readouterr().err, command)


@pytest.mark.slow
@pytest.mark.parametrize("endpoint", [200], indirect=True)
def test_programs_report_a_foreign_answer_in_one_line(endpoint: tuple[list[bytes], str]) -> None:
    body, url = endpoint
    body.append(BODIES["page"])
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = kept | KEYS | {"AWS_ENDPOINT_URL": url, "AWS_CONFIG_FILE": os.devnull}
    for command in [*COMMANDS][-4:]:
        program, *arguments = command.split()
        script = [str(Path(sys.executable).with_name(program))] if program == "mlops" else [sys.executable, program]
        ended = subprocess.run([*script, *arguments], env=environment, cwd=PROJECT, capture_output=True, text=True)
        assert ended.returncode, command
        one_line(ended.stderr, command)
