"""Shadow variants: copies of production requests whose answers nobody sees.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-shadow-deployment.html
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

from localaws.containers.serving import Invocation, ServingError
from localaws.sagemaker.hosting.measures import answered, unanswered

if TYPE_CHECKING:
    from localaws.sagemaker.hosting.endpoint import HostedEndpoint
    from localaws.sagemaker.hosting.fleet import VariantFleet

__all__ = ["Shadowing"]

_WORKERS = 4
_MOST_WAITING = 200


class Shadowing:
    """Sends copies in the background; when a shadow is too slow, copies are dropped, never the production request.

    The part of the traffic that is copied is the shadow variant's weight over the production variant's, at most all.
    Copies and their answers are captured as production's are, under the shadow variant's name.
    """

    def __init__(self, endpoint: HostedEndpoint) -> None:
        self._endpoint = endpoint
        self._lock = threading.Lock()
        self._waiting: deque[tuple[VariantFleet, Invocation]] = deque()
        self._credit: dict[VariantFleet, float] = {}
        self._running = 0

    def copy(self, production: VariantFleet, invocation: Invocation) -> None:
        """Send the request to the shadow variants of the generation in service."""
        generation = self._endpoint.serving
        if generation is None or not generation.shadows or production not in generation.production:
            return
        for shadow in generation.shadows:
            part = min(1.0, shadow.weight / production.weight) if production.weight > 0 else 1.0
            with self._lock:
                credit = self._credit.get(shadow, 0.0) + part
                self._credit[shadow] = credit % 1.0 if credit >= 1.0 else credit
                if credit < 1.0 or len(self._waiting) >= _MOST_WAITING:
                    continue
                self._waiting.append((shadow, invocation))
                if self._running >= _WORKERS:
                    continue
                self._running += 1
            threading.Thread(target=self._work, name=f"shadow-{shadow.name}", daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._running -= 1
                    return
                shadow, invocation = self._waiting.popleft()
            instance = shadow.acquire()
            if instance is None:
                continue
            try:
                result = instance.server.invoke(invocation)
            except ServingError:
                values = unanswered(shadow, 500)
            else:
                values = answered(shadow, result)
                self._endpoint.captured(shadow, invocation, result)  # before the release, as in `invoke`
            finally:
                shadow.release(instance)
            self._endpoint.metrics.add(shadow.name, values)
