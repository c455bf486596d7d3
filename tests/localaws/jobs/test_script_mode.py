"""Training scripts, as the SDKs of both generations send them."""

from __future__ import annotations

import importlib.util
import io
import json
import tarfile
import zipfile
from typing import Any

from .world import BUCKET, SKLEARN, XGBOOST, World, labelled_csv

SCRIPT = """
import argparse, json, os, pathlib, sys
from helper import WORD
parser = argparse.ArgumentParser()
parser.add_argument("--n-estimators", type=int)
parser.add_argument("--criterion")
parser.add_argument("--train", default=os.environ["SM_CHANNEL_TRAIN"])
parser.add_argument("--model-dir", default=os.environ["SM_MODEL_DIR"])
arguments = parser.parse_args()
seen = {name: value for name, value in os.environ.items() if name.startswith("SM_")}
seen |= {"word": WORD, "n": arguments.n_estimators, "criterion": arguments.criterion, "cwd": os.getcwd(),
         "files": sorted(os.listdir(arguments.train)), "job": os.environ["TRAINING_JOB_NAME"]}
pathlib.Path(arguments.model_dir, "model.json").write_text(json.dumps(seen))
pathlib.Path(os.environ["SM_OUTPUT_DATA_DIR"], "curve.txt").write_text("0.5")
print("accuracy: 0.75;")
"""


