"""Batch transform: the request of `mlops run transform` and of the schedule, and rows to try it with."""

from mlops.render.batch.request import transform_request
from mlops.render.batch.sample import sample

__all__ = ["sample", "transform_request"]
