"""Sizes and times as programs write them, in JSON, XML and headers: numbers, ISO 8601, HTTP dates, epochs."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# Larger sizes are nonsense, bytes: the database keeps 64 bits with a sign.
_LARGEST_SIZE = (1 << 63) - 1
_SIZE = re.compile(r"([0-9]{1,15})(?:[.,]([0-9]{1,3}))?\s?([kmgtp]?)(i?)(?:b(?:ytes?)?)?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_DIGITS = re.compile(r"[0-9]{1,18}")
# `Mon, 02 Jan 2023 03:04:05 GMT`, the one form that servers write; read by place, which takes a tenth of the time.
_HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT")
_MONTHS = {m: n for n, m in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
# Times before this say "unknown": 0 of Unix, year 1 of Go. No file that is served is older.
_EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
# An epoch is in the unit that brings it between 1973 and 2286, seconds; the range of ten digits from 10^8 on.
_EPOCH_FROM, _EPOCH_TO = 1e8, 1e10
_EPOCH_UNITS = (1.0, 1e3, 1e6, 1e9)


def size_of(value: object) -> tuple[int | None, int]:
    """Bytes, and how far the true size may lie from them: 0 for `512`, 51 for `"1.2K"`; None for no size."""
    if isinstance(value, bool) or value is None:
        return None, 0
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int):
        return (value, 0) if 0 <= value <= _LARGEST_SIZE else (None, 0)
    if not isinstance(value, str):
        return None, 0
    if _DIGITS.fullmatch(value):
        return int(value), 0
    return _rounded_size(value.strip())


def _rounded_size(text: str) -> tuple[int | None, int]:
    match = _SIZE.fullmatch(text)
    if match is None:
        return None, 0
    whole, tenths, unit, _ = match.groups()
    scale = 1024 ** _POWERS[unit.lower()]
    if not unit:
        return (int(whole), 0) if not tenths else (None, 0)
    size = round(float(f"{whole}.{tenths or 0}") * scale)
    error = round(scale / 10 ** len(tenths or "") / 2)
    return (size, error) if size <= _LARGEST_SIZE else (None, 0)


def moment_of(value: object) -> datetime | None:
    """A time of change, aware where it names its zone or is an epoch; None for what can not be one."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return _epoch(value)
    if not isinstance(value, str):
        return None
    value = value.strip()
    if _DIGITS.fullmatch(value) and len(value) > len("20230102"):
        return _epoch(int(value))
    return _known(_iso(value) or http_date(value))


def _epoch(value: float) -> datetime | None:
    for unit in _EPOCH_UNITS:
        if _EPOCH_FROM <= value / unit < _EPOCH_TO:
            return datetime.fromtimestamp(value / unit, UTC)
    return None


def _iso(text: str) -> datetime | None:
    if len(text) < len("2023-01-02") or not text[0].isdigit():
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def http_date(text: str) -> datetime | None:
    """An HTTP date in any of its forms, aware."""
    match = _HTTP_DATE.fullmatch(text)
    try:
        if match is None:
            return _mail_date(text)
        day, month, year, hour, minute, second = match.groups()
        return datetime(int(year), _MONTHS.get(month, 0), int(day), int(hour), int(minute), int(second), tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _mail_date(text: str) -> datetime | None:
    longest = 64  # characters: the parser of mail dates is generous, and slow on what is long
    if len(text) > longest or not any(character.isdigit() for character in text):
        return None
    try:
        found = parsedate_to_datetime(text)
    except (TypeError, IndexError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _known(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    try:
        return moment if (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) >= _EARLIEST else None
    except OverflowError:
        return None
