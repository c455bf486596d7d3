"""Hyperparameter tuning: start it, watch it, and say what came of it."""
