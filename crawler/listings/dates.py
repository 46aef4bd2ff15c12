"""Times as listings print them, in whatever order and language; naive unless a zone stands there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from functools import lru_cache

from crawler.listings.months import month_of

# Longest text that a time is looked for in, characters: "Wednesday, September 30, 2015 11:59:59 PM GMT+01:00 (...)".
LONGEST_TIME = 120
# Two-digit years from here on are of the last century; file servers began with it.
_FIRST_SHORT_YEAR = 70

_NOT_IN_NUMBER = r"(?<![\d.,])"
_WORD = r"[^\W\d_]{3,12}"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_ANY_YEAR = r"(?P<year>(?:19|20)\d\d|\d\d)(?!\d)"
_MONTH = r"(?P<month>\d{1,2})"
_DAY = r"(?P<day>\d{1,2})(?!\d)"
_NAME = rf"(?P<name>{_WORD})\.?"
_CLOCK = re.compile(
    r"[\s,T@]*(?:\bat\b|\bum\b|\bà\b|[-–])?\s*(?P<before>[AaPp]\.?[Mm]\.?|오전|오후|上午|下午|午前|午後)?\s*"
    r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d)|h(?P<hminute>\d\d)|시\s?(?P<kminute>\d{1,2})분)(?:[:.](?P<second>\d\d))?(?:[.,]\d{1,9})?"
    r"\s*(?P<after>[AaPp]\.?[Mm]\b\.?)?"
)
_ZONE = re.compile(r"\s*(?P<zone>Z\b|UTC|GMT)?\s*(?P<offset>[+-]\d\d:?\d\d\b)?")
# `Feb 13 16:50:31 2021`, as ctime writes it.
_CTIME = re.compile(rf"(?P<name>{_WORD}) +(?P<day>\d{{1,2}}) (?P<clock>\d\d:\d\d:\d\d)(?: [A-Z]{{3,4}})? {_YEAR}(?!\d)")

# The one that stands first in a text is taken; numbers alone, of which any may be the day, are left to `_NUMBERS`.
_PATTERNS = (
    re.compile(rf"{_NOT_IN_NUMBER}{_YEAR}(?:[-/.]|\. ?){_MONTH}(?:[-/.]|\. ?){_DAY}\.?"),
    re.compile(rf"{_NOT_IN_NUMBER}{_YEAR}(?P<month>[01]\d)(?P<day>[0-3]\d)(?=[ T_-]?[0-2]\d:?[0-5]\d)"),
    re.compile(rf"{_NOT_IN_NUMBER}{_YEAR}[年년]\s*{_MONTH}[月월]\s*(?P<day>\d{{1,2}})[日일]"),
    re.compile(rf"{_NOT_IN_NUMBER}{_YEAR}[-/ .]{_NAME}[-/ .]{_DAY}"),
    re.compile(rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?(?:[-/]| de | )? ?{_NAME}(?:[-/,]| de | )? ?{_ANY_YEAR}"),
    re.compile(rf"(?<!\w){_NAME}(?:-| +)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:-|,? +){_ANY_YEAR}"),
)
_NUMBERS = re.compile(rf"{_NOT_IN_NUMBER}(?P<one>\d{{1,2}})(?P<sign>[-/.]) ?(?P<two>\d{{1,2}})(?P=sign) ?{_ANY_YEAR}")


class DayOrder(StrEnum):
    """What the first number of `03/04/2023` is."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


@dataclass(frozen=True, slots=True)
class FoundTime:
    """A time in a text.

    Attributes:
        value: naive where no zone stands there.
        start: where its text begins.
        end: where it ends.
    """

    value: datetime
    start: int
    end: int


def find_time(text: str, order: DayOrder | None = None) -> FoundTime | None:
    """The first time in a text of at most LONGEST_TIME characters; None where there is none that can be read.

    Args:
        text: any.
        order: how numbers alone are read where both readings are days; None: as their form suggests.
    """
    return None if len(text) > LONGEST_TIME else _find(text, order)


