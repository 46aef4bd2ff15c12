"""Tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as they need to be; the first and the last on the left, the others on the right."""
    widths = [max(len(row[place]) for row in (heads, *rows)) for place in range(len(heads))]
    last = len(heads) - 1

    def line(row: Sequence[str]) -> str:
        cells = [
            cell.ljust(width) if place in {0, last} else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return "  ".join(cells).rstrip()

    return "\n".join((line(heads), "  ".join("-" * width for width in widths), *map(line, rows)))


def share(value: float | None) -> str:
    """A share in per cent; a dash where there is none."""
    return "-" if value is None else f"{value:.1%}"


def number(value: float | None, digits: int = 0) -> str:
    """A number with thousands set apart; a dash where there is none."""
    return "-" if value is None else f"{value:,.{digits}f}"
