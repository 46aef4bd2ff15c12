"""When sweeps may ask: windows of the week in a time zone, and the file that stops them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, StringConstraints

from scope.fields import Table

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FORM: Final = re.compile(
    r"(?:(?P<days>[A-Za-z]{3}(?:[-,][A-Za-z]{3})*)\s+)?(?P<begin>\d\d:\d\d)\s*-\s*(?P<end>\d\d:\d\d)"
)
_MINUTE: Final = timedelta(minutes=1)
_HOUR_MINUTES: Final = 60
_DAY_MINUTES: Final = 24 * _HOUR_MINUTES
# A week and a day: each window opens within it.
_LOOK_AHEAD_DAYS: Final = 8
# Minutes that an opening is sought after its time on the clock: where clocks go forward, by an hour and in one place
# by half of one, that time may not exist.
_LONGEST_GAP: Final = 120


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of the clock on some days of the week.

    Attributes:
        days: 0 for Monday; those on which it begins.
        begin, end: minutes of the day, the end not included; an end that is not after the begin is the next day's.
    """

    days: frozenset[int]
    begin: int
    end: int

    @property
    def minutes(self) -> int:
        """Its length by the clock."""
        return self.end - self.begin if self.end > self.begin else self.end - self.begin + _DAY_MINUTES

    def holds(self, local: datetime) -> bool:
        """Is this time on the clock inside?"""
        minute = local.hour * 60 + local.minute
        return any(
            (local.weekday() - back) % 7 in self.days
            and self.begin <= minute + back * _DAY_MINUTES < self.begin + self.minutes
            for back in (0, 1)
        )


@lru_cache(maxsize=256)
def parse_window(text: str) -> Window:
    """`Mon-Fri 20:00-06:00`, `Sat,Sun 00:00-24:00`, `22:00-05:00` (every day).

    Raises:
        ValueError: it is something else.
    """
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise ValueError("not a window of time")
    begin, end = _minute(found["begin"]), _minute(found["end"])
    if begin == _DAY_MINUTES:
        raise ValueError("a window begins at 23:59 at the latest")
    if begin == end:
        raise ValueError("begins when it ends; a whole day is 00:00-24:00")
    return Window(frozenset(_days(found["days"])), begin, end)


def _minute(text: str) -> int:
    hours, minutes = map(int, text.split(":"))
    total = hours * 60 + minutes
    if minutes >= _HOUR_MINUTES or total > _DAY_MINUTES:
        raise ValueError(f"{text} is no time of day")
    return total


def _days(text: str | None) -> Iterator[int]:
    if text is None:
        yield from range(7)
        return
    for part in text.lower().split(","):
        first, _, last = part.partition("-")
        if first not in _DAYS or (last and last not in _DAYS):
            raise ValueError("days are Mon, Tue, Wed, Thu, Fri, Sat, Sun")
        begin = _DAYS.index(first)
        until = _DAYS.index(last) if last else begin
        yield from ((begin + step) % 7 for step in range((until - begin) % 7 + 1))


def _window_text(value: str) -> str:
    parse_window(value)
    return value


def _zone_name(value: str) -> str:
    zone_of(value)
    return value


def zone_of(name: str) -> tzinfo:
    """The time zone of this name.

    Raises:
        ValueError: there is none, or this machine has no data of time zones.
    """
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("no time zone that this machine knows (its package tzdata)") from None


WindowText = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_window_text)]


class Schedule(Table):
    """When sweeps may run. No windows: at any time."""

    windows: tuple[WindowText, ...] = ()
    timezone: Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_zone_name)] = "UTC"
    stop_file: Path | None = None

    def is_open(self, now: datetime, windows: Sequence[str] = ()) -> bool:
        """May anything be asked at this time?

        Args:
            now: aware.
            windows: a target's own, which stand in place of the schedule's.
        """
        chosen = windows or self.windows
        local = now.astimezone(zone_of(self.timezone))
        return not chosen or any(parse_window(text).holds(local) for text in chosen)

    def next_opening(self, now: datetime, windows: Sequence[str] = ()) -> datetime:
        """When a window opens next, UTC; now where one is open."""
        if self.is_open(now, windows):
            return now
        zone = zone_of(self.timezone)
        chosen = [parse_window(text) for text in windows or self.windows]
        today = now.astimezone(zone).date()
        openings = [
            opening
            for step in range(-1, _LOOK_AHEAD_DAYS + 1)
            for window in chosen
            if (day := today + timedelta(days=step)).weekday() in window.days
            for opening in _openings(window, day, zone)
            if opening > now and self.is_open(opening, windows)
        ]
        return min(openings)


def _openings(window: Window, day: date, zone: tzinfo) -> Iterator[datetime]:
    """Where the window's first minute lies on this day: twice where clocks go back, later where it does not exist."""
    clock = datetime.combine(day, time(window.begin // 60, window.begin % 60))
    for fold in (0, 1):
        moment = clock.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        for step in range(_LONGEST_GAP):
            if window.holds((moment + step * _MINUTE).astimezone(zone)):
                yield moment + step * _MINUTE
                break
