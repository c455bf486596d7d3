"""Inference has threads of its own: slow models must not keep the rest of the stack from answering."""

from __future__ import annotations

from typing import Any

from waitress.task import ThreadedTaskDispatcher

__all__ = ["separate_inference"]

_PREFIX = "/endpoints/"
# How many invocations are under way at once; more of them wait.  Each thread waits for a model for up to a minute.
_THREADS = 128


def separate_inference(server: Any) -> None:
    """Let requests of SageMaker Runtime run in a pool of their own, beside the waitress server's."""
    inference = ThreadedTaskDispatcher()
    inference.set_thread_count(_THREADS)
    others = server.task_dispatcher

    def add_task(channel: Any) -> None:
        path = channel.requests[0].path if channel.requests else ""
        (inference if path.startswith(_PREFIX) else others).add_task(channel)

    server.add_task = add_task
