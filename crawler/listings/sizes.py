"""Sizes as listings print them: bytes, and how far the true size may lie from them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

# Longest text that can be a size, characters; what is longer is a description.
LONGEST_SIZE = 40
# Larger sizes are nonsense, bytes: the database keeps 64 bits with a sign.
LARGEST_SIZE = (1 << 63) - 1
# Digits of a number that is below it, whichever they are.
_MOST_DIGITS = 18

# Letters of the unit in the languages that listings were seen in. 1024 is their base: Apache, nginx, lighttpd, Tomcat
# and IIS count so, whatever they call the unit.
_POWERS = {
    letter: power
    for power, letters in enumerate(("b o б", "k к", "m м", "g г", "t т", "p п"))
    for letter in letters.split()
}
_NUMBER = r"(?P<number>\d{1,3}(?:[,.'\u2019 \u00a0\u202f]\d{3})+(?![\d.,])|\d{1,18}(?:[.,]\d{1,9})?)"
# What may stand around a size: `(16.4 KB)`.
_AROUND = " \t\r\n\u00a0()[]|,;"
_BYTES_WORD = r"bytes?|octets?|байта?|б|b|o|字节|バイト|바이트"
_UNIT = r"(?P<unit>[kmgtpкмгтп])(?:i?[bo]|(?:ilo|ega|iga|era|eta)?(?:bytes?|octets?)|и?б(?:айт)?)?"
_SIZE = re.compile(rf"[~≈]?\s*{_NUMBER}\s*(?:(?P<bytes>{_BYTES_WORD})|{_UNIT})?\.?", re.IGNORECASE)
# An exact count behind a rounded one: `4.8 MB (4,789,380 bytes)`.
_EXACT_BEHIND = re.compile(rf"\(\s*(?P<count>\d[\d,.'\u00a0 ]*\d|\d)\s*(?:{_BYTES_WORD})\s*\)", re.IGNORECASE)
_GROUPED = re.compile(r"\d{1,3}(?:([,.'\u2019 \u00a0\u202f])\d{3})(?:\1\d{3})*")
_UNIT_IN_HEADER = re.compile(r"\b(?P<unit>[kmgt])i?b\b|\bin (?P<word>bytes)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Size:
    """A size in a listing.

    Attributes:
        size: bytes.
        error: how far the true size may lie from it, bytes; 0 where it is exact.
        has_unit: does the text name a unit? A bare number may count anything.
    """

    size: int
    error: int
    has_unit: bool


def parse_size(text: str) -> Size | None:
    """A text that is a size and nothing else; None for `-` and for anything else."""
    text = text.strip(_AROUND)
    if not text or len(text) > LONGEST_SIZE:
        return None
    if text.isdigit() and text.isascii() and len(text) <= _MOST_DIGITS:
        return Size(int(text), 0, has_unit=False)
    return _read_size(text)


# Short texts alone are kept, so that no page can fill the memory; `0.1K` to `999.9K` are 10,000 of them.
@lru_cache(maxsize=16_384)
def _read_size(text: str) -> Size | None:
    behind = _EXACT_BEHIND.search(text + ")")
    if behind is not None:
        return Size(_count(behind["count"]), 0, has_unit=True)
    match = _SIZE.fullmatch(text)
    return None if match is None else _size_of(match)


def header_unit(text: str) -> int:
    """Bytes that one of a column's bare numbers stands for, as its header says: 1024 for `Size (KB)`."""
    found = _UNIT_IN_HEADER.search(text)
    if found is None or found["unit"] is None:
        return 1
    return int(1024 ** _POWERS[found["unit"].lower()])


def in_units(size: Size, unit: int) -> Size | None:
    """A bare number of a column whose header names the unit."""
    if size.has_unit or unit == 1:
        return size
    return _bounded(size.size * unit, unit // 2, has_unit=True)


def _size_of(match: re.Match[str]) -> Size | None:
    number, unit = match["number"], match["unit"]
    if unit is None:
        if _GROUPED.fullmatch(number):
            return _bounded(_count(number), 0, has_unit=match["bytes"] is not None or not number.isdigit())
        if number.isdigit():
            return _bounded(int(number), 0, has_unit=match["bytes"] is not None)
        if match["bytes"] is None:
            return None  # `4.5` is a version
        return _bounded(round(float(number.replace(",", "."))), 0, has_unit=True)
    factor = 1024 ** _POWERS[unit.lower()]
    if _GROUPED.fullmatch(number) and not re.fullmatch(r"\d{1,3}\.\d{3}", number):
        return _bounded(_count(number) * factor, factor // 2, has_unit=True)
    whole, _, decimals = number.replace(",", ".").partition(".")
    value = float(f"{whole}.{decimals or 0}") * factor
    return _bounded(round(value), round(factor / 10 ** len(decimals) / 2), has_unit=True)


def _bounded(size: int, error: int, *, has_unit: bool) -> Size | None:
    return Size(size, error, has_unit) if size <= LARGEST_SIZE else None


def _count(written: str) -> int:
    return int(re.sub(r"\D", "", written))
