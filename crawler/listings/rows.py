"""Rows of a listing: name, size with its precision and date, from the text that stands beside a link."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote_to_bytes, urlsplit

from documents.records import Entry, EntryKind

_MONTHS = {m: n for n, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_ISO_DATE = re.compile(r"(?<!\d)(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?(?!\d)")
_NAMED_DATE = re.compile(r"(?<!\d)(\d\d)-([A-Za-z]{3})-(\d{4})(?: (\d\d):(\d\d)(?::(\d\d))?)?(?!\d)")
_SIZE = re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,9})?)\s?([KMGTP]?)(?:i?B)?", re.IGNORECASE)
_NO_SIZE = "-"
# Longest text that can be a size, characters; what is longer is a description.
_LONGEST_SIZE = 32
# Larger sizes are nonsense, bytes: the database keeps 64 bits with a sign.
_LARGEST_SIZE = (1 << 63) - 1
# Apache, nginx and lighttpd count in 1024s (mod_autoindex, ngx_http_autoindex_module).
_UNIT_BYTES = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40, "p": 1 << 50}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a row says besides its name; None where it says nothing."""

    size: int | None = None
    size_exact: bool = True
    modified: datetime | None = None


def entry_of(url: str, facts: Facts, parent: str, *, directory: bool) -> Entry:
    """A row as a record. `url` is canonical; a directory's ends in a slash."""
    return Entry(
        url=url,
        kind=EntryKind.DIRECTORY if directory else EntryKind.FILE,
        name=decoded_name(url),
        size=facts.size,
        size_exact=facts.size_exact,
        modified=facts.modified,
        parent=parent,
    )


def decoded_name(url: str) -> str:
    """The last path segment, percent-decoded; bytes that are not UTF-8 are read as Windows-1252."""
    raw = unquote_to_bytes(urlsplit(url).path.rstrip("/").rpartition("/")[2])
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def facts_of(text: str) -> Facts:
    """Date and size in a line of text such as ` 2023-01-02 03:04  1.2K  description`; the size follows the date."""
    modified, end = parse_date(text)
    words = text[end:].split()
    size, exact = parse_size(words[0]) if words else (None, True)
    return Facts(size, exact, modified)


def parse_date(text: str) -> tuple[datetime | None, int]:
    """The first date in a text, naive, and where it ends (0 for none)."""
    for pattern in (_ISO_DATE, _NAMED_DATE):
        match = pattern.search(text)
        if match is None:
            continue
        first, second, third, *clock = match.groups()
        hour, minute, second_of_minute = (int(part or 0) for part in clock)
        try:
            if pattern is _ISO_DATE:
                year, month, day = int(first), int(second), int(third)
            else:
                year, month, day = int(third), _MONTHS.get(second.lower(), 0), int(first)
            # Naive on purpose: no listing of this kind names its time zone.
            return datetime(year, month, day, hour, minute, second_of_minute), match.end()  # noqa: DTZ001
        except ValueError:
            return None, match.end()
    return None, 0


def parse_size(text: str) -> tuple[int | None, bool]:
    """Bytes and whether they are exact: `1234` is, `1.2K` is rounded; None for `-` and for anything else."""
    text = text.strip()
    match = _SIZE.fullmatch(text) if len(text) <= _LONGEST_SIZE and text != _NO_SIZE else None
    if match is None:
        return None, True
    number, unit = match.groups()
    if number.isdigit() and not unit:
        return int(number), True
    size = round(float(number) * _UNIT_BYTES[unit.lower()])
    return (size, False) if size <= _LARGEST_SIZE else (None, True)
