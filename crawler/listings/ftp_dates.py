"""Dates in lines of FTP listings: every order of day, month and year that servers write, months in many languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone

from crawler.listings.months import month_of

# A server's day may be ahead of ours by one, wherever it stands.
TOLERANCE = timedelta(days=1)
# Years that a file can be from: before it nothing had FTP, after it nothing is.
_FIRST_YEAR, _LAST_YEAR = 1970, 2100
# A leap day is at most so many years away (1896 to 1904).
_MOST_YEARS_BACK = 8
# Two digits are 19xx from here on (POSIX).
_PIVOT = 69
# What the bytes of a month's name may be where they are not UTF-8.
_OLD_CHARSETS = ("cp1252", "cp850", "cp1250", "cp1251", "koi8-r", "cp866", "iso8859-7", "cp1253", "cp1254", "cp1257")

_WORD = r"([^\s\d:;,./\\-]{2,10}+)"
_TIME = r"(\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?"
_END = r"(?=\s|$)"
_YEAR_OR_TIME = rf"(?:(\d{{4}})|{_TIME})"
_SIGN = r"[^\x00-\x7f]{1,3}"

# `Mar  2 15:13`, `Oct 08, 2002 09:47` (the comma tells that a time follows the year), `Jan  1 12:00:00 2004`.
_MONTH_FIRST = re.compile(
    rf"{_WORD}\.?\s++(\d\d?)(?:\.?\s++{_YEAR_OR_TIME}(?:(?<=:\d\d:\d\d)\s(\d{{4}}))?|,\s*+(\d{{4}})(?:\s++{_TIME})?){_END}"
)
# `26. Juli, 20:10`, `2.   Okt.  2003`, `14 Apr 1997`.
_DAY_FIRST = re.compile(rf"(\d\d?)\.?\s*+{_WORD}[.,]{{0,2}}\s++{_YEAR_OR_TIME}{_END}")
# `2003-01-02 03:04:05.123 +0100`, `1999/10/12 17:12`, `2004.07.15`.
_ISO = re.compile(rf"(\d{{4}})([-/.])(\d\d?)\2(\d\d?)(?:(?:T|\s++){_TIME}(?:\s?([+-]\d{{4}}))?)?{_END}")
# `24-04-2003 17:12`, `02-Jan-03`, `7/4/99`, `24.04.2003`.
_SHORT = re.compile(rf"(\d\d?)([-/.])(?:(\d\d?)|{_WORD})\2(\d{{4}}|\d\d)(?:\s++{_TIME})?{_END}")
# `6月 3日 2003年`, `3月 2日 15:13`, the same in the bytes of Shift-JIS, EUC or GBK.
_ASIAN = re.compile(
    rf"(?:(\d{{4}})(?:{_SIGN}N?)?\s*+)?(\d\d?){_SIGN}\s*+(\d\d?)(?:{_SIGN})?"
    rf"(?:\s++(?:(\d{{4}})(?:{_SIGN}N?)?|{_TIME}))?{_END}"
)
# `09-26 13:45`, `3 29 03:26`: last, for they may be other columns.
_NUMERIC = re.compile(rf"(\d\d?)(?:[-/]|\s++)(\d\d?)\s++{_YEAR_OR_TIME}{_END}")

Dated = tuple[datetime, int]


def month_named(word: str) -> int | None:
    """As `month_of`, for words whose bytes were not UTF-8 too (they stand in it as surrogates)."""
    if word.isascii():
        return month_of(word)
    try:
        raw = word.encode("utf-8", "surrogateescape")
        raw.decode("utf-8")
    except UnicodeEncodeError:
        return None
    except UnicodeDecodeError:
        return next((month for charset in _OLD_CHARSETS if (month := month_of(raw.decode(charset, "ignore")))), None)
    return month_of(word)


def read_named_date(line: str, start: int, today: date) -> Dated | None:
    """A date at this place that can not be other columns, and where it ends; None for none."""
    match = _MONTH_FIRST.match(line, start)
    if match:
        word, day, year, hour, minute, second, late_year, comma_year, *comma_time = match.groups()
        if comma_year:
            return dated(match, (comma_year, month_named(word), day), comma_time)
        return dated(match, (year or late_year, month_named(word), day), (hour, minute, second), today)
    match = _DAY_FIRST.match(line, start)
    if match:
        day, word, year, *clock = match.groups()
        return dated(match, (year, month_named(word), day), clock, today)
    return _iso(line, start) or _short(line, start) or _asian(line, start, today)


def read_numeric_date(line: str, start: int, today: date) -> Dated | None:
    """A date at this place that is numbers in columns, the month first."""
    match = _NUMERIC.match(line, start)
    if match is None:
        return None
    month, day, year, *clock = match.groups()
    return dated(match, (year, int(month), day), clock, today)


def _iso(line: str, start: int) -> Dated | None:
    match = _ISO.match(line, start)
    if match is None:
        return None
    year, _, month, day, hour, minute, second, zone = match.groups()
    found = dated(match, (year, int(month), day), (hour, minute, second))
    if found is None or zone is None:
        return found
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:]))
    if offset >= timedelta(days=1):
        return found
    return found[0].replace(tzinfo=timezone(-offset if zone[0] == "-" else offset)), found[1]


def _short(line: str, start: int) -> Dated | None:
    match = _SHORT.match(line, start)
    if match is None:
        return None
    first, sign, second, word, year, *clock = match.groups()
    if word:
        return dated(match, (year, month_named(word), first), clock)
    month, day = month_and_day(first, second, sign)
    return dated(match, (year, month, day), clock)


def _asian(line: str, start: int, today: date) -> Dated | None:
    match = _ASIAN.match(line, start)
    if match is None:
        return None
    year, month, day, late_year, *clock = match.groups()
    return dated(match, (year or late_year, int(month), day), clock, today)


def month_and_day(first: str, second: str, sign: str) -> tuple[int, str]:
    """Which of two numbers is the month: the first, save behind dots (German) or where it can not be one."""
    if int(first) > 12 or (sign == "." and int(second) <= 12):  # noqa: PLR2004 - a year has twelve
        return int(second), first
    return int(first), second


def full_year(digits: str) -> int:
    """Of two, three or four digits: `97`, `103` (of servers that count from 1900) or `2003`."""
    year = int(digits)
    if len(digits) == 2:  # noqa: PLR2004 - digits
        return year + (1900 if year >= _PIVOT else 2000)
    return year + 1900 if len(digits) == 3 else year  # noqa: PLR2004 - digits


def made(year: int, month: int, day: int, clock: tuple[int, int, int] = (0, 0, 0)) -> datetime | None:
    """A naive time, for no LIST names its zone; None for a date that there is not."""
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    # Some servers write the end of a day.
    midnight = clock == (24, 0, 0)
    try:
        found = datetime(year, month, day, *((0, 0, 0) if midnight else clock))  # noqa: DTZ001
    except ValueError:
        return None
    return found + timedelta(days=1) if midnight else found


def latest(month: int, day: int, clock: tuple[int, int, int], today: date) -> datetime | None:
    """This day and time in the latest year that does not put it into the future."""
    try:
        limit = today + TOLERANCE
    except OverflowError:
        limit = today
    for year in range(limit.year, limit.year - _MOST_YEARS_BACK - 1, -1):
        found = made(year, month, day, clock)
        if found is not None and found.date() <= limit:
            return found
    return None


def dated(
    match: re.Match[str],
    day: tuple[str | None, int | None, str],
    clock: Sequence[str | None],
    today: date | None = None,
) -> Dated | None:
    """What a pattern found, as a time and its end; a year that is not written is the latest that fits `today`."""
    year, month, day_of_month = day
    hour, minute, second = (int(part or 0) for part in clock)
    if month is None:
        return None
    if year is not None:
        found = made(full_year(year), month, int(day_of_month), (hour, minute, second))
    elif today is not None and clock[0] is not None:
        found = latest(month, int(day_of_month), (hour, minute, second), today)
    else:
        found = None
    return (found, match.end()) if found else None
