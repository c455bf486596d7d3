"""Entry: fetch the user's code and run its script with SageMaker's variables and arguments."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from collections import deque
from pathlib import Path

from .code import ScriptError, command, fetch, install_requirements
from .variables import Training, read_training

__all__ = ["main"]


def main() -> int:
    """Run one training job; the exit code."""
    ml = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
    logging.basicConfig(format="%(asctime)s sagemaker-training-toolkit %(levelname)-8s %(message)s", level="INFO")
    try:
        _run(read_training(ml))
    except ScriptError as error:
        failure = ml / "output" / "failure"
        failure.parent.mkdir(parents=True, exist_ok=True)
        failure.write_text(str(error), encoding="utf-8")
        logging.error("Reporting training FAILURE")
        logging.error(str(error))
        return 1
    logging.info("Reporting training SUCCESS")
    return 0


def _run(training: Training) -> None:
    if not training.program:
        raise ScriptError(
            "This image trains with a script: name one in the hyperparameter sagemaker_program and its code in "
            "sagemaker_submit_directory (the SDK's estimators do)."
        )
    fetch(training.source, training.code)
    install_requirements(training.code)
    variables = training.variables()
    path = os.pathsep.join(part for part in (str(training.code), os.environ.get("PYTHONPATH", "")) if part)
    words = command(training.program, training.code, training.arguments())
    logging.info("Invoking script with the following command: %s", " ".join(words))
    logging.info("Hyperparameters: %s", json.dumps(training.hyperparameters, sort_keys=True))
    _execute(words, training.code, {**os.environ, **variables, "PYTHONPATH": path})


def _execute(words: list[str], cwd: Path, environment: dict[str, str]) -> None:
    """Run the script; raises ScriptError with its last words when it fails."""
    said: deque[str] = deque(maxlen=20)
    with subprocess.Popen(
        words, cwd=cwd, env=environment, stderr=subprocess.PIPE, text=True, errors="replace"
    ) as script:
        signal.signal(signal.SIGTERM, lambda *_: script.terminate())
        assert script.stderr
        for line in script.stderr:
            sys.stderr.write(line)
            said.append(line.strip())
    if script.returncode:
        code = script.returncode if script.returncode > 0 else 128 - script.returncode
        last = next((line for line in reversed(said) if line), "")
        raise ScriptError(
            f'ExecuteUserScriptError:\nExitCode {code}\nErrorMessage "{last}"\nCommand "{" ".join(words)}"'
        )
