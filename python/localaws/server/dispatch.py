"""Which thread serves a request: none may wait for a thread that waits for it."""

from __future__ import annotations

from typing import Any

from waitress.task import ThreadedTaskDispatcher

__all__ = ["separate_waiting_requests"]

# An invocation waits for a model, whose code may call the stack, and even invoke another endpoint.  The stack's own
# paths (its health, containers' credentials) are answered at once, however much there is to do.
_PREFIXES = ("/endpoints/", "/_localaws/")


class _GrowingDispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]
    """A thread for every task that is under way, so that no task waits for another one."""

    def add_task(self, task: Any) -> None:
        with self.lock:
            idle = len(self.threads) - self.active_count - len(self.queue)
        if idle <= 0:
            # Only the server's loop and threads that end a task add tasks: one thread too many does no harm.
            self.set_thread_count(len(self.threads) + 1)
        super().add_task(task)


def separate_waiting_requests(server: Any) -> None:
    """Let invocations run in threads of their own, as many as there are, beside the waitress server's."""
    waiting = _GrowingDispatcher()
    others = server.task_dispatcher

    def add_task(channel: Any) -> None:
        path = channel.requests[0].path if channel.requests else ""
        (waiting if path.startswith(_PREFIXES) else others).add_task(channel)

    server.add_task = add_task
