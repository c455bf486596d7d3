"""Inference scripts in the scikit-learn and XGBoost images."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost
from sklearn.linear_model import LogisticRegression

from localaws.runtime.serving import ContainerSpec, Invocation, InvocationResult, ModelServer, ServingError
from runtime.tiny_package import write_package

from .conftest import SKLEARN, XGBOOST, Serving, csv, rows, train

# The page that Flask, in which AWS's image is written, makes of an exception; the traceback is in the log alone.
ERROR_PAGE = b"<title>500 Internal Server Error</title>"
SUM = """
import numpy as np

class Sum:
    def predict(self, rows):
        return np.asarray(rows).sum(axis=1)

def model_fn(model_dir):
    return Sum()
"""


def ask(server: ModelServer, body: str | bytes, content_type: str = "", accept: str = "") -> InvocationResult:
    return server.invoke(Invocation(body.encode() if isinstance(body, str) else body, content_type, accept))


def npy(*data: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.array(data))
    return stream.getvalue()


def test_a_pickled_model_predicts_with_the_default_functions(serving: Serving) -> None:
    data = np.nan_to_num(rows(50)) / [1, 10, 0.001, 1e6, 1]
    model = LogisticRegression().fit(data, data[:, 0] > 0)
    script = (
        "import pickle, pathlib\n"
        "def model_fn(model_dir):\n"
        "    return pickle.loads(pathlib.Path(model_dir, 'model.pkl').read_bytes())\n"
    )
    container = serving.script_container(script)
    assert container.model_dir
    (container.model_dir / "model.pkl").write_bytes(pickle.dumps(model))
    server = serving.start(container)
    answer = ask(server, json.dumps(data.tolist()), "application/json")
    assert json.loads(answer.body) == model.predict(data).tolist()


@pytest.fixture(scope="module")
def summing(shared_serving: Serving) -> ModelServer:
    return shared_serving.script(SUM)


@pytest.mark.parametrize(
    ("body", "content_type", "accept", "status", "answered_type", "answer"),
    [
        ("1,2,3\n4,5,6\n", "text/csv", "", 200, "application/json", b"[6.0, 15.0]"),
        ("1,2,3\n4,5,6\n", "text/csv", "text/csv", 200, "text/csv; charset=utf-8", b"6.0\n15.0\n"),
        ("[[1,2],[3,4]]", "application/json", "*/*", 200, "application/json", b"[3.0, 7.0]"),
        ("[[1,2],[3,4]]", "", "", 200, "application/json", b"[3.0, 7.0]"),
        (npy([1.5, 2]), "application/x-npy", "application/x-npy", 200, "application/x-npy", npy(3.5)),
        # AWS's image really answers 500 to all of these: its 415 and 406 are lost behind the wrapping of errors, one
        # row of CSV has one dimension, and a charset is part of the type.
        ("1,2,3", "text/csv", "", 500, "text/html; charset=utf-8", ERROR_PAGE),
        ("1,2,3\n4,5,6", "text/csv; charset=utf-8", "", 500, "text/html; charset=utf-8", ERROR_PAGE),
        ("x", "image/png", "", 500, "text/html; charset=utf-8", ERROR_PAGE),
        ("[[1]]", "application/json", "image/png", 500, "text/html; charset=utf-8", ERROR_PAGE),
        ("1,a\n2", "text/csv", "", 500, "text/html; charset=utf-8", ERROR_PAGE),
        ("{", "application/json", "", 500, "text/html; charset=utf-8", ERROR_PAGE),
        ("", "text/csv", "", 500, "text/html; charset=utf-8", ERROR_PAGE),
    ],
)
def test_default_functions(
    body: str | bytes,
    content_type: str,
    accept: str,
    status: int,
    answered_type: str,
    answer: bytes,
    summing: ModelServer,
) -> None:
    answered = ask(summing, body, content_type, accept)
    assert (answered.status, answered.content_type) == (status, answered_type)
    assert answer in answered.body if status == 500 else answer == answered.body


def test_paths_and_methods(summing: ModelServer) -> None:
    (container,) = summing.containers
    answers = {
        (method, path): container.request(method, path, (), b"", 5)
        for method, path in (("GET", "/ping"), ("POST", "/ping"), ("GET", "/invocations"), ("GET", "/x"))
    }
    assert [answer.status for answer in answers.values()] == [200, 405, 405, 404]
    assert container.request("GET", "/execution-parameters", (), b"", 5).status == 404


def test_all_functions_get_what_the_toolkit_gives_them(serving: Serving) -> None:
    script = """
