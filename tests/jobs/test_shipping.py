"""The folder of jobs runs where it is shipped: under another name, with nothing of this project beside it."""

from __future__ import annotations

import ast
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
JOBS = ROOT / "python/mlops/jobs"
FILES = sorted(JOBS.rglob("*.py"))
# What the scikit-learn image holds, and, for evaluation, the XGBoost image.
PREPROCESSING = {"numpy", "pyarrow"}
EVALUATION = {"numpy", "scipy", "xgboost"}


def imports(path):
    """Names of the packages outside the folder and the standard library that a file imports, and files inside it."""
    outside, inside = set(), set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            outside |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level:
            folder = path.parents[node.level - 1]
            names = [node.module] if node.module else [alias.name for alias in node.names]
            inside |= {folder / f"{name.replace('.', '/')}.py" for name in names}
        elif isinstance(node, ast.ImportFrom):
            outside.add(node.module.split(".")[0])
    return outside - sys.stdlib_module_names - {"csv_rows", "row_encoder"}, inside


def reached(path):
    """Packages that importing a file of the folder brings in."""
    outside, inside = imports(path)
    return outside.union(*map(reached, inside))


@pytest.mark.parametrize(("command", "packages"), [("preprocess", PREPROCESSING), ("evaluate", EVALUATION)])
def test_a_job_imports_only_what_its_image_holds(command, packages):
    assert reached(JOBS / "training" / f"{command}.py") == packages


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(JOBS).as_posix())
def test_the_syntax_is_that_of_the_oldest_image(path):
    ast.parse(path.read_text(), feature_version=(3, 8))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(JOBS).as_posix())
def test_annotations_are_not_evaluated(path):
    # Python 3.8 has no list[int] and no X | None; as annotations they are only text to it.
    assert "from __future__ import annotations" in path.read_text() or path.name == "__init__.py"


def launch(folder, *arguments):
    command = [sys.executable, "-I", "-W", "error", str(folder / "run.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_it_runs_as_a_folder_of_another_name(data_set, tmp_path):
    folder = tmp_path / "opt/code"
    shutil.copytree(JOBS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    message = tmp_path / "message"
    result = launch(folder, "--message-file", message, "preprocess", *data_set(), "--output", tmp_path / "out")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "people: 40 rows split into train 28, validation 6, test 6\n"
    assert not message.exists()


def test_a_mistake_is_one_line_and_exit_code_1(data_set, tmp_path):
    message = tmp_path / "output/message"
    arguments = data_set(b"")
    result = launch(JOBS, "--message-file", message, "preprocess", *arguments, "--output", tmp_path / "out")
    expected = "people.csv is empty; it must hold a header and rows"
    assert (result.returncode, result.stdout, result.stderr) == (1, "", expected + "\n")
    assert message.read_text() == expected


def test_the_message_file_can_come_from_the_environment(data_set, tmp_path, monkeypatch):
    monkeypatch.setenv("MLOPS_MESSAGE_FILE", str(tmp_path / "said"))
    launch(JOBS, "preprocess", *data_set(b""), "--output", tmp_path / "out")
    assert (tmp_path / "said").read_text().startswith("people.csv is empty")


def test_a_message_file_that_cannot_be_written_hides_no_error(data_set, tmp_path):
    (tmp_path / "file").touch()
    message = tmp_path / "file/message"
    result = launch(JOBS, "--message-file", message, "preprocess", *data_set(b""), "--output", tmp_path / "out")
    assert result.returncode == 1
    assert result.stderr.splitlines()[0] == "people.csv is empty; it must hold a header and rows"
    assert result.stderr.splitlines()[1].startswith("the message was not left for SageMaker: ")


def test_every_path_has_the_containers_default():
    from mlops.jobs.cli import parser

    root = parser()
    preprocess, evaluate = root.parse_args(["preprocess"]), root.parse_args(["evaluate"])
    processing = Path("/opt/ml/processing")
    assert preprocess.message_file == Path("/opt/ml/output/message")
    assert (preprocess.input, preprocess.schema) == (processing / "input/data", processing / "input/schema")
    assert (preprocess.output, preprocess.seed) == (processing / "output", 42)
    assert (evaluate.model, evaluate.test) == (processing / "input/model", processing / "input/test")
    assert (evaluate.output, evaluate.threshold) == (processing / "output/evaluation", 0.5)


@pytest.mark.slow
def test_a_job_that_is_stopped_while_it_writes_leaves_nothing(tmp_path):
    header, rows = (ROOT / "data/adult/adult.csv").read_text().split("\n", 1)
    (tmp_path / "data.csv").write_text(header + "\n" + rows * 10)
    paths = ("--input", tmp_path / "data.csv", "--schema", ROOT / "data/adult", "--output", tmp_path / "out")
    with subprocess.Popen([sys.executable, str(JOBS / "run.py"), "preprocess", *map(str, paths)]) as job:
        while not list(tmp_path.glob("out/.partial-*/*")):
            assert job.poll() is None, "the job ended before it could be stopped"
            time.sleep(0.005)
        job.terminate()
        assert job.wait(timeout=60) == 128 + signal.SIGTERM
    assert list((tmp_path / "out").iterdir()) == []
