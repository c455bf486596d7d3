"""Lines of text that stay, above lines that are drawn anew on a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TextIO

__all__ = ["Live"]

_COLOURS = {"Completed": "32", "Succeeded": "32", "Failed": "31", "Stopped": "33"}
_ERASE_LINE = "\x1b[2K"


class Live:
    """Writes to a terminal, with colours and lines that change, or to anything else, plainly.

    Args:
        out: where to.
        columns: the terminal's width; 40 at least.
    """

    def __init__(self, out: TextIO, columns: int) -> None:
        self._out = out
        self._drawn = 0  # lines of the block that the next snapshot redraws
        self.columns = max(columns, 40)
        self.terminal = out.isatty()

    def wipe(self) -> None:
        """Takes the block that was drawn last off the terminal."""
        for _ in range(self._drawn):
            self._out.write("\x1b[1A" + _ERASE_LINE)
        self._drawn = 0

    def line(self, text: str) -> None:
        """A line that stays."""
        self._out.write(text + "\n")

    def ended(self, row: str, status: str, reason: str | None, indent: int) -> None:
        """The row of something that has ended, coloured by its status, and under it why it failed."""
        colour = _COLOURS.get(status)
        if self.terminal and colour:
            row = row.replace(status, f"\x1b[{colour}m{status}\x1b[0m", 1)
        self.line(row)
        if reason:
            lead = " " * indent
            self.line(textwrap.fill(reason, self.columns - 1, initial_indent=lead, subsequent_indent=lead))

    def draw(self, lines: Sequence[str]) -> None:
        """The block that the next snapshot takes away, each line cut to the width; nothing but on a terminal."""
        if self.terminal:
            for line in lines:
                self.line(line[: self.columns - 1])
            self._drawn = len(lines)
        self._out.flush()

    def close(self) -> None:
        """Leaves the block on the screen as it is."""
        self._drawn = 0
        self._out.flush()