import os
def model_fn(model_dir):
    return [model_dir, sorted(os.listdir(model_dir)), os.environ["GREETING"]]
def input_fn(body, content_type):
    return [type(body).__name__, content_type]
def predict_fn(data, model):
    return data + model
def output_fn(prediction, accept):
    return repr(prediction + [accept]), "text/plain"
def execution_parameters_fn():
    return {"MaxPayloadInMB": 2}
"""
    server = serving.script(script, env={"GREETING": "hello", "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv"})
    answer = ask(server, "1", "text/csv")
    assert answer.body == b"['str', 'text/csv', '/opt/ml/model', ['code'], 'hello', 'text/csv']"
    assert answer.content_type == "text/plain; charset=utf-8"
    answer = ask(server, "1", "application/octet-stream", "application/json")
    assert answer.body.startswith(b"['bytes', 'application/octet-stream'")
    assert answer.body.endswith(b"'application/json']")
    assert server.execution_parameters() == b'{"MaxPayloadInMB": 2}\n'


@pytest.mark.parametrize(
    ("returned", "status", "answered_type", "body"),
    [
        ("b'raw'", 200, "text/html; charset=utf-8", b"raw"),
        ("('a,b', 'text/csv')", 200, "text/csv; charset=utf-8", b"a,b"),
        ("{'a': 1}", 200, "application/json", b'{"a": 1}\n'),
        ("worker.Response('x', status=418, mimetype='text/csv')", 418, "text/csv; charset=utf-8", b"x"),
        ("worker.Response(encoders.encode([1, 2], 'text/csv'), accept, mimetype='text/csv')", 200,
         "text/csv; charset=utf-8", b"1\n2\n"),
        ("None", 500, "text/html; charset=utf-8", ERROR_PAGE),
    ],
)  # fmt: skip
def test_what_transform_fn_may_return(
    returned: str, status: int, answered_type: str, body: bytes, serving: Serving
) -> None:
    server = serving.script(
        "from sagemaker_containers.beta.framework import encoders, worker\n"
        f"def model_fn(model_dir): return 1\ndef transform_fn(model, body, content_type, accept): return {returned}\n"
    )
    answer = ask(server, "1", "text/csv")
    assert (answer.status, answer.content_type) == (status, answered_type)
    assert body in answer.body


def test_an_exception_leaves_its_traceback_in_the_log(serving: Serving) -> None:
    server = serving.script(SUM + "\ndef predict_fn(data, model):\n    raise ValueError('row 3 is bad')\n")
    answer = ask(server, "[[1]]", "application/json")
    assert answer.status == 500
    assert ERROR_PAGE in answer.body
    serving.log.wait_for("Exception on /invocations [POST]")
    serving.log.wait_for("ValueError: row 3 is bad")
    assert server.ping()


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("def predict_fn(data, model): return 1\n", "Please provide a model_fn implementation"),
        ("import nothing_of_this_name\n", "No module named 'nothing_of_this_name'"),
        ("def model_fn(model_dir): raise SystemExit('no licence')\n", "SystemExit: no licence"),
        (
            "def model_fn(d): pass\ndef transform_fn(m, b, c, a): pass\ndef input_fn(b, c): pass\n",
            "Cannot use transform_fn implementation with input_fn, predict_fn, and/or output_fn",
        ),
    ],
)
def test_a_script_that_cannot_load_says_why(script: str, reason: str, serving: Serving) -> None:
    with pytest.raises(ServingError, match="did not pass the ping health check") as raised:
        serving.script(script)
    assert raised.value.kind == "start"
    assert reason in str(raised.value)


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"SAGEMAKER_PROGRAM": ""}, "name it in the environment variable SAGEMAKER_PROGRAM"),
        ({"SAGEMAKER_PROGRAM": "other.py"}, "SAGEMAKER_PROGRAM=other.py is not in the code of"),
        ({"SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/src"}, "which is not there: put the script into code/"),
        ({"SAGEMAKER_SUBMIT_DIRECTORY": "s3://nowhere/code.tar.gz"}, "Unable to download the code s3://nowhere/code"),
    ],
)
def test_a_missing_script_is_named(environment: dict[str, str], reason: str, serving: Serving) -> None:
    with pytest.raises(ServingError) as raised:
        serving.script(SUM, env={"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1", **environment})
    assert reason in str(raised.value)


def test_the_xgboost_image_runs_a_script_with_its_helpers(serving: Serving) -> None:
    script = """
