"""Hosting models: what an image URI does when it serves.

`ModelServer` runs the containers of one model and answers invocations; `artifact` brings model.tar.gz onto the disk.
"""

from localaws.runtime.serving.artifact import ArtifactError
from localaws.runtime.serving.interface import (
    ContainerSpec,
    Invocation,
    InvocationResult,
    LoadedModel,
    ModelLoad,
    MultiModelSource,
    ServingError,
)
from localaws.runtime.serving.model_server import ModelServer

__all__ = [
    "ArtifactError",
    "ContainerSpec",
    "Invocation",
    "InvocationResult",
    "LoadedModel",
    "ModelLoad",
    "ModelServer",
    "MultiModelSource",
    "ServingError",
]
