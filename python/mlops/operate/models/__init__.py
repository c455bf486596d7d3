"""``mlops models``: the models of the multi-model endpoint, and questions to endpoints."""

from mlops.operate.models import add, invoke, listing

__all__ = ["COMMANDS"]

COMMANDS = (add, listing, invoke)
