"""What a line of an FTP listing says, before it has a URL."""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from documents.records import EntryKind, ModifiedSource

# Larger sizes are nonsense, bytes: the database keeps 64 bits with a sign.
LARGEST_SIZE = (1 << 63) - 1
# Longest number that is read as a size, digits: as many as LARGEST_SIZE has.
_MOST_DIGITS = 19
# Listings of FTP servers that shorten sizes count in 1024s, as `ls -h` does.
_UNIT_BYTES = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40, "p": 1 << 50}
_ROUNDED = re.compile(r"([0-9]{1,15})(?:[.,]([0-9]{1,6}))?([KMGTP])i?B?", re.IGNORECASE)
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){1,6}")


class Row(NamedTuple):
    """One row.

    Attributes:
        name: as the server writes it, without version (VMS) and path (MLST, OS/400).
        kind: what the line says it is.
        size: bytes, None where the line names none.
        error: how far the true size may lie from `size`, bytes.
        modified: aware where the line names a zone or is in UTC by its format.
        source: what `modified` was read from.
        target: what a symbolic link points to, as written.
        special: True for what can not be fetched whatever its name: a device, a socket, a pipe, a data set on tape.
    """

    name: str
    kind: EntryKind
    size: int | None = None
    error: int = 0
    modified: datetime | None = None
    source: ModifiedSource = ModifiedSource.LIST
    target: str = ""
    special: bool = False


def whole_size(digits: str) -> int | None:
    """The number that these digits are; None for one that no file has. `digits` holds ASCII digits only."""
    size = int(digits) if len(digits) <= _MOST_DIGITS else LARGEST_SIZE + 1
    return size if size <= LARGEST_SIZE else None


def written_size(word: str) -> tuple[int | None, int] | None:
    """Bytes and their error for `1234`, `9,730` and `33.5k`; None for a word that is no size."""
    if word.isascii() and word.isdigit():
        return whole_size(word), 0
    if _GROUPED.fullmatch(word):
        return whole_size(word.replace(",", "")), 0
    match = _ROUNDED.fullmatch(word)
    if match is None:
        return None
    whole, fraction, unit = match.groups(default="")
    factor = _UNIT_BYTES[unit.lower()]
    size = round(float(f"{whole}.{fraction or 0}") * factor)
    # The last digit that is written is right to half of its worth.
    return (size, max(1, round(factor / 10 ** len(fraction) / 2))) if size <= LARGEST_SIZE else (None, 0)


def last_segment(path: str) -> str:
    """The name that a path ends in: `/DRV/X.PDF` is `X.PDF`; empty for `/`."""
    return path.rstrip("/").rpartition("/")[2]
