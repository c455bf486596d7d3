"""The training pipeline: preprocess, train, evaluate, and register only what is good enough."""

from mlops.render.training.definition import on_demand, spot

__all__ = ["on_demand", "spot"]
