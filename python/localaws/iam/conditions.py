"""The Condition element of a policy statement.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from localaws.iam.patterns import Context, arn_matches, equals, fill, glob_matches

__all__ = ["Condition", "UnknownOperatorError"]

Test = Callable[[str, str], bool]
"""Compares the policy's value (variables filled in) with the request's."""


class UnknownOperatorError(ValueError):
    """A condition operator that IAM does not have; the message is its name."""


def _ignoring_case(wanted: str, given: str) -> bool:
    return equals(wanted.casefold(), given.casefold())


def _number(compare: Callable[[Decimal, Decimal], bool]) -> Test:
    def test(wanted: str, given: str) -> bool:
        try:
            return compare(_decimal(given), _decimal(wanted))
        except InvalidOperation:
            return False

    return test


def _decimal(text: str) -> Decimal:
    # Python also reads 1_000 and the digits of other scripts.
    return Decimal(text if text.isascii() and "_" not in text else "not a number")


def _moment(text: str) -> datetime:
    """An ISO 8601 date or time, or seconds since 1970; raises ValueError."""
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except ValueError:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _date(compare: Callable[[datetime, datetime], bool]) -> Test:
    def test(wanted: str, given: str) -> bool:
        try:
            return compare(_moment(given), _moment(wanted))
        except (ValueError, OverflowError):
            return False

    return test


def _bool(wanted: str, given: str) -> bool:
    return wanted.lower() in ("true", "false") and wanted.lower() == given.lower()


def _binary(wanted: str, given: str) -> bool:
    try:
        return base64.b64decode(wanted, validate=True) == base64.b64decode(given, validate=True)
    except binascii.Error:
        return False


def _address(wanted: str, given: str) -> bool:
    try:
        return ipaddress.ip_address(given) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False


# Operator → its test and whether it is negated: a negated one holds where no value of the policy matches.
_OPERATORS: dict[str, tuple[Test, bool]] = {
    "stringequals": (equals, False),
    "stringnotequals": (equals, True),
    "stringequalsignorecase": (_ignoring_case, False),
    "stringnotequalsignorecase": (_ignoring_case, True),
    "stringlike": (glob_matches, False),
    "stringnotlike": (glob_matches, True),
    "numericequals": (_number(operator.eq), False),
    "numericnotequals": (_number(operator.eq), True),
    "numericlessthan": (_number(operator.lt), False),
    "numericlessthanequals": (_number(operator.le), False),
    "numericgreaterthan": (_number(operator.gt), False),
    "numericgreaterthanequals": (_number(operator.ge), False),
    "dateequals": (_date(operator.eq), False),
    "datenotequals": (_date(operator.eq), True),
    "datelessthan": (_date(operator.lt), False),
    "datelessthanequals": (_date(operator.le), False),
    "dategreaterthan": (_date(operator.gt), False),
    "dategreaterthanequals": (_date(operator.ge), False),
    "bool": (_bool, False),
    "binaryequals": (_binary, False),
    "ipaddress": (_address, False),
    "notipaddress": (_address, True),
    # ArnEquals takes wildcards as ArnLike does.
    "arnequals": (arn_matches, False),
    "arnlike": (arn_matches, False),
    "arnnotequals": (arn_matches, True),
    "arnnotlike": (arn_matches, True),
}


@dataclass(frozen=True)
class Condition:
    """One operator, one key, and the values of which one must match (or, for a negated operator, none).

    `operator` and `quantifier` (`forallvalues`, `foranyvalue` or empty) are in lower case, as is `key`; `if_exists`
    tells whether a request without the key fulfils the condition.
    """

    operator: str
    quantifier: str
    if_exists: bool
    key: str
    values: tuple[str, ...]

    @classmethod
    def parse(cls, name: str, key: str, values: tuple[str, ...]) -> Condition:
        """Raises UnknownOperatorError for an operator that IAM does not have."""
        quantifier, _, operator = name.lower().rpartition(":")
        plain = operator.removesuffix("ifexists")
        known = plain in _OPERATORS or operator == "null"
        if not known or quantifier not in ("", "forallvalues", "foranyvalue"):
            raise UnknownOperatorError(name)
        return cls(plain, quantifier, plain != operator, key.lower(), values)

    @property
    def _takes_variables(self) -> bool:
        """Only operators of texts and ARNs do; others take `${…}` for a text that is no number, date, ….

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
        """
        return self.operator.startswith(("string", "arn"))

    def holds(self, context: Context, variables: bool) -> bool:
        """Whether the request fulfils the condition; `variables`: whether the policy's version knows them."""
        given = context.get(self.key, ())
        if self.operator == "null":
            return any(value.lower() == ("false" if given else "true") for value in self.values)
        test, negated = _OPERATORS[self.operator]
        if not given:
            return self.if_exists or self.quantifier == "forallvalues" or (negated and not self.quantifier)
        filled = [fill(value, context) if variables and self._takes_variables else value for value in self.values]
        wanted = [value for value in filled if value is not None]
        each = [any(test(value, one) for value in wanted) is not negated for one in given]
        # Without a set operator a negated operator must hold for every value that the request has.
        every = self.quantifier == "forallvalues" or (negated and not self.quantifier)
        return all(each) if every else any(each)
