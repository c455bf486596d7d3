"""Model servers of the user's own, through the image table."""

from __future__ import annotations

import http.server
import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from localaws.runtime.images import EXTENSION_VARIABLE, ImageTable, ImageTableError, load_images
from localaws.runtime.serving import ContainerSpec, Invocation, ModelServer, ServingError, container, health

from .conftest import Serving

IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1"
# What people write: port 8080 in so many words.
SERVER = """
import http.server, json, os, sys, time, urllib.request

NAME = os.environ.get("NAME", "")
BEHAVIOUR = os.environ.get("BEHAVIOUR", "")
sick = False

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0" if BEHAVIOUR == "old" else "HTTP/1.1"

    def do_GET(self):
        if BEHAVIOUR == "unhealthy" or sick:
            self.send_error(503)
        else:
            self.answer(b"", 200 if self.path == "/ping" else 404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if body == b"sicken":
            global sick
            sick = True
        if body == b"sleep":
            time.sleep(1)
        if body == b"exit":
            os._exit(3)
        if body.startswith(b"http"):
            body = urllib.request.urlopen(body.decode(), timeout=5).read()
        shown = {"name": NAME, "body": body.decode(), "path": self.path, "model": sorted(os.listdir("/opt/ml/model")),
                 "headers": {k: v for k, v in self.headers.items() if k != "Host"}}
        self.answer(json.dumps(shown).encode(), 201)

    def answer(self, body, status):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Amzn-SageMaker-Custom-Attributes", "seen")
        if BEHAVIOUR == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for part in (body[:10], body[10:]):
                if part:
                    self.wfile.write(b"%x\\r\\n%s\\r\\n" % (len(part), part))
            self.wfile.write(b"0\\r\\n\\r\\n")
            return
        if BEHAVIOUR != "old":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass

port = int(os.environ["SAGEMAKER_BIND_TO_PORT"]) if BEHAVIOUR == "binds" else 8080
print("listening on", port, flush=True)
server = http.server.HTTPServer if BEHAVIOUR == "single" else http.server.ThreadingHTTPServer
server(("0.0.0.0", port), Handler).serve_forever()
"""


