"""A terminal in memory: what it shows after the control sequences in a text have been carried out."""

from __future__ import annotations

import io
import re

__all__ = ["Terminal"]

_SEQUENCE = re.compile(r"\x1b\[(\??)([0-9;]*)([A-Za-z])")


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True

    def screen(self) -> list[str]:
        """The lines that are shown, empty ones left out."""
        lines, row, column, at = [""], 0, 0, 0
        text = self.getvalue()
        while at < len(text):
            if found := _SEQUENCE.match(text, at):
                at = found.end()
                if found[3] == "A":
                    row -= int(found[2] or 1)
                elif found[3] == "K":
                    assert found[2] == "2", found[0]
                    lines[row] = ""
                else:
                    assert found[3] == "m" or (found[1], found[2]) == ("?", "25"), f"unknown sequence {found[0]!r}"
                continue
            character, at = text[at], at + 1
            if character == "\r":
                column = 0
            elif character == "\n":
                row, column = row + 1, 0
                lines += [""] * (row + 1 - len(lines))
            else:
                lines[row] = lines[row][:column].ljust(column) + character + lines[row][column + 1 :]
                column += 1
        return [line.rstrip() for line in lines if line.strip()]

    @property
    def cursor_is_shown(self) -> bool:
        """Whether the cursor was given back."""
        return self.getvalue().rfind("\x1b[?25h") >= self.getvalue().rfind("\x1b[?25l")
