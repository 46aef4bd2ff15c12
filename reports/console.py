"""The console that tables are printed with: nothing of what it prints is taken for markup."""

from __future__ import annotations

import errno
import os
from typing import TextIO

from rich.console import Console


class PipeConsole(Console):
    """Lets whoever called it hear that the reader of its output has gone; rich ends the program as for a fault."""

    def on_broken_pipe(self) -> None:
        """Called by rich."""
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


def plain_console(out: TextIO, width: int, colour: bool) -> Console:
    """Writes to `out`, `width` columns, in colours only where `out` takes them."""
    return PipeConsole(
        file=out,
        width=width,
        color_system="standard" if colour else None,
        force_terminal=colour,
        markup=False,
        highlight=False,
        emoji=False,
        legacy_windows=False,
        _environ={},
    )