def _packed(files: dict[str, Any]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            content = text if isinstance(text, bytes) else text.encode()
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def _algorithm(image: str, **more: Any) -> dict[str, Any]:
    return {"AlgorithmSpecification": {"TrainingImage": image, "TrainingInputMode": "File", **more}}


def _hyperparameters(world: World, key: str, files: dict[str, Any], **own: Any) -> dict[str, str]:
    source = world.put(f"{key}/sourcedir.tar.gz", _packed(files))
    internal = {
        "sagemaker_program": next(iter(files)),
        "sagemaker_submit_directory": source,
        "sagemaker_region": "us-east-1",
    }
    return {name: json.dumps(value) for name, value in {**internal, **own}.items()}


def test_a_script_gets_its_arguments_variables_and_code(world: World) -> None:
    train = world.put("script/train/data.csv", labelled_csv())
    files = {"train.py": SCRIPT, "helper.py": "WORD = 'helped'\n"}
    hyperparameters = _hyperparameters(world, "script/one", files, **{"n-estimators": 20, "criterion": "gini"})
    definitions = [{"Name": "accuracy", "Regex": "accuracy: ([0-9.]+);"}]
    name = world.training({"train": train}, hyperparameters, **_algorithm(SKLEARN, MetricDefinitions=definitions))
    described = world.finish("TrainingJob", name)
    assert described["TrainingJobStatus"] == "Completed", (described, world.log("TrainingJob", name))
    seen = json.loads(world.tar_members(described["ModelArtifacts"]["S3ModelArtifacts"])["model.json"])
    assert (seen["word"], seen["n"], seen["criterion"], seen["cwd"]) == ("helped", 20, "gini", "/opt/ml/code")
    assert seen["job"] == name
    assert seen["files"] == ["data.csv"]
    assert json.loads(seen["SM_HPS"]) == {"n-estimators": 20, "criterion": "gini"}
    assert seen["SM_HP_N-ESTIMATORS"] == "20"
    assert json.loads(seen["SM_USER_ARGS"]) == ["--criterion", "gini", "--n-estimators", "20"]
    assert json.loads(seen["SM_HOSTS"]) == [seen["SM_CURRENT_HOST"]] == ["algo-1"]
    assert (seen["SM_NUM_GPUS"], seen["SM_CHANNELS"], seen["SM_MODULE_NAME"]) == ("0", '["train"]', "train")
    assert json.loads(seen["SM_TRAINING_ENV"])["channel_input_dirs"] == {"train": "/opt/ml/input/data/train"}
    assert json.loads(seen["SM_INPUT_DATA_CONFIG"])["train"]["TrainingInputMode"] == "File"
    assert [metric["Value"] for metric in described["FinalMetricDataList"]] == [0.75]
    assert world.tar_members(f"s3://{BUCKET}/models/{name}/output/output.tar.gz") == {"curve.txt": b"0.5"}


def test_the_xgboost_image_runs_a_script_when_there_is_one(world: World) -> None:
    files = {
        "go.py": "import xgboost, pathlib\npathlib.Path('/opt/ml/model/version').write_text(xgboost.__version__)\n"
    }
    name = world.training({}, _hyperparameters(world, "script/xgb", files), **_algorithm(XGBOOST))
    described = world.finish("TrainingJob", name)
    assert described["TrainingJobStatus"] == "Completed", described
    assert list(world.tar_members(described["ModelArtifacts"]["S3ModelArtifacts"])) == ["version"]


def test_requirements_are_installed_for_the_job_alone(world: World) -> None:
    wheel = io.BytesIO()
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("only_here.py", "WORD = 'installed'\n")
        archive.writestr("only_here-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: only-here\nVersion: 1.0\n")
        archive.writestr(
            "only_here-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("only_here-1.0.dist-info/RECORD", "")
    files: dict[str, Any] = {
        "train.py": "import only_here\nprint(only_here.WORD, only_here.__file__)\n",
        "requirements.txt": "./only_here-1.0-py3-none-any.whl\n",
        "only_here-1.0-py3-none-any.whl": wheel.getvalue(),
    }
    name = world.training({}, _hyperparameters(world, "script/req", files), **_algorithm(SKLEARN))
    described = world.finish("TrainingJob", name)
    assert described["TrainingJobStatus"] == "Completed", (described, world.log("TrainingJob", name))
    (said,) = [line for line in world.log("TrainingJob", name) if line.startswith("installed ")]
    assert str(world.stack.work_dir) in said
    assert importlib.util.find_spec("only_here") is None


def test_a_failing_script_says_why(world: World) -> None:
    files = {"train.py": "print('so far so good')\nraise KeyError('label')\n"}
    name = world.training({}, _hyperparameters(world, "script/bad", files), **_algorithm(SKLEARN))
    reason = world.finish("TrainingJob", name)["FailureReason"]
    assert reason.startswith("AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage \"KeyError: 'label'\"")
    assert reason.endswith(", exit code: 1")
    assert "Traceback (most recent call last):" in world.log("TrainingJob", name)


def test_code_that_is_not_there(world: World) -> None:
    missing = {"sagemaker_program": '"train.py"', "sagemaker_submit_directory": f'"s3://{BUCKET}/no/sourcedir.tar.gz"'}
    reason = world.finish("TrainingJob", world.training({}, missing, **_algorithm(SKLEARN)))["FailureReason"]
    assert f"Unable to download the code s3://{BUCKET}/no/sourcedir.tar.gz" in reason
    without = world.finish("TrainingJob", world.training({}, {"alpha": "1"}, **_algorithm(SKLEARN)))["FailureReason"]
    assert "This image trains with a script: name one in the hyperparameter sagemaker_program" in without


def test_a_container_entry_point_with_driver_and_code_channels(world: World) -> None:
    driver = world.put(
        "v3/drivers/sm_train.sh",
        '#!/bin/bash\nset -e\n[ -n "$(command -v python3)" ] && [ -n "$(command -v pip3)" ]\n'
        "cd /opt/ml/input/config\n"
        "python3 -c \"import json; print(json.load(open('hyperparameters.json'))['depth'])\" "
        "| xargs python3 /opt/ml/input/data/code/train.py\n",
    )
    code = world.put("v3/code/train.py", "import sys\nopen('/opt/ml/model/depth', 'w').write(sys.argv[1])\n")
    command = "chmod +x /opt/ml/input/data/sm_drivers/sm_train.sh && /opt/ml/input/data/sm_drivers/sm_train.sh"
    algorithm = _algorithm(SKLEARN, ContainerEntrypoint=["/bin/bash"], ContainerArguments=["-c", command])
    name = world.training({"sm_drivers": driver, "code": code}, {"depth": "4"}, content_type=None, **algorithm)
    described = world.finish("TrainingJob", name)
    assert described["TrainingJobStatus"] == "Completed", (described, world.log("TrainingJob", name))
    assert world.tar_members(described["ModelArtifacts"]["S3ModelArtifacts"]) == {"depth": b"4"}
