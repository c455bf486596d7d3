"""One deployed endpoint configuration: the fleets of its variants."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from localaws.services.sagemaker.inference.fleet import VariantFleet
from localaws.services.sagemaker.inference.logs import EndpointLog
from localaws.services.sagemaker.inference.router import Share
from localaws.services.sagemaker.inference.served_model import served_model

if TYPE_CHECKING:
    from localaws.account import Account

__all__ = ["Generation"]

_numbers = itertools.count(1)


class Generation:
    """The fleets of one configuration's production variants (`config`: DescribeEndpointConfig's shape).

    Raises AWS's refusal where a model has gone.
    """

    def __init__(
        self,
        stack: Account,
        endpoint: str,
        config: Mapping[str, Any],
        log: EndpointLog,
        on_change: Callable[[], None],
    ) -> None:
        self.config = config
        self.since = stack.clock()
        self._stack = stack
        self.enter("Creating", "Creating inference resources for the production variant.")
        directory = stack.work_dir / "endpoints" / endpoint / str(next(_numbers))

        def fleet(variant: Mapping[str, Any]) -> VariantFleet:
            return VariantFleet(
                stack,
                endpoint,
                variant,
                served_model(stack, variant["ModelName"]),
                log,
                directory / variant["VariantName"],
                float(variant.get("InitialVariantWeight", 1.0)),
                int(variant.get("InitialInstanceCount", 1)),
                on_change=on_change,
            )

        self.fleets = [fleet(variant) for variant in config["ProductionVariants"]]

    @property
    def config_name(self) -> str:
        return str(self.config["EndpointConfigName"])

    def fleet(self, variant_name: str) -> VariantFleet | None:
        """The fleet of the variant of that name."""
        return next((fleet for fleet in self.fleets if fleet.name == variant_name), None)

    def enter(self, status: str, message: str) -> None:
        """The deployment stage that VariantStatus shows."""
        self.stage, self.stage_since = (status, message), self._stack.clock()

    def start(self) -> None:
        """Bring every variant into service; raises HostingFailure, and then nothing of it runs."""
        try:
            with ThreadPoolExecutor(len(self.fleets), "start-variant") as pool:
                for started in [pool.submit(fleet.start) for fleet in self.fleets]:
                    started.result()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Drain and end every variant."""
        with ThreadPoolExecutor(len(self.fleets), "stop-variant") as pool:
            list(pool.map(VariantFleet.stop, self.fleets))

    def shares(self, fraction: float = 1.0) -> list[Share]:
        """Every variant, together with that fraction of the endpoint's traffic."""
        return [Share(fleet, fraction, self.fleets) for fleet in self.fleets]
