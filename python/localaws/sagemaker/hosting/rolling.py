"""Rolling updates: instance by instance instead of fleet by fleet."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from localaws.sagemaker.hosting.endpoint import HostedEndpoint
from localaws.sagemaker.hosting.generation import Generation
from localaws.sagemaker.hosting.watch import Watch

__all__ = ["roll"]


def roll(endpoint: HostedEndpoint, old: Generation, new: Generation, policy: Mapping[str, Any], watch: Watch) -> None:
    """Replace the old generation in batches: new instances, their share of traffic, time to bake, old instances go.

    Raises HostingFailure and RolledBack; what has moved is then for the caller to move back.
    """
    most = max(fleet.count for fleet in new.production)
    size = policy["MaximumBatchSize"]
    batch = size["Value"] if size["Type"] == "INSTANCE_COUNT" else math.ceil(most * size["Value"] / 100)
    steps = math.ceil(most / max(1, batch))
    watch.check()
    targets = {fleet: fleet.count for fleet in new.fleets}
    for step in range(1, steps + 1):
        part = step / steps
        for fleet, count in targets.items():
            wanted = max(1, math.ceil(count * part))
            if fleet.started:
                fleet.scale(wanted)
            else:
                fleet.count = wanted
                fleet.start()
                fleet.count = count
        if step == 1:
            endpoint.capture(new)
        new.enter("ActivatingTraffic", f"Turning on {part:.0%} of traffic for the production variant.")
        endpoint.router.route([*old.shares(1 - part), *new.shares(part)])
        endpoint.publish()
        new.enter("Baking", "Waiting period to monitor the CloudWatch alarms in the automatic rollback configuration.")
        endpoint.publish()
        watch.bake(policy["WaitIntervalInSeconds"])
        for fleet in old.fleets:
            # The last of the old instances go when the update has succeeded.
            left = max(1, math.floor(fleet.count * (1 - part)))
            if left < len(fleet.instances):
                fleet.scale(left)
