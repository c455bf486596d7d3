"""What was decided about the requests of roles: what each role used, and what it was denied.

An entry has what a decision took from the request, so the same requests can be decided again by other policies.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, OrderedDict, deque
from dataclasses import dataclass
from typing import Any

from localaws.iam.evaluate import Access, Decision
from localaws.iam.principal import Principal

__all__ = ["DecisionLog", "Denial", "Use"]

_MOST_USES, _MOST_DENIALS, _MOST_OPERATIONS = 20_000, 500, 5_000
# Every request brings its own of these; which they were does not matter to the next one.
_OF_THE_MOMENT = frozenset(
    {"aws:currenttime", "aws:epochtime", "aws:useragent", "aws:referer", "s3:x-amz-content-sha256"}
)
Keys = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Use:
    """A role's use of one action on one resource; `context` are the condition keys that the request had."""

    role_arn: str
    action: str
    resource: str
    context: Keys


@dataclass(frozen=True)
class Denial:
    """One refusal.  `at` is seconds since the epoch, `outcome` and `kind` are the decision's (see `evaluate`)."""

    at: float
    principal_arn: str
    use: Use
    outcome: str
    kind: str


class DecisionLog:
    """The decisions of a stack: each use once with how often it was allowed, and the latest denials."""

    def __init__(self) -> None:
        self._uses: OrderedDict[Use, int] = OrderedDict()
        self._denials: deque[Denial] = deque(maxlen=_MOST_DENIALS)
        self._operations: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def count(self, service: str, operation: str) -> None:
        """Count a call of an operation by any principal (S3's operations count as one)."""
        with self._lock:
            self._operations[service, operation] += 1
            if len(self._operations) > _MOST_OPERATIONS:
                del self._operations[service, operation]

    def add(self, principal: Principal, access: Access, decision: Decision) -> None:
        """Record what was decided about a request of a role's session; others' requests are not kept."""
        if principal.kind != "assumed-role":
            return
        keys = tuple(sorted((key, value) for key, value in access.context.items() if key not in _OF_THE_MOMENT))
        use = Use(principal.role_arn or principal.arn, access.action, access.resource, keys)
        with self._lock:
            if not decision.allowed:
                self._denials.append(Denial(time.time(), principal.arn, use, decision.outcome, decision.kind))
                return
            self._uses[use] = self._uses.get(use, 0) + 1
            self._uses.move_to_end(use)
            if len(self._uses) > _MOST_USES:
                self._uses.popitem(last=False)

    def document(self) -> dict[str, list[dict[str, Any]]]:
        """Everything recorded, oldest first, as JSON can hold it."""
        with self._lock:
            uses, denials, called = list(self._uses.items()), list(self._denials), sorted(self._operations.items())
        return {
            "operations": [
                {"service": service, "operation": name, "count": count} for (service, name), count in called
            ],
            "uses": [{**_fields(use), "count": count} for use, count in uses],
            "denials": [
                {
                    **_fields(denial.use),
                    "at": denial.at,
                    "principal": denial.principal_arn,
                    "outcome": denial.outcome,
                    "kind": denial.kind,
                }
                for denial in denials
            ],
        }


def _fields(use: Use) -> dict[str, Any]:
    context = {key: list(values) for key, values in use.context}
    return {"role": use.role_arn, "action": use.action, "resource": use.resource, "context": context}
