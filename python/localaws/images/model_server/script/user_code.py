"""The user's script: fetched, installed, found."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from . import compat
from .defaults import SklearnDefaults, XGBoostDefaults

__all__ = ["Script", "fetch_script"]


@dataclass
class Script:
    """The name of the script's module, which can be imported, and what stands for functions that it lacks."""

    module: str
    defaults: SklearnDefaults


def fetch_script(framework: str, tag: str) -> Script:
    """Bring the user's code into /opt/ml/code and install its requirements; raises ScriptError.

    The script itself is imported by each worker, so that nothing that it starts is shared.
    """
    code = importlib.import_module("script_mode.code")  # the training toolkit does the same with a script
    folder = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"), "code")
    program = os.environ.get("SAGEMAKER_PROGRAM")
    if not program:
        raise code.ScriptError(
            "This image serves a script: name it in the environment variable SAGEMAKER_PROGRAM, and its folder or "
            "s3://….tar.gz in SAGEMAKER_SUBMIT_DIRECTORY (e.g. /opt/ml/model/code)."
        )
    source = os.environ.get("SAGEMAKER_SUBMIT_DIRECTORY")
    if source and not source.startswith("s3://") and not Path(source).exists():
        raise code.ScriptError(
            f"SAGEMAKER_SUBMIT_DIRECTORY is {source}, which is not there: put the script into code/ of model.tar.gz."
        )
    code.fetch(source, folder)
    code.install_requirements(folder)
    sys.path.insert(0, str(folder))
    module = program.removesuffix(".py").replace("/", ".")
    if importlib.util.find_spec(module) is None:
        names = ", ".join(sorted(entry.name for entry in folder.iterdir())) or "no files"
        raise code.ScriptError(
            f"The script SAGEMAKER_PROGRAM={program} is not in the code of SAGEMAKER_SUBMIT_DIRECTORY={source}; there "
            f"are: {names}."
        )
    defaults = XGBoostDefaults(tag) if framework == "xgboost" else SklearnDefaults()
    compat.offer(defaults.decoders if isinstance(defaults, XGBoostDefaults) else None)
    return Script(module, defaults)
