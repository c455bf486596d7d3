"""How often a state is asked for, and for how long."""

from __future__ import annotations

import pytest

from mlops.aws.polling import Polling


class Clock:
    """Time that passes while a poll sleeps, and by ``step`` more seconds."""

    def __init__(self, step: float = 0.0) -> None:
        self.now, self.slept, self._step = 0.0, list[float](), step

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds + self._step

    def __call__(self) -> float:
        return self.now


def test_every_state_is_shown_once_and_the_final_one_returned() -> None:
    clock, shown = Clock(), list[int]()
    states = iter(range(10))
    polling = Polling(sleep=clock.sleep, clock=clock)
    assert polling.until(lambda: next(states), lambda state: state == 3, shown.append) == 3
    assert shown == [0, 1, 2, 3]
    assert clock.slept == [0.5, 0.5, 0.5]


def test_the_pause_grows_with_the_time_waited_up_to_the_longest() -> None:
    clock = Clock(step=60)
    states = iter(range(10))
    Polling(last_seconds=2.5, sleep=clock.sleep, clock=clock).until(lambda: next(states), lambda state: state == 4)
    assert clock.slept == pytest.approx([0.5, 60.5 / 60, 2.025, 2.5], abs=0.01)


def test_a_limit_ends_the_wait_after_one_more_request() -> None:
    clock, asked = Clock(), list[float]()

    def read() -> None:
        asked.append(clock.now)

    polling = Polling(first_seconds=1, last_seconds=1, limit_seconds=3, sleep=clock.sleep, clock=clock)
    with pytest.raises(TimeoutError, match="not final after 3 s"):
        polling.until(read, lambda state: False)
    assert asked == [0, 1, 2, 3, 4]


def test_a_state_that_is_final_at_once_needs_no_pause() -> None:
    clock = Clock()
    assert Polling(sleep=clock.sleep, clock=clock).until(lambda: "x", lambda state: True) == "x"
    assert clock.slept == []
