"""What moto's CloudWatch Logs does not do: search the streams with a prefix alone, and return events by their times."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["filter_by_prefix"]


def filter_by_prefix() -> None:
    """Make FilterLogEvents read `logStreamNamePrefix`, without which it returns the events of every other job."""
    from moto.logs.responses import LogsResponse as Responses

    search = Responses.filter_log_events

    def filter_log_events(self: Any) -> str:
        asked = {**json.loads(self.body), "interleaved": True}  # AWS ignores the member and always sorts
        group = self.logs_backend.groups.get(asked["logGroupName"])
        prefix = asked.get("logStreamNamePrefix")
        if group and prefix:
            asked["logStreamNames"] = [name for name in group.streams if name.startswith(prefix)]
            if not asked["logStreamNames"]:  # moto takes an empty list for all
                return json.dumps({"events": [], "searchedLogStreams": []})
        self.body = json.dumps(asked)
        return str(search(self))

    setattr(Responses, "filter_log_events", filter_log_events)  # noqa: B010 (mypy forbids to assign a method)