# Short texts alone are kept, so that no page can fill the memory; a listing has few days, and 1,440 minutes of each.
@lru_cache(maxsize=16_384)
def _find(text: str, order: DayOrder | None) -> FoundTime | None:
    if not any(map(str.isdigit, text)):
        return None
    found = _CTIME.search(text)
    if found is not None and month_of(found["name"]):
        clock = [int(part) for part in found["clock"].split(":")]
        return _made(found, found.end(), (int(found["year"]), month_of(found["name"]) or 0, int(found["day"])), clock)
    best: FoundTime | None = None
    for pattern in _PATTERNS:
        for found in pattern.finditer(text):
            time = _read(found, text)
            if time is not None:
                if best is None or time.start < best.start:
                    best = time
                break
    return best or _read_numbers(text, order)


def day_order(texts: list[str]) -> DayOrder | None:
    """How a column writes days, as its own values prove; None where none does."""
    for text in texts:
        found = _NUMBERS.search(text)
        if found is not None and (proof := _proven(int(found["one"]), int(found["two"]))):
            return proof
    return None


def _proven(one: int, two: int) -> DayOrder | None:
    months = 12
    if one > months >= two:
        return DayOrder.DAY_FIRST
    return DayOrder.MONTH_FIRST if two > months >= one else None


def _read(found: re.Match[str], text: str) -> FoundTime | None:
    groups = found.groupdict()
    month = month_of(groups["name"]) if groups.get("name") else int(groups["month"])
    return _with_clock(found, text, (_year(groups["year"]), month or 0, int(groups["day"])))


def _read_numbers(text: str, order: DayOrder | None) -> FoundTime | None:
    found = _NUMBERS.search(text)
    if found is None:
        return None
    one, two = int(found["one"]), int(found["two"])
    order = _proven(one, two) or order or _suggested(found, text)
    month, day = (two, one) if order is DayOrder.DAY_FIRST else (one, two)
    return _with_clock(found, text, (_year(found["year"]), month, day))


def _suggested(found: re.Match[str], text: str) -> DayOrder:
    """Points are written with the day first; so are all but the Americans' slashes, who write a clock of 12 hours."""
    clock = _CLOCK.match(text, found.end())
    american = clock is not None and clock["after"] is not None
    return DayOrder.MONTH_FIRST if american and found["sign"] != "." else DayOrder.DAY_FIRST


def _year(written: str) -> int:
    year = int(written)
    if len(written) > 2:  # noqa: PLR2004 - four digits
        return year
    return year + (1900 if year >= _FIRST_SHORT_YEAR else 2000)


def _with_clock(found: re.Match[str], text: str, day: tuple[int, int, int]) -> FoundTime | None:
    clock = _CLOCK.match(text, found.end())
    if clock is None:
        return _made(found, found.end(), day, [])
    hour = int(clock["hour"])
    half = (clock["before"] or clock["after"] or "").lower().replace(".", "")
    if half in ("pm", "오후", "下午", "午後"):
        hour = hour % 12 + 12
    elif half in ("am", "오전", "上午", "午前"):
        hour %= 12
    minute = int(clock["minute"] or clock["hminute"] or clock["kminute"])
    zone = _ZONE.match(text, clock.end())
    made = _made(found, clock.end(), day, [hour, minute, int(clock["second"] or 0)])
    if made is None:
        return _made(found, found.end(), day, [])
    if zone is None or zone.end() == clock.end() or not (zone["zone"] or zone["offset"]):
        return made
    return FoundTime(made.value.replace(tzinfo=_zone(zone["offset"])), made.start, zone.end())


def _zone(offset: str | None) -> timezone:
    if offset is None:
        return timezone.utc  # noqa: UP017 - a fixed offset like the others
    digits = offset[1:].replace(":", "")
    away = timedelta(hours=min(int(digits[:2]), 23), minutes=min(int(digits[2:]), 59))
    return timezone(-away if offset[0] == "-" else away)


def _made(found: re.Match[str], end: int, day: tuple[int, int, int], clock: list[int]) -> FoundTime | None:
    try:
        value = datetime(*day, *clock)  # type: ignore[arg-type]  # noqa: DTZ001 - naive until a zone is read
    except ValueError:
        return None
    return FoundTime(value, found.start(), end)
