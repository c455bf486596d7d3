"""Child processes: what an image URI stands for, the /opt/ml sandbox, and model servers."""
