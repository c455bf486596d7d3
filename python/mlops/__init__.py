"""The student's and the engineer's tools: render, jobs, operate, validate, report."""
