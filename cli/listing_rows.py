"""How `stray listing` shows rows: a table that streams, or one JSON object a line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from cli.console import json_line, notice, result_line
from documents.records import Entry, EntryKind
from reports.shown import Shown

# Widths of the columns before the name, characters: "directory", a size of 9,999,999,999 with its mark, a time.
_KIND, _SIZE, _TIME, _SOURCE = 9, 14, 19, 9
# Characters of a line that was not parsed, as a table shows it.
_SHOWN_OF_A_LINE = 200


@dataclass(frozen=True, slots=True)
class Unparsed:
    """A line of an FTP server that was not read: its number, from 1, and its text."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen in a page, in a folder or in lines.

    Attributes:
        unparsed: of lines alone.
        ends_early: why a folder may have more rows; empty for all of them.
    """

    is_listing: bool
    entries: tuple[Entry, ...]
    unread: int
    next_url: str | None
    unparsed: tuple[Unparsed, ...] = ()
    ends_early: str = ""


def show(seen: Seen, output: str, shown: Shown) -> None:
    """All of it: rows to standard output, what was found at all to standard error."""
    if output == "json":
        _show_json(seen, shown)
    else:
        _show_table(seen, shown)
    for line in seen.unparsed:
        notice(f"not read: line {line.number}: {line.text[:_SHOWN_OF_A_LINE]}")
    if not seen.is_listing:
        notice("no listing")
        return
    kinds = Counter(entry.kind for entry in seen.entries)
    counts = ", ".join(f"{kinds[kind]} {kind.value}" for kind in EntryKind if kinds[kind])
    notice(f"a listing of {len(seen.entries)} rows{f' ({counts})' if counts else ''}, {seen.unread} not read")
    if seen.ends_early:
        notice(f"there may be more rows: {seen.ends_early}")
    if seen.next_url:
        notice(f"goes on at {shown.url(seen.next_url)}")


def _show_json(seen: Seen, shown: Shown) -> None:
    json_line({
        "is_listing": seen.is_listing,
        "rows": len(seen.entries),
        "unread": seen.unread,
        "next_url": shown.url(seen.next_url) if seen.next_url else None,
        "ends_early": seen.ends_early or None,
    })  # fmt: skip
    for entry in seen.entries:
        json_line(_fields(entry, shown))
    for line in seen.unparsed:
        json_line({"unparsed": line.text, "line": line.number})


def _fields(entry: Entry, shown: Shown) -> dict[str, object]:
    return {
        "kind": entry.kind,
        "name": entry.name if shown.reveal else _name(entry, shown),
        "url": shown.url(entry.url),
        "size": entry.size,
        "size_exact": entry.size_exact,
        "size_error": entry.size_error,
        "modified": entry.modified.isoformat() if entry.modified else None,
        "modified_source": entry.modified_source,
    }


def _show_table(seen: Seen, shown: Shown) -> None:
    if seen.entries:
        result_line(f"{'kind':<{_KIND}}  {'size':>{_SIZE}}  {'modified':<{_TIME}}  {'from':<{_SOURCE}}  name")
    for entry in seen.entries:
        size = "" if entry.size is None else f"{'' if entry.size_exact else '~'}{entry.size:,}"
        modified = entry.modified
        when = "" if modified is None else f"{modified:%Y-%m-%d %H:%M:%S}".removesuffix(":00")
        source = "" if modified is None else f"{entry.modified_source or ''}{_zone(modified)}"
        result_line(
            f"{entry.kind.value:<{_KIND}}  {size:>{_SIZE}}  {when:<{_TIME}}  {source:<{_SOURCE}}  {_name(entry, shown)}"
        )


def _zone(moment: datetime) -> str:
    offset = moment.utcoffset()
    if offset is None:
        return ""
    return f" {moment:%z}" if offset else " UTC"


def _name(entry: Entry, shown: Shown) -> str:
    """The name, or where names are not shown, its place's digest with the ending."""
    return entry.name if shown.reveal else shown.member(entry.name)
