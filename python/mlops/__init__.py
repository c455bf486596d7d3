"""The student's and the engineer's tools: commands, deployment, jobs, render, validate."""

__all__ = ["__version__"]

__version__ = "0.1.0"