import xgboost, pathlib
import sagemaker_xgboost_container.encoder as xgb_encoders
def model_fn(model_dir):
    booster = xgboost.Booster()
    booster.load_model(bytearray(pathlib.Path(model_dir, "xgboost-model").read_bytes()))
    return booster
"""
    container = serving.script_container(script, image=XGBOOST)
    assert container.model_dir
    booster = train(container.model_dir)
    server = serving.start(container)
    data = rows(3)
    expected = booster.predict(xgboost.DMatrix(data))
    answer = ask(server, csv(data), "text/csv", "application/json")
    np.testing.assert_allclose(json.loads(answer.body), expected, atol=1e-6)

    custom = script + "\ndef input_fn(body, content_type):\n    return xgb_encoders.libsvm_to_dmatrix(body)\n"
    container = serving.script_container(custom, image=XGBOOST, name="own-input")
    assert container.model_dir
    train(container.model_dir)
    server = serving.start(container)
    expected = booster.predict(xgboost.DMatrix(np.array([[0.5, 2, 0, 3e6, 0]])))
    answer = ask(server, "0 1:0.5 2:2 4:3e6 5:0", "text/libsvm", "application/json")
    np.testing.assert_allclose(json.loads(answer.body), expected, atol=1e-6)


def wheel(folder: Path) -> str:
    """A package `extra` as a wheel in `folder`; its file name."""
    name = "extra-1.0-py3-none-any.whl"
    info = {"METADATA": "Metadata-Version: 2.1\nName: extra\nVersion: 1.0\n", "RECORD": "extra.py,,\n"}
    info["WHEEL"] = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    with zipfile.ZipFile(folder / name, "w") as archive:
        archive.writestr("extra.py", "VALUE = 42\n")
        for file, text in info.items():
            archive.writestr(f"extra-1.0.dist-info/{file}", text)
    return name


def test_requirements_are_installed_for_this_container_alone(serving: Serving) -> None:
    script = "import extra\ndef model_fn(d): return extra.VALUE\n" + (
        "def transform_fn(model, body, content_type, accept): return str(model), 'text/plain'\n"
    )
    container = serving.script_container(script)
    assert container.model_dir
    name = wheel(container.model_dir / "code")
    (container.model_dir / "code" / "requirements.txt").write_text(f"--no-index\n./{name}\n")
    assert ask(serving.start(container), "1").body == b"42"
    with pytest.raises(ServingError, match="No module named 'extra'"):
        serving.script(script)


@pytest.mark.parametrize("line", ["./tiny", "-e ./tiny"])
def test_requirements_that_must_be_built_are_installed(line: str, serving: Serving) -> None:
    container = serving.script_container(
        "import tiny\ndef model_fn(d): return tiny.__name__\n"
        "def transform_fn(model, body, content_type, accept): return model, 'text/plain'\n"
    )
    assert container.model_dir
    write_package(container.model_dir / "code")
    requirements = f"--no-index\n--find-links ./wheels\n{line}\n"
    (container.model_dir / "code" / "requirements.txt").write_text(requirements)
    assert ask(serving.start(container), "1").body == b"tiny"


def test_the_model_folder_is_read_only(serving: Serving) -> None:
    server = serving.script(
        "import pathlib\ndef model_fn(model_dir): return model_dir\n"
        "def transform_fn(model, body, content_type, accept):\n"
        "    try:\n        pathlib.Path(model, 'written').write_text('x')\n"
        "    except OSError as error:\n        return error.strerror, 'text/plain'\n"
    )
    assert ask(server, "1").body == b"Read-only file system"


def test_a_container_without_the_model_of_another_sees_its_own(serving: Serving) -> None:
    text = "def model_fn(d): return open(d + '/name').read()\n" + (
        "def transform_fn(model, body, content_type, accept): return model, 'text/plain'\n"
    )
    specs = [serving.script_container(text, name=name, files={"name": name}) for name in ("one", "two")]
    server = serving.start(*specs, mode="Direct")
    for name in ("one", "two"):
        assert server.invoke(Invocation(b"1", target_container=name)).body == name.encode()


def test_an_image_of_another_registry_is_refused_with_the_remedy(serving: Serving) -> None:
    with pytest.raises(ServingError, match=r"not found\. The local stack runs no container images") as raised:
        serving.make(ContainerSpec("example.com/mine:1"))
    assert raised.value.status == 400


def test_the_script_needs_no_model_data(serving: Serving) -> None:
    with pytest.raises(ServingError, match="name it in the environment variable SAGEMAKER_PROGRAM"):
        serving.start(ContainerSpec(SKLEARN))
