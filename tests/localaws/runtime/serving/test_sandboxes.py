"""The sandbox of a hosted model: its network, its code from S3, and machines without namespaces."""

from __future__ import annotations

import io
import json
import socket
import sys
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost

from localaws.runtime import sandbox
from localaws.runtime.images import EXTENSION_VARIABLE, load_images
from localaws.runtime.serving import ContainerSpec, Invocation, ModelServer

from .conftest import SKLEARN, XGBOOST, Serving, csv, rows
from .test_custom_servers import IMAGE, SERVER
from .test_multi_models import Source

CONNECT = """
import socket
def model_fn(model_dir): return None
def transform_fn(model, body, content_type, accept):
    try:
        with socket.create_connection(("127.0.0.1", int(body)), 3) as connected:
            return connected.recv(9), "text/plain"
    except OSError as error:
        return error.strerror, "text/plain"
"""


@pytest.fixture
def port() -> Iterator[int]:
    """Something on this machine's loopback that greets."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.sendall(b"hello")

        threading.Thread(target=greet, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(("network", "answer"), [(True, b"hello"), (False, b"Connection refused")])
def test_network_isolation(network: bool, answer: bytes, serving: Serving, port: int) -> None:
    server = serving.start(serving.script_container(CONNECT), network=network)
    assert server.invoke(Invocation(str(port).encode(), "text/csv")).body == answer


REACHES = """
import os
def model_fn(model_dir): return model_dir
def transform_fn(model, body, content_type, accept):
    found = []
    for folder in ("/usr", model, os.path.dirname(os.__file__), "/tmp"):
        try:
            open(folder + "/of-a-model", "w").close()
            found.append(folder)
        except OSError:
            pass
    return " ".join([*found, *(name for name in os.listdir(os.fsdecode(body)) if name.startswith("."))]), "text/plain"
"""


@pytest.mark.skipif(sandbox.kind() != "namespaces", reason="this machine has no user namespaces")
def test_a_model_reaches_no_more_than_a_job(serving: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".aws").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))
    server = serving.start(serving.script_container(REACHES))
    assert server.invoke(Invocation(str(tmp_path).encode(), "text/csv")).body == b"/tmp"


def test_code_comes_from_s3_with_the_credentials_of_the_role(serving: Serving, stack: Any) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo("serve_it.py")
        text = b"def model_fn(d): return 1\ndef transform_fn(m, b, c, a): return 'from S3', 'text/plain'\n"
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text))
    s3 = stack.client("s3")
    s3.create_bucket(Bucket="code-of-scripts")
    s3.put_object(Bucket="code-of-scripts", Key="sourcedir.tar.gz", Body=packed.getvalue())
    environment = {
        "AWS_ACCESS_KEY_ID": stack.running.access_key_id,
        "AWS_SECRET_ACCESS_KEY": stack.running.secret_access_key,
        "AWS_ENDPOINT_URL": stack.endpoint_url,
        "AWS_DEFAULT_REGION": stack.running.region,
    }
    script = {
        "SAGEMAKER_PROGRAM": "serve_it.py",
        "SAGEMAKER_SUBMIT_DIRECTORY": "s3://code-of-scripts/sourcedir.tar.gz",
    }
    server = serving.start(ContainerSpec(SKLEARN, script), environment=environment)
    assert server.invoke(Invocation(b"1", "text/csv")).body == b"from S3"


@pytest.fixture
def no_namespaces(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS without proot."""
    monkeypatch.setattr(sandbox, "kind", lambda: "rewritten")


def prediction(server: ModelServer, **target: str) -> list[float]:
    answer = server.invoke(Invocation(csv(rows(2)), "text/csv", "text/csv", **target))  # type: ignore[arg-type]
    assert answer.ok, answer.body
    return [float(score) for score in answer.body.replace(b",", b"\n").split()]


@pytest.mark.usefixtures("no_namespaces")
def test_without_namespaces_models_are_served_all_the_same(
    serving: Serving, model_dir: Path, booster: xgboost.Booster, tmp_path: Path
) -> None:
    expected = booster.predict(xgboost.DMatrix(rows(2)))
    np.testing.assert_allclose(prediction(serving.start(ContainerSpec(XGBOOST, {}, model_dir))), expected, atol=1e-6)
    serving.log.wait_for("this machine has neither user namespaces nor proot")

    (tmp_path / "models" / "m").mkdir(parents=True)
    (tmp_path / "models" / "m" / "xgboost-model").write_bytes((model_dir / "xgboost-model").read_bytes())
    server = serving.start(ContainerSpec(XGBOOST), multi_model=Source(tmp_path / "models"))
    np.testing.assert_allclose(prediction(server, target_model="m"), expected, atol=1e-6)

    server = serving.script("import os\ndef model_fn(d): return os.listdir(d)\n" + (
        "def transform_fn(model, body, content_type, accept): return str(model), 'text/plain'\n"
    ))  # fmt: skip
    assert server.invoke(Invocation(b"1", "text/csv")).body == b"['code']"


@pytest.mark.usefixtures("no_namespaces")
def test_without_namespaces_a_server_of_the_users_binds_the_port_that_it_is_given(
    serving: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The test's server looks at /opt/ml/model, which is not there.
    (tmp_path / "server.py").write_text(SERVER.replace('"/opt/ml/model"', '"."'), encoding="utf-8")
    serve = json.dumps([sys.executable, str(tmp_path / "server.py")])
    (tmp_path / "images.toml").write_text(f'[[image]]\nuri = "{IMAGE}"\nserve = {serve}\n')
    monkeypatch.setenv(EXTENSION_VARIABLE, str(tmp_path / "images.toml"))
    server = serving.start(ContainerSpec(IMAGE, {"BEHAVIOUR": "binds"}), images=load_images())
    assert server.invoke(Invocation(b"x")).status == 201
