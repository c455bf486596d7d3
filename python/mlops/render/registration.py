"""RegisterModel for an inference pipeline: two containers in one model package.

SDK v3's `ModelBuilder.register()` describes one container (it fills SAGEMAKER_PROGRAM, SAGEMAKER_REGION and the like
from its own build). Its lower layer, `create_model_package_from_containers`, takes a list of containers and, on a
pipeline session, hands the request over instead of sending it; `ModelStep` takes it from there.
"""

from dataclasses import dataclass
from typing import Any

from sagemaker.core.model_registry import create_model_package_from_containers
from sagemaker.mlops.workflow.model_step import ModelStep

__all__ = ["registration_step"]


@dataclass(frozen=True)
class _Registered:
    """All that ModelStep asks of a model: the session that recorded the request."""

    sagemaker_session: Any


def registration_step(
    session: Any, name: str, retry_policies: list[Any], description: str, **request: Any
) -> ModelStep:
    """A RegisterModel step; `request` goes to `create_model_package_from_containers`."""
    session.init_model_step_arguments(_Registered(session))
    create_model_package_from_containers(session, **request)
    step = ModelStep(name, step_args=session.context, retry_policies=retry_policies, description=description)
    # The context holds this step's request; the next job's request needs a fresh one.
    session.context = None
    return step
