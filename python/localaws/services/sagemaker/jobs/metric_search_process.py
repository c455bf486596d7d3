"""The process of `metric_search`: reads a list of expressions, then lines, each as JSON.

For each line it writes, for each expression that is left, the text of its first group, null where the line has none,
and false where the expression took too long and is given up.  It ends with its standard input.
"""

from __future__ import annotations

import json
import re
import signal
import sys
from types import FrameType

_LONGEST_VALUE = 1000


class _TooSlow(Exception):
    """The expression has used up its time."""


def _give_up(number: int, frame: FrameType | None) -> None:
    raise _TooSlow


def _search(expression: re.Pattern[str], line: str, seconds: float) -> str | bool | None:
    try:
        # Of the processor's time, so that a busy machine changes nothing.  Matching looks for signals now and then.
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
        # The log agent writes a tab as #011.
        found = expression.search(line.replace("\t", "#011")) or expression.search(line)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    except _TooSlow:
        return False
    return found[1][:_LONGEST_VALUE] if found and found[1] is not None else None


def main() -> None:
    """Search until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGVTALRM, _give_up)
    seconds = float(sys.argv[1])
    expressions = [re.compile(text) for text in json.loads(sys.stdin.readline())]
    for message in sys.stdin:
        line = json.loads(message)
        for expression in list(expressions):
            found = _search(expression, line, seconds)
            if found is False:
                expressions.remove(expression)
            print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
