"""Which instance answers the next request."""

from __future__ import annotations

import itertools
import random
import threading
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from localaws.services.sagemaker.inference.fleet import VariantFleet
from localaws.services.sagemaker.inference.instance import Instance

__all__ = ["Router", "Share", "UnknownVariantError"]


class UnknownVariantError(LookupError):
    """A request names a production variant that the endpoint does not have."""


@dataclass(frozen=True)
class Share:
    """The part (0 to 1) of the endpoint's traffic that goes to `peers`, the variants of one generation, of which
    `fleet` takes its weight's part: below 1 while an update moves traffic.
    """

    fleet: VariantFleet
    fraction: float
    peers: Sequence[VariantFleet]

    @property
    def weight(self) -> float:
        """The part of the endpoint's traffic that the fleet takes."""
        total = sum(peer.weight for peer in self.peers)
        return self.fraction * self.fleet.weight / total if total > 0 else 0.0


class Router:
    """Spreads requests over fleets by their variants' weights; changes apply to the next request, all at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._random = random.Random()
        self._shares: tuple[Share, ...] = ()
        self._table: tuple[Sequence[float], Sequence[VariantFleet]] = ((), ())

    @property
    def shares(self) -> tuple[Share, ...]:
        return self._shares

    def route(self, shares: Iterable[Share]) -> None:
        """Send the next requests to these fleets."""
        with self._lock:
            self._shares = tuple(shares)
            self._table = _table(self._shares)

    def refresh(self) -> None:
        """Take changed weights into account."""
        with self._lock:
            self._table = _table(self._shares)

    def acquire(self, target_variant: str | None = None) -> tuple[VariantFleet, Instance] | None:
        """An instance for one request, to be released with `VariantFleet.release`; None where none is in service.

        A fleet that loses its instances between the choice and its acceptance is chosen no second time, so that no
        request fails while traffic moves.  Raises UnknownVariantError.
        """
        tried: set[VariantFleet] = set()
        while True:
            fleet = self._choose(target_variant, tried)
            if fleet is None:
                return None
            instance = fleet.acquire()
            if instance is not None:
                return fleet, instance
            tried.add(fleet)

    def _choose(self, target_variant: str | None, tried: set[VariantFleet]) -> VariantFleet | None:
        if target_variant is None and not tried:
            sums, fleets = self._table
        else:
            shares = self._shares
            if target_variant is not None:
                # A target is served whatever its weight.
                shares = tuple(share for share in shares if share.fleet.name == target_variant)
                if not shares:
                    raise UnknownVariantError(target_variant)
            left = tuple(share for share in shares if share.fleet not in tried)
            sums, fleets = _table(left, weighted=target_variant is None)
        if not fleets:
            return None
        return fleets[min(bisect_right(sums, self._random.random() * sums[-1]), len(fleets) - 1)]


def _table(shares: Sequence[Share], weighted: bool = True) -> tuple[Sequence[float], Sequence[VariantFleet]]:
    """Running sums of the weights and the fleets that they belong to; fleets without traffic are left out."""
    weights = [(share.weight if weighted else share.fraction, share.fleet) for share in shares]
    taking = [(weight, fleet) for weight, fleet in weights if weight > 0]
    return tuple(itertools.accumulate(weight for weight, _ in taking)), tuple(fleet for _, fleet in taking)
