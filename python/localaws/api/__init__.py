"""What every part of the stack speaks: requests, responses, refusals, and AWS's API models."""
