"""Looks for the student's resource of a kind, in an account with those of many students."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from mlops.validate.account import Account
from mlops.validate.naming import contains, is_fixed, owners
from mlops.validate.results import CheckFailed, NotOwnedError, Result

__all__ = ["MAX_UNNAMED", "Listing", "find"]

MAX_UNNAMED = 200  # resources whose names do not contain the student's id, newest first, that are described


@dataclass(frozen=True)
class Listing:
    """A SageMaker list call.

    Args:
        noun: what it lists, for messages.
        operation: the call.
        key: the member of its answer with the summaries.
        prefix: what the members of a summary begin with, e.g. ``TransformJob`` of ``TransformJobName``.
        done: the status that counts, for kinds of which others need not be described.
    """

    noun: str
    operation: str
    key: str
    prefix: str
    done: str | None = None

    def name(self, summary: dict[str, Any]) -> str:
        """The name in a summary."""
        return str(summary[f"{self.prefix}Name"])

    def arn(self, summary: dict[str, Any]) -> str:
        """The ARN in a summary."""
        return str(summary[f"{self.prefix}Arn"])


def find(
    account: Account, listing: Listing, examine: Callable[[dict[str, Any]], Result], remedy: str, **filters: Any
) -> Result:
    """The result of the first resource of the student that passes, newest first.

    Resources with the student's id in their names are examined first, then the others. ``examine`` raises
    ``NotOwnedError`` for what is not the student's, and ``CheckFailed`` for what is, and does not satisfy.

    Raises:
        CheckFailed: nothing passes; the failure of the newest resource of the student, or that there is none.
    """
    failures: list[CheckFailed] = []
    conflicts: list[str] = []
    for summary in _candidates(account, listing, filters):
        try:
            account.ownership.check_tag(listing.name(summary), listing.arn(summary))
            return examine(summary)
        except CheckFailed as failed:
            failures.append(failed)
        except NotOwnedError as other:
            conflicts += [str(other)] if str(other) else []
        except ClientError:  # deleted since it was listed
            continue
    if failures:
        raise failures[0]
    why = f": {'; '.join(conflicts[:3])}" if conflicts else ""
    raise CheckFailed(f"no {listing.noun} of {account.student_id} was found{why}", remedy)


def _candidates(account: Account, listing: Listing, filters: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Summaries, newest first: of names made of the id, then with the id in them, then ``MAX_UNNAMED`` of the rest."""
    newest_first = {"SortBy": "CreationTime", "SortOrder": "Descending"}
    request = filters | newest_first
    student = account.student_id
    named = [
        summary
        for summary in account.every("sagemaker", listing.operation, listing.key, NameContains=student, **request)
        if contains(student, listing.name(summary)) and not _is_another_s(account, listing.name(summary))
    ]
    yield from sorted(named, key=lambda summary: student not in owners(listing.name(summary)))
    done = {} if listing.done is None else {"StatusEquals": listing.done}
    others = account.every("sagemaker", listing.operation, listing.key, **request, **done)
    unnamed = (
        summary
        for summary in others
        if not contains(student, listing.name(summary)) and not _is_another_s(account, listing.name(summary))
    )
    yield from itertools.islice(unnamed, MAX_UNNAMED)


def _is_another_s(account: Account, name: str) -> bool:
    """Whether the assessment fixes the name for another student."""
    return is_fixed(name) and account.ownership.is_named_for_another(name)
