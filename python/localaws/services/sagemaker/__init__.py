"""SageMaker, driven by its official API model."""
