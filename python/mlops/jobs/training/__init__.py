"""The jobs of the training pipeline: preprocessing and evaluation."""
