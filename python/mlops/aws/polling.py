"""Asking for a state until it is final: often at first, less often in the long run."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

__all__ = ["Polling"]

_State = TypeVar("_State")
# The pause is this part of the time waited so far: who waits for minutes does not mind a second more.
_PART_OF_THE_WAIT = 60


@dataclass(frozen=True)
class Polling:
    """How states are polled.

    Args:
        first_seconds: the shortest pause between two requests.
        last_seconds: the longest one.
        limit_seconds: how long to go on; None for as long as it takes.
        sleep: as ``time.sleep``.
        clock: as ``time.monotonic``.
    """

    first_seconds: float = 0.5
    last_seconds: float = 5.0
    limit_seconds: float | None = None
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def until(
        self,
        read: Callable[[], _State],
        final: Callable[[_State], bool],
        show: Callable[[_State], None] = lambda state: None,
    ) -> _State:
        """The first final state.

        Args:
            read: asks for the state.
            final: whether it will not change any more.
            show: gets each state, the final one included.

        Raises:
            TimeoutError: no state was final within the limit.
        """
        began = self.clock()
        while True:
            state = read()
            show(state)
            if final(state):
                return state
            waited = self.clock() - began
            if self.limit_seconds is not None and waited > self.limit_seconds:
                raise TimeoutError(f"not final after {self.limit_seconds:.0f} s")
            self.sleep(min(self.last_seconds, max(self.first_seconds, waited / _PART_OF_THE_WAIT)))
