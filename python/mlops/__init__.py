"""The student's and the engineer's tools: render, jobs, operate, validate, report."""

__all__ = ["__version__"]

__version__ = "0.1.0"
