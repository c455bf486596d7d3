"""The resources of an action, from the members of a request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import chain, islice

from localaws.iam.actions.arns import Account, Format
from localaws.iam.actions.call import Call
from localaws.iam.actions.mapping import ServiceMapping
from localaws.iam.actions.parameters import texts
from localaws.iam.actions.reference import Action, Reference

__all__ = ["MAX_NEEDS", "Resources"]

MAX_NEEDS = 1000
"""Resources and roles in one request; AWS's own limits, of each operation, are 100 or fewer."""
_ACCOUNT_ID = re.compile(r"\d{12}")


@dataclass
class Resources:
    """Finds the resources that one request names."""

    reference: Reference
    mapping: ServiceMapping
    call: Call
    account: Account

    def of(self, action: Action) -> tuple[str, ...]:
        """The ARNs: of every required type, and of others where the request names one; `*` where there is none."""
        found: list[str] = []
        for name, required in action.resources.items():
            form = Format.read(self.mapping.formats.get(name) or self.reference.resources[name])
            each = chain(self._by_arn(form), self._by_name(form, sole=len(action.resources) == 1))
            named = list(islice(each, MAX_NEEDS + 1))
            if required and not named:
                named = [*self._resource_arn, form.fill(self._owner, self._known(form))][:1]
            found += named
        if action.resources and not found:
            found += self._resource_arn
        return tuple(dict.fromkeys(found)) or ("*",)

    @cached_property
    def _members(self) -> Mapping[str, tuple[str, ...]]:
        """Names in lower case, each with those of the request: whichever of two a service reads is then decided."""
        found: dict[str, tuple[str, ...]] = {}
        for name in self.call.parameters:
            found[name.lower()] = (*found.get(name.lower(), ()), name)
        return found

    @cached_property
    def _arns(self) -> tuple[str, ...]:
        """The values of members of which the name says that they hold ARNs."""
        names = [name for name in self.call.parameters if name.lower().endswith(("arn", "arns", "arnlist"))]
        return texts(self.call.parameters, *names)

    @cached_property
    def _resource_arn(self) -> tuple[str, ...]:
        """What an operation on resources of any type names, if it is of an unknown type; it stays as it is."""
        return texts(self.call.parameters, *self._members.get("resourcearn", ()))

    @cached_property
    def _owner(self) -> Account:
        named = texts(self.call.parameters, self.mapping.owner) if self.mapping.owner else ()
        known = next((account for account in named if _ACCOUNT_ID.fullmatch(account)), None)
        return replace(self.account, account_id=known) if known else self.account

    def _by_arn(self, form: Format) -> Iterator[str]:
        return (arn for arn in self._arns if form.matches(arn))

    def _by_name(self, form: Format, *, sole: bool) -> Iterator[str]:
        """The format filled once for each value of its last placeholder; nothing where the request has none."""
        if not form.placeholders:
            return
        last = form.placeholders[-1]
        values = self._values(last, sole)
        whole = self.mapping.arns.get(last)
        known = self._known(form) if values else {}
        for value in values:
            if whole:
                yield whole(value, self._owner)
            else:
                yield value if value.startswith("arn:") else form.fill(self._owner, {**known, last: value})

    def _known(self, form: Format) -> dict[str, str]:
        """What the request tells of the format but its last placeholder; of two names, none is taken."""
        known = dict(self.mapping.defaults)
        for name in form.placeholders[:-1]:
            if values := self._values(name, sole=False):
                known[name] = values[0] if len(values) == 1 else "*"
        return known

    def _values(self, placeholder: str, sole: bool) -> tuple[str, ...]:
        same = [path for name in _same(placeholder, sole) for path in self._members.get(name, ())]
        paths = (*self.mapping.members.get(placeholder, ()), *same)
        if not paths:
            return ()
        taken = self.mapping.names.get(placeholder, str)
        return tuple(dict.fromkeys(taken(value) for value in texts(self.call.parameters, *paths) if value))


@cache
def _same(placeholder: str, sole: bool) -> tuple[str, ...]:
    """The names, in lower case, of members that hold a placeholder's value; `name` where it can be no other's."""
    lower = placeholder.lower()
    return (lower, f"{lower}s", *(("name", "names") if sole and lower.endswith("name") else ()))
