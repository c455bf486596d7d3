"""Runs one job's command in its sandbox, reaps what it leaves behind, and never outlives the stack."""
