"""Lines that stay, above lines that change on a terminal."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Self, TextIO

if TYPE_CHECKING:
    import rich.console
    import rich.live

__all__ = ["Live"]

_STYLES = {"Completed": "green", "Succeeded": "green", "Failed": "red", "Stopped": "yellow"}
_REFRESHES_PER_SECOND = 4
_MIN_COLUMNS = 40


class Live:
    """Writes to a terminal through rich, with colours and lines that change, or to anything else, plainly.

    Used in a ``with`` block, which leaves the changing lines as they are and gives the cursor back, after Ctrl-C too.

    Args:
        out: where to.
        columns: the terminal's width.
        refresh: whether the changing lines are evaluated anew several times a second.
    """

    def __init__(self, out: TextIO, columns: int, *, refresh: bool = True) -> None:
        self._out = out
        self._refresh = refresh
        self._rows: Callable[[], Sequence[str]] = tuple
        self._block: rich.live.Live | None = None
        self._console: rich.console.Console | None = None
        self.columns = max(columns, _MIN_COLUMNS)
        self.terminal = out.isatty() and os.environ.get("TERM") not in (None, "", "dumb", "unknown")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def line(self, text: str, status: str | None = None) -> None:
        """A line that stays; ``status`` is a part of it, which is coloured."""
        if not self.terminal:
            self._out.write(text + "\n")
            self._out.flush()
            return
        from rich.text import Text  # it takes a moment to import, and only a terminal needs it

        styled = Text(text, no_wrap=True, overflow="ignore")
        if status in _STYLES:
            at = text.index(status)
            styled.stylize(_STYLES[status], at, at + len(status))
        self._open_console().print(styled, soft_wrap=True)

    def ended(self, row: str, status: str, reason: str | None, indent: int) -> None:
        """The row of something that has ended, and under it why it failed."""
        self.line(row, status)
        if reason:
            lead = " " * indent
            for line in textwrap.wrap(reason, self.columns - 1, initial_indent=lead, subsequent_indent=lead):
                self.line(line)

    def draw(self, rows: Callable[[], Sequence[str]]) -> None:
        """The lines that change, in the place of the previous ones, each cut to the width; only on a terminal."""
        if not self.terminal:
            return
        if not rows():
            self._erase()
            return
        self._rows = rows
        if self._block is None:
            from rich.live import Live as Block

            self._block = Block(
                console=self._open_console(),
                get_renderable=self._render,
                auto_refresh=self._refresh,
                refresh_per_second=_REFRESHES_PER_SECOND,
                redirect_stdout=False,
                redirect_stderr=False,
                vertical_overflow="crop",
            )
            self._block.start()
        self._block.refresh()

    def close(self) -> None:
        """Leaves the changing lines on the screen as they are."""
        if self._block is not None:
            self._block.stop()
            self._block = None

    def _erase(self) -> None:
        if self._block is not None:
            self._block.transient = True
            self.close()

    def _render(self) -> rich.console.RenderableType:
        from rich.text import Text

        return Text("\n".join(row[: self.columns - 1] for row in self._rows()), no_wrap=True, overflow="crop")

    def _open_console(self) -> rich.console.Console:
        if self._console is None:
            from rich.console import Console

            self._console = Console(
                file=self._out, force_terminal=True, width=self.columns, highlight=False, markup=False, emoji=False
            )
        return self._console
