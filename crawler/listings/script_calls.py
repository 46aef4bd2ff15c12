"""Rows that are calls: `_f('a b.pdf', 512, 'Jun-07-16', 'dir/a%20b.pdf', 1465318601)`, columns told by content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from crawler.listings.listing import Listing
from crawler.listings.places import Places, readable
from crawler.listings.script_values import Scalar
from crawler.listings.values import moment_of, size_of
from documents.records import Entry, EntryKind, ModifiedSource

_Call = tuple[Scalar, ...]
# Share of a function's calls that must have a name and, in another argument, the address that ends in it.
_PAIRED_SHARE = 0.9
# Rows that are looked at to find which arguments are a pair; all are, once it is found.
_LOOKED_AT = 50
_FLAG = {0, 1}  # and so False and True
_UP = ("..", "../", ".", "./")


@dataclass(frozen=True, slots=True)
class _Columns:
    """Places of arguments; None for what the calls do not have."""

    name: int
    link: int
    size: int | None
    time: int | None
    is_directory: int | None


def called_listing(calls: Mapping[str, Sequence[_Call]], url: str) -> Listing | None:
    """The rows of all functions that are called with a name, its address and what else a listing says."""
    places = Places(url)
    entries: list[Entry] = []
    unread = 0
    for each in calls.values():
        rows = [call for call in each if call[0] not in _UP]
        columns = _columns(rows)
        if columns is None:
            continue
        for row in rows:
            entry = _entry(row, columns, places)
            if entry is None:
                unread += 1
            else:
                entries.append(entry)
    return Listing(is_listing=True, entries=tuple(entries), unread=unread) if entries else None


def _columns(rows: Sequence[_Call]) -> _Columns | None:
    """The columns of one function's calls; None where they are no rows."""
    if not rows:
        return None
    width = min(map(len, rows))
    pair = next(
        (
            (name, link)
            for name in range(width)
            for link in range(width)
            if name != link and _are_paired(rows[:_LOOKED_AT], name, link)
        ),
        None,
    )
    if pair is None or not _are_paired(rows, *pair):
        return None
    numbers = [place for place in range(width) if all(_is_number(row[place]) for row in rows)]
    times = [place for place in numbers if _is_time(rows, place)]
    rest = [place for place in numbers if place not in times[:1]]
    flags = [place for place in rest if len(rest) > 1 and all(row[place] in _FLAG for row in rows)]
    sizes = [place for place in rest if place not in flags[:1]]
    if not sizes and not flags and not all(_opens_folder(str(row[pair[1]])) for row in rows):
        return None
    return _Columns(*pair, *(found[0] if found else None for found in (sizes, times, flags)))


def _are_paired(rows: Sequence[_Call], name: int, link: int) -> bool:
    told = sum(_names(row[link], row[name]) for row in rows)
    return told >= _PAIRED_SHARE * len(rows)


def _names(link: Scalar, name: Scalar) -> bool:
    """Does the address end in the name, in its path or in a parameter?"""
    if not isinstance(link, str) or not isinstance(name, str) or not name.strip():
        return False
    path, _, query = link.partition("?")
    wanted = name.rstrip("/").rpartition("/")[2]
    ends = [unquote(path), *(value for _, value in parse_qsl(query))] if query else [unquote(path)]
    return any(end.rstrip("/").rpartition("/")[2] == wanted for end in ends)


def _is_number(value: Scalar) -> bool:
    return isinstance(value, (int, float))


def _is_time(rows: Sequence[_Call], place: int) -> bool:
    values = [row[place] for row in rows if row[place]]
    return bool(values) and all(moment_of(value) is not None for value in values)


def _opens_folder(link: str) -> bool:
    return "?" in link or link.endswith("/")


def _entry(row: _Call, columns: _Columns, places: Places) -> Entry | None:
    name, link = str(row[columns.name]).rstrip("/"), str(row[columns.link])
    place = places.written(link)
    if place is None or places.named(name) is None:
        return None
    kind = _kind(row, columns, link)
    directory = kind is EntryKind.DIRECTORY
    if directory and not place.endswith("/") and "?" not in place:
        place += "/"
    size, error = (None, 0) if columns.size is None or directory else size_of(row[columns.size])
    modified = None if columns.time is None else moment_of(row[columns.time])
    return Entry(
        url=place,
        kind=kind,
        name=readable(name),
        size=size,
        size_exact=error == 0,
        modified=modified,
        parent=places.url,
        size_error=error,
        modified_source=ModifiedSource.JSON if modified else None,
    )


def _kind(row: _Call, columns: _Columns, link: str) -> EntryKind:
    if columns.is_directory is not None:
        return EntryKind.DIRECTORY if row[columns.is_directory] else EntryKind.FILE
    if link.endswith("/"):
        return EntryKind.DIRECTORY
    if columns.size is not None:
        return EntryKind.FILE
    return EntryKind.DIRECTORY if _opens_folder(link) else EntryKind.UNKNOWN
