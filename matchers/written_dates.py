"""Dates in a document, in every form that letters use, each with all the days that it may mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from matchers.identifiers import DIGIT_LIKE, month_number, read_digits, valid_date


@dataclass(frozen=True, slots=True, repr=False)
class WrittenDate:
    """A date and its range in the text, as code points.

    Attributes:
        start: first code point.
        end: code point after it.
        readings: YYYY-MM-DD, the likeliest first: day before month, and two digits of a year in both centuries.
    """

    start: int
    end: int
    readings: tuple[str, ...]


_D = DIGIT_LIKE
# Letters alone first: in `12Apr2015` the year begins where they end.
_MONTH = r"[^\W\d_]{3,14}|[^\W_]{3,14}"
_ORDINAL = r"(?:st|nd|rd|th|ain|af|il|ydd|fed|eg)?"
# A lookahead, so that a wrong beginning does not swallow the right one. All repetitions are bounded.
_DIGIT_GROUPS = (
    rf"(?<![^\W_])(?<!\d[./-])(?=(?P<a>{_D}{{4}}|{_D}{{1,2}})(?P<gap>GAP)(?P<b>{_D}{{1,2}})"
    rf"(?P=gap)(?P<c>{_D}{{4}}|{_D}{{1,2}})(?![^\W_])(?![./-]\d))"
)
_NUMERIC = re.compile(_DIGIT_GROUPS.replace("GAP", r"\s?[./\-\u2013]\s?"))
_SPACED = re.compile(_DIGIT_GROUPS.replace("GAP", r"\s"))
_DAY_MONTH = re.compile(
    rf"(?<![^\W_])(?=(?P<d>{_D}{{1,2}}){_ORDINAL}[\s.\-/]{{0,2}}(?:(?:of|o)\s)?(?P<m>{_MONTH})[.,]?"
    rf"[\s\-/.,]{{0,2}}['\u2019]?(?P<y>{_D}{{4}}|{_D}{{2}})(?![^\W_]))"
)
_MONTH_DAY = re.compile(
    rf"(?<![^\W_])(?=(?P<m>{_MONTH})\.?\s(?P<d>{_D}{{1,2}}){_ORDINAL},?\s(?P<y>{_D}{{4}})(?![^\W_]))"
)
_SIGNED = re.compile(r"(?=(?P<y>\d{4})\s?[年년]\s?(?P<m>\d{1,2})\s?[月월]\s?(?P<d>\d{1,2})\s?[日일])")
_COMPACT = re.compile(r"(?<![^\W_])(\d{8})(?![^\W_])")
_CENTURIES = (1900, 2000)
_YEAR_DIGITS = 4
# Share of a numeric date that must be digits proper: `so is bo` is none.
_LEAST_PROPER = 0.5


def dates_in(text: str) -> Iterator[WrittenDate]:
    """Dates that are dates wherever they stand; form by form, each form in order; linear in the text's length."""
    return _plain_dates(text, 0, len(text))


def labelled_dates(text: str, start: int, end: int) -> Iterator[WrittenDate]:
    """Dates of a part of a text that a label says to hold one: also `12 04 1980` and `12041980`."""
    yield from _plain_dates(text, start, end)
    for found in _SPACED.finditer(text, start, end):
        yield from _numeric(found)
    for found in _COMPACT.finditer(text, start, end):
        digits = read_digits(found[1])
        day_first = _orders(digits[:2], digits[2:4], digits[4:])
        year_first = _orders(digits[6:], digits[4:6], digits[:4])
        yield from _written(found.start(), found.end(), day_first + year_first)


def _plain_dates(text: str, start: int, end: int) -> Iterator[WrittenDate]:
    for found in _NUMERIC.finditer(text, start, end):
        yield from _numeric(found)
    for pattern in (_DAY_MONTH, _MONTH_DAY, _SIGNED):
        for found in pattern.finditer(text, start, end):
            yield from _with_month(found)


def _numeric(found: re.Match[str]) -> Iterator[WrittenDate]:
    written = found["a"] + found["b"] + found["c"]
    if sum(map(str.isdecimal, written)) < _LEAST_PROPER * len(written):
        return
    first, second, third = (read_digits(found[part]) for part in "abc")
    if len(first) == _YEAR_DIGITS:
        readings = _orders(third, second, first)[:1] or _orders(third, second, first)
    else:
        readings = _orders(first, second, third)
    yield from _written(found.start(), found.end("c"), readings)


def _with_month(found: re.Match[str]) -> Iterator[WrittenDate]:
    name = found["m"]
    month = int(name) if name.isdecimal() else month_number(name)
    if month is not None:
        day, year = int(read_digits(found["d"])), read_digits(found["y"])
        readings = [date for one in _years(year) if (date := valid_date(one, month, day))]
        yield from _written(found.start(), max(found.end("d"), found.end("y")), readings)


def _written(start: int, end: int, readings: list[str]) -> Iterator[WrittenDate]:
    if readings:
        yield WrittenDate(start, end, tuple(dict.fromkeys(readings)))


def _orders(first: str, second: str, year: str) -> list[str]:
    """Day before month, then month before day."""
    days = (int(first), int(second)), (int(second), int(first))
    found = (valid_date(one, month, day) for one in _years(year) for day, month in days)
    return [date for date in found if date]


def _years(year: str) -> list[int]:
    if len(year) == _YEAR_DIGITS:
        return [int(year)]
    return [century + int(year) for century in _CENTURIES] if len(year) == len("YY") else []
