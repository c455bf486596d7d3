"""Scores the assessment's ten tasks in whatever account the environment points at, without changing anything."""
