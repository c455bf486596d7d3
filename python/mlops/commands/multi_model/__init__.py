"""What ``mlops models`` knows about the multi-model endpoint and its archives."""
