"""Sizes and times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

_UNITS: Final = ("B", "kB", "MB", "GB", "TB")
# From here on digits behind the point say nothing.
_ROUND: Final = 100
_STEP: Final = 1000
_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400


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


def lasting(seconds: float) -> str:
    """A length of time in two units at most."""
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE:02} s"
    if whole < _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02} min"
    return f"{whole // _DAY} d {whole % _DAY // _HOUR} h"


def about(seconds: float) -> str:
    """A length of time that is only estimated, in one unit."""
    for unit, length in (("d", _DAY), ("h", _HOUR), ("min", _MINUTE)):
        if seconds >= 2 * length:
            return f"about {round(seconds / length)} {unit}"
    return "about a minute" if seconds >= _MINUTE / 2 else "less than a minute"
