"""What an image URI stands for: local runtimes, the /opt/ml sandbox, and the programs of SageMaker's own images."""
