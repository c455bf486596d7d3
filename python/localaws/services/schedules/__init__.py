"""When something is due: at(), rate() and cron() expressions, and which schedules have become due."""

from __future__ import annotations

from localaws.services.schedules.due import Due, DueTimes, Rule
from localaws.services.schedules.expressions import Expression, InvalidExpression, parse

__all__ = ["Due", "DueTimes", "Expression", "InvalidExpression", "Rule", "parse"]
