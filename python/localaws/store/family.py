"""One kind of resource: what its API calls it, and how it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from localaws.api.errors import AwsError

__all__ = ["Family", "Refusal"]


@dataclass(frozen=True)
class Refusal:
    """An error name and a wording; `{name}` and `{arn}` are filled in."""

    code: str
    text: str

    def error(self, name: str, arn: str) -> AwsError:
        return AwsError(self.code, self.text.format(name=name, arn=arn))


@dataclass(frozen=True)
class Family:
    """One kind of resource.

    `stem` begins the names of its members (`{stem}Name`, `{stem}Arn`, `{stem}Status`); empty: the kind does.  `equals`
    maps a request member of the list operation to the described member that it must equal, and `summary` a member of
    the list's summaries to the described one where their names differ: both as a path, `Input.EndpointName`.  `named`
    is False where the describe response does not always have a `{stem}Name` member.
    """

    kind: str
    arn_type: str
    list_operation: str
    missing: Refusal
    duplicate: Refusal
    sort_order: str = "Descending"
    equals: Mapping[str, str] = field(default_factory=dict)
    summary: Mapping[str, str] = field(default_factory=dict)
    stem: str = ""
    named: bool = True

    @property
    def name_member(self) -> str:
        return f"{self.stem or self.kind}Name"

    @property
    def arn_member(self) -> str:
        return f"{self.stem or self.kind}Arn"

    @property
    def status_member(self) -> str:
        return f"{self.stem or self.kind}Status"

    def arn(self, partition: str, region: str, account_id: str, name: str) -> str:
        return f"arn:{partition}:sagemaker:{region}:{account_id}:{self.arn_type}/{name}"
