"""Lines of LIST that begin with a mode, as `ls -l` writes them; columns are recognised by what they hold.

Owners have spaces, groups are missing, sizes stick to their neighbour. What all have in common: a mode, later a size
with a date right after it, then the name. The first such pair counts: a name may hold another.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise

from crawler.listings.ftp_dates import Dated, latest, made, read_named_date, read_numeric_date
from crawler.listings.ftp_rows import Row, whole_size, written_size
from documents.records import EntryKind

# The usual line, read in one go.
_USUAL = re.compile(
    r"([dl-])(?:[r-][w-][-xsStT]){3}[+.@]?\s++\d++\s++\S++\s++\S++\s++(\d{1,18}+)\s++"
    r"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s++(\d\d?)\s++(?:(\d{4})|(\d\d?):(\d\d)) (.++)",
    re.DOTALL,
)
_MONTHS = {m: number for number, m in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
# `ls -lis` writes inode and blocks before the mode. A mode of `-C--E-----FTP A` is Connect:Enterprise's,
# `[RWCEAFMS]` is NetWare's.
_MODE = re.compile(
    r"\s*+(?:\d++\s++){0,2}+(?:"
    r"([-abcdflpsDCFMnPw|?])(?:[r-][w-][-xsStTlL]){2,3}+[+.@*]?(?=\s|\d)"
    r"|([d-])\s?\[[-A-Z]{4,10}\](?=\s)"
    r"|([d-])[-A-Z]{9}[A-Z]{3}(?=\s))"
)
# A line of only the columns that every server has: count, owner, group, size and a name without spaces, no date.
_DATELESS = re.compile(r"\s++\d++\s++\S++\s++\S++\s++(\d{1,19})\s++(\S++)")
_AIX_DATE = re.compile(r"[A-Z][a-z]{2} \d\d \d{4}  (?=\S)")
_AIX_LENGTH = len("Apr 08 1994")
_COLUMN = re.compile(r"\S++")
# A link count that runs into the owner: a line that was damaged on its way.
_BROKEN_COUNT = re.compile(r"\s*+\d++[^\W\d]")
# A group that runs into the size: `staff123456`.
_GLUED = re.compile(r".*[^\W\d]([0-9]+)")
# Columns before the date that are looked at: mode, count, owner and group of some words each, size.
MOST_COLUMNS = 24
# `a` is a file that only grows (Plan 9), `f` and `F` one like any other.
_KINDS = dict.fromkeys("-afF", EntryKind.FILE) | {"d": EntryKind.DIRECTORY, "l": EntryKind.LINK}
_ARROW = " -> "
_SPECIAL = frozenset("bcpsDCPnwM|")
_DEVICES = frozenset("bc")

Reader = Callable[[str, int, date], Dated | None]


def read_unix(line: str, today: date) -> Row | None:
    """A row of `ls -l` in any of its variants, of NetWare or Connect:Enterprise; None for any other line."""
    match = _USUAL.match(line)
    if match:
        letter, size, month, day, year, hour, minute, name = match.groups()
        modified = _usual_time(month, day, year, hour, minute, today)
        if modified is not None and not name.isspace():
            if name[0] == " ":
                name = line[_name_start(line, match.start(8) - 1) :]
            return _row(letter, name, (int(size), 0), modified)
    return _read_columns(line, today)


@lru_cache(maxsize=4096)
def _usual_time(
    month: str, day: str, year: str | None, hour: str | None, minute: str | None, today: date
) -> datetime | None:
    """Remembered: files of one folder share their days."""
    if year is not None:
        return made(int(year), _MONTHS[month], int(day))
    return latest(_MONTHS[month], int(day), (int(hour or 0), int(minute or 0), 0), today)


def _read_columns(line: str, today: date) -> Row | None:
    match = _MODE.match(line)
    if match is None or _BROKEN_COUNT.match(line, match.end()):
        return None
    unix, netware, enterprise = match.groups()
    letter = unix or netware or enterprise
    columns = []
    for number, column in enumerate(_COLUMN.finditer(line, match.end())):
        if number >= MOST_COLUMNS:
            break
        columns.append(column)
    for read_date in (read_named_date, read_numeric_date):
        found = _sized_and_dated(line, columns, (letter, read_date, today), written_size)
        if found:
            return _named(line, found, aligned=netware is not None)
    found = _sized_and_dated(line, columns, (letter, read_named_date, today), _glued_size)
    if found:
        return _named(line, found, aligned=False)
    dateless = _DATELESS.fullmatch(line, match.end())
    return _row(letter, dateless[2], (whole_size(dateless[1]), 0), None) if dateless else None


def _named(line: str, found: tuple[str, tuple[int | None, int], Dated], *, aligned: bool) -> Row | None:
    letter, size, (modified, end) = found
    name = line[end:].lstrip() if aligned or _fills(line, end) else line[_name_start(line, end) :]
    return None if not name or name.isspace() else _row(letter, name, size, modified)


def _name_start(line: str, end: int) -> int:
    """One space ends the date; more belong to the name, save one that AIX puts behind a year (`Apr 08 1994  name`)."""
    return end + 2 if _AIX_DATE.match(line, end - _AIX_LENGTH) else end + 1


def _fills(line: str, end: int) -> bool:
    """Does the date end without a time or a year, so that spaces stand in its place?"""
    return line[:end].endswith("年") or line[end - 3 : end - 2] in tuple("-/.")


def _sized_and_dated(
    line: str,
    columns: list[re.Match[str]],
    wanted: tuple[str, Reader, date],
    read_size: Callable[[str], tuple[int | None, int] | None],
) -> tuple[str, tuple[int | None, int], Dated] | None:
    """The first column that is a size and has a date after it."""
    letter, read_date, today = wanted
    for column, following in pairwise(columns):
        size = _no_size(letter, column[0]) or read_size(column[0])
        if size is None:
            continue
        dated = read_date(line, following.start(), today)
        if dated:
            return letter, ((None, 0) if letter in _DEVICES and _is_minor(line, column) else size), dated
    return None


def _no_size(letter: str, word: str) -> tuple[None, int] | None:
    """`8,0` stands where files have their size; a size below nothing is one that the server could not count."""
    if letter in _DEVICES and "," in word and word.replace(",", "", 1).isdigit():
        return None, 0
    return (None, 0) if word[0] == "-" and word[1:].isdigit() else None


def _is_minor(line: str, column: re.Match[str]) -> bool:
    """Is this the second number of `8, 0`?"""
    return line[: column.start()].rstrip().endswith(",")


def _glued_size(word: str) -> tuple[int | None, int] | None:
    match = _GLUED.fullmatch(word)
    return (whole_size(match[1]), 0) if match else None


def _row(letter: str, name: str, size: tuple[int | None, int], modified: datetime | None) -> Row:
    kind = _KINDS.get(letter)
    if kind is EntryKind.FILE:
        return Row(name, kind, size[0], size[1], modified)
    target = ""
    if kind is EntryKind.LINK:
        name, target = _link(name, size[0])
    elif kind is EntryKind.DIRECTORY:
        name = name.rstrip("/") or name
    special = letter in _SPECIAL
    if kind is None:
        kind = EntryKind.FILE if special else EntryKind.UNKNOWN
    return Row(name, kind, size[0], size[1], modified, target=target, special=special)


def _link(written: str, size: int | None) -> tuple[str, str]:
    """Name and target. The size of a link is its target's length, which tells where a name with an arrow ends."""
    if size is not None and written[-size - len(_ARROW) :].startswith(_ARROW):
        return written[: -size - len(_ARROW)], written[-size:]
    name, _, target = written.partition(_ARROW)
    return name, target
