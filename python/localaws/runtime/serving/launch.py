"""What is started for an image when a model is hosted: the command, its environment, and how it is reached."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from localaws.runtime import virtual_environment
from localaws.runtime.environment import base_environment
from localaws.runtime.images import PROGRAMS, ImageTable, ImageTableError, NoServerError, Runtime, UnknownImageError
from localaws.runtime.serving.interface import ContainerSpec, ServingError

__all__ = ["Launch", "launch"]

# One thread a request, as in AWS's images: several workers share the cores.
_THREADS = 1


@dataclass(frozen=True)
class Launch:
    """A server process as it would run in its container.

    `listens` says how it is reached: "inherited" (it serves the socket whose number follows `argv`), "namespace" (port
    8080 of a loopback of its own) or "port" (the port of this machine in SAGEMAKER_BIND_TO_PORT).
    """

    runtime: Runtime
    argv: list[str]
    environment: dict[str, str]
    listens: str
    port: int


def launch(
    spec: ContainerSpec,
    images: ImageTable,
    scratch: Path,
    environment: Mapping[str, str],
    *,
    multi_model: bool,
    namespaces: bool,
) -> Launch:
    """The process for `spec`; raises ServingError for an image that cannot be hosted here.

    `environment`: credentials, region and endpoint of the stack. `namespaces`: whether this machine has them.
    """
    try:
        runtime = images.server(spec.image)
        virtual_environment.check(runtime.python)
    except (UnknownImageError, NoServerError, ImageTableError) as error:
        raise ServingError("start", str(error), hostname=spec.hostname or "", status=400) from error
    variables = base_environment(runtime.python, scratch, _THREADS)
    variables["SAGEMAKER_MODEL_SERVER_WORKERS"] = str(os.cpu_count() or 1)
    variables |= {"SM_MODEL_DIR": "/opt/ml/model", **environment, **spec.environment}
    if multi_model:
        variables["SAGEMAKER_MULTI_MODEL"] = "true"
    if runtime.serve:
        own_loopback = namespaces and runtime.network == "own"
        port = 8080 if own_loopback else _free_port()
        variables |= {"SAGEMAKER_BIND_TO_PORT": str(port)}
        return Launch(runtime, list(runtime.serve), variables, "namespace" if own_loopback else "port", port)
    variables["SAGEMAKER_BIND_TO_PORT"] = "8080"
    script = runtime.framework and (variables.get("SAGEMAKER_PROGRAM") or not runtime.algorithm)
    handler = str(runtime.framework) if script else "algorithm"
    python = virtual_environment.interpreter(scratch / "packages")
    argv = [python, str(PROGRAMS), "model_server", handler, spec.image.rpartition(":")[2]]
    return Launch(runtime, argv, variables, "inherited", 0)


def _free_port() -> int:
    """A port that is free now; the server binds it a moment later."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
