"""Artifacts that Terraform reads, built with the SageMaker SDK at authoring time (see docs/rendering.md)."""
