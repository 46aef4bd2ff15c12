"""The console that tables are printed with: nothing of what it prints is taken for markup."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console


def plain_console(out: TextIO, width: int, colour: bool) -> Console:
    """Writes to `out`, `width` columns, in colours only where `out` takes them."""
    return Console(
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
