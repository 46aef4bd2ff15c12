"""Sizes and times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

_UNITS: Final = ("B", "kB", "MB", "GB", "TB")
# From here on digits behind the point say nothing.
_ROUND: Final = 100
_STEP: Final = 1000


def size(count: int | None) -> str:
    """Bytes, in the largest unit that leaves a whole part."""
    if count is None:
        return "?"
    amount, step = float(count), 0
    while amount >= _STEP and step < len(_UNITS) - 1:
        amount, step = amount / _STEP, step + 1
    return f"{amount:.{0 if step == 0 or amount >= _ROUND else 1}f} {_UNITS[step]}"


def moment(time: datetime | None) -> str:
    """A time in UTC, to the minute."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M}" if time else "?"


def counted(count: int, one: str, more: str = "") -> str:
    """A number with its noun."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"
