"""Inference: the path of a request to an instance's containers, and what is recorded of it."""
