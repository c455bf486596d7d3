"""Batch transform from the command line: start a job, watch it, say what came of it."""