def table(folder: Path, monkeypatch: pytest.MonkeyPatch, **entry: Any) -> ImageTable:
    """The image table with an entry for IMAGE that runs SERVER."""
    program = folder / "server.py"
    program.write_text(SERVER, encoding="utf-8")
    keys = {"uri": IMAGE, "serve": [sys.executable, str(program)], **entry}
    file = folder / "images.toml"
    file.write_text("[[image]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items()))
    monkeypatch.setenv(EXTENSION_VARIABLE, str(file))
    return load_images()


@pytest.fixture
def program_folder(request: pytest.FixtureRequest) -> Path:
    """A folder that a container's private /tmp does not hide."""
    folder = Path(__file__).resolve().parents[4] / ".pytest_cache" / "servers" / str(request.node.name)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize("behaviour", ["", "chunked", "old"])
def test_any_http_server_serves(
    behaviour: str, serving: Serving, program_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = table(program_folder, monkeypatch)
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "weights.bin").touch()
    server = serving.start(ContainerSpec(IMAGE, {"BEHAVIOUR": behaviour}, tmp_path / "model"), images=images)
    invocation = Invocation(
        b"rows", "text/csv", "a/b", custom_attributes="trace=1", inference_id="id-1", headers={"X-Own": "value"}
    )
    for _ in range(3):
        answer = server.invoke(invocation)
        shown = json.loads(answer.body)
        assert (answer.status, answer.content_type, answer.custom_attributes) == (201, "application/json", "seen")
        assert (shown["body"], shown["path"], shown["model"]) == ("rows", "/invocations", ["weights.bin"])
    assert shown["headers"] == {
        "Content-Type": "text/csv",
        "Accept": "a/b",
        "X-Amzn-SageMaker-Custom-Attributes": "trace=1",
        "X-Amzn-SageMaker-Inference-Id": "id-1",
        "X-Own": "value",
        "Content-Length": "4",
    }


@pytest.mark.parametrize("way", ["file", "option"])
def test_what_serve_names_below_tmp_is_there(
    way: str, serving: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert str(tmp_path).startswith("/tmp/")
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "beside.py").write_text("import server")
    path = "import sys; sys.path.insert(0, sys.argv[1].partition('=')[2]); import beside"
    serve = {"file": [str(folder / "server.py")], "option": ["-c", path, f"--chdir={folder}"]}[way]
    images = table(folder, monkeypatch, serve=[sys.executable, *serve])
    assert serving.start(ContainerSpec(IMAGE), images=images).invoke(Invocation(b"x")).status == 201


def test_each_container_has_a_port_8080_of_its_own(
    serving: Serving, program_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = table(program_folder, monkeypatch)
    names = ("one", "two", "three")
    server = serving.start(
        *(ContainerSpec(IMAGE, {"NAME": name}, hostname=name) for name in names), images=images, mode="Direct"
    )
    for name in names:
        answer = server.invoke(Invocation(b"x", target_container=name))
        assert json.loads(answer.body)["name"] == name
    assert [line for _, line in serving.log.lines] == ["listening on 8080"] * 3


def test_with_the_hosts_network_a_server_binds_the_port_that_it_is_given(
    serving: Serving, program_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = table(program_folder, monkeypatch, network="host")
    spec = ContainerSpec(IMAGE, {"BEHAVIOUR": "binds"})
    servers = [serving.start(spec, images=images) for _ in range(2)]
    for server in servers:
        assert server.invoke(Invocation(b"x")).status == 201
    ports = {line.rpartition(" ")[2] for _, line in serving.log.lines}
    assert len(ports) == 2
    assert "8080" not in ports


@pytest.fixture
def endpoint() -> Iterator[str]:
    """Something that listens where the stack would."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"the stack")

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_the_stack_is_reached_at_the_same_url_from_a_network_of_its_own(
    serving: Serving, program_folder: Path, monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    images = table(program_folder, monkeypatch)
    server = serving.start(ContainerSpec(IMAGE), images=images, environment={"AWS_ENDPOINT_URL": endpoint})
    for _ in range(3):
        assert json.loads(server.invoke(Invocation(endpoint.encode())).body)["body"] == "the stack"


def test_an_isolated_container_reaches_nothing(
    serving: Serving, program_folder: Path, monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    images = table(program_folder, monkeypatch)
    server = serving.start(
        ContainerSpec(IMAGE), images=images, environment={"AWS_ENDPOINT_URL": endpoint}, network=False
    )
    assert server.invoke(Invocation(b"x")).status == 201
    with pytest.raises(ServingError):
        server.invoke(Invocation(endpoint.encode()))
    serving.log.wait_for("Connection refused")


def test_a_server_that_ends_is_started_again(
    serving: Serving, program_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serving.start(ContainerSpec(IMAGE), images=table(program_folder, monkeypatch))
    with pytest.raises(ServingError):
        server.invoke(Invocation(b"exit"))
    serving.log.wait_for("The container ended with exit code 3; it is started again.")
    wait_healthy(server)
    assert server.invoke(Invocation(b"x")).status == 201


def wait_healthy(server: ModelServer) -> None:
    deadline = 200
    while not server.ping() and deadline:
        deadline -= 1
        threading.Event().wait(0.05)


def test_a_server_whose_ping_fails_is_started_again(
    serving: Serving, program_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "EVERY_SECONDS", 0.05)
    server = serving.start(ContainerSpec(IMAGE), images=table(program_folder, monkeypatch))
    assert server.invoke(Invocation(b"sicken")).status == 201
    assert not server.ping()
    serving.log.wait_for("GET /ping gave no 200 for 3 times in a row: the container is ended.")
    serving.log.wait_for("it is started again.")
    wait_healthy(server)
    assert server.invoke(Invocation(b"x")).status == 201


def test_a_server_that_is_late_because_it_works_is_left_alone(
    serving: Serving, program_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "EVERY_SECONDS", 0.02)
    monkeypatch.setattr(container, "_PING_SECONDS", 0.05)
    spec = ContainerSpec(IMAGE, {"BEHAVIOUR": "single"})
    monkeypatch.setattr(health, "MOST_FAILURES", 10**6)
    server = serving.start(spec, images=table(program_folder, monkeypatch))
    monkeypatch.setattr(health, "MOST_FAILURES", 3)
    assert server.invoke(Invocation(b"sleep")).status == 201
    assert not any("the container is ended" in line for _, line in serving.log.lines)


def test_a_server_whose_ping_is_no_200_does_not_start(
    serving: Serving, program_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serving.make(ContainerSpec(IMAGE, {"BEHAVIOUR": "unhealthy"}), images=table(program_folder, monkeypatch))
    with pytest.raises(ServingError, match="its server gave no 200 in time"):
        server.start(2)


def test_a_command_that_is_not_there(serving: Serving, program_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images = table(program_folder, monkeypatch, serve=["no-such-server", "--flag"])
    with pytest.raises(ServingError, match="'no-such-server': executable file not found") as raised:
        serving.start(ContainerSpec(IMAGE), images=images)
    assert "exit code 127" in str(raised.value)


def test_an_image_that_serves_nothing_names_the_remedy(
    serving: Serving, program_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = table(program_folder, monkeypatch, serve=[], command=["true"])
    with pytest.raises(ServingError, match="give it `serve`, the command of its model server"):
        serving.make(ContainerSpec(IMAGE), images=images)


def test_the_network_of_an_image_is_checked(program_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImageTableError, match="network 'bridge' is not one of own, host"):
        table(program_folder, monkeypatch, network="bridge")


def test_a_multi_model_container_must_list_its_models(
    serving: Serving, program_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Nothing:
        def fetch(self, target_model: str, destination: Path) -> None:
            raise AssertionError(target_model)

    server = serving.make(ContainerSpec(IMAGE), images=table(program_folder, monkeypatch), multi_model=Nothing())
    with pytest.raises(ServingError, match="its server gave no 200 in time"):
        server.start(2)
