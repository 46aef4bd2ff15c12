"""Entries of a whole page to columns at once: what `entry_row` gives, in a fourth of the time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import pyarrow as pa

from documents.records import Entry
from findings.keys import DatabaseKey
from findings.parts import COLUMNS
from findings.rows import entry_row
from findings.stored_text import optional_place, storable, stored_place

# An address in which nothing can carry a right: no user, no query, no parameter, no session in its path.
_PLAIN_PLACE: Final = re.compile(
    r"https?://[A-Za-z0-9.:-]++(?:/[A-Za-z0-9/._~-]*+(?:%(?!3[Bb])[0-9A-Fa-f]{2}[A-Za-z0-9/._~-]*+)*+)?+"
)
_SCHEMA: Final = COLUMNS["entries"]
_MOST: Final = (1 << 63) - 1


def entry_batch(
    entries: Sequence[Entry], seen_at: datetime, key: DatabaseKey, sweep_id: str, unit_id: str
) -> pa.RecordBatch:
    """Rows of the table `entries`; those that say more than a listing's row does are made one by one."""
    if any(entry.dictation is not None or entry.size_error for entry in entries):
        owner = {"sweep_id": sweep_id, "unit_id": unit_id}
        rows = [{**entry_row(entry, seen_at, key), **owner} for entry in entries]
        return pa.RecordBatch.from_pylist(rows, schema=_SCHEMA)
    count = len(entries)
    moments = [_moment(entry.modified) for entry in entries]
    parents: dict[str | None, str | None] = {}
    for parent in {entry.parent for entry in entries}:
        parents[parent] = optional_place(parent)
    sizes = [_size(entry.size) for entry in entries]
    kept = [entry.unchanged if entry.unchanged and entry.unchanged.verdict else None for entry in entries]
    columns: dict[str, Any] = {
        "sweep_id": pa.repeat(sweep_id, count),
        "unit_id": pa.repeat(unit_id, count),
        "url": [_place(entry.url) for entry in entries],
        "listed": pa.repeat(pa.scalar(True), count),
        "kind": [entry.kind for entry in entries],
        "name": [entry.name if entry.name.isascii() else storable(entry.name) for entry in entries],
        "size": sizes,
        "size_exact": [entry.size_exact for entry in entries],
        "modified": [moment for moment, _ in moments],
        "modified_utc": [zoned for _, zoned in moments],
        "parent": [parents[entry.parent] for entry in entries],
        "seen_at": [seen_at] * count,
        "size_error": [None if entry.size is None else 0 for entry in entries],
        "modified_source": [entry.modified_source for entry in entries],
        "cue": [entry.cue for entry in entries],
        "dictation": pa.nulls(count, _SCHEMA.field("dictation").type),
        "is_current": [entry.is_current for entry in entries],
        "selected": [entry.selected for entry in entries],
        "unchanged": [each and each.basis for each in kept],
        "verdict": [each and each.verdict for each in kept],
    }
    arrays = [_array(columns[field.name], field.type) for field in _SCHEMA]
    return pa.RecordBatch.from_arrays(arrays, schema=_SCHEMA)


def _array(values: Any, kind: pa.DataType) -> pa.Array[Any]:
    return values if isinstance(values, pa.Array) else pa.array(values, type=kind)


def _place(url: str) -> str:
    return url if _PLAIN_PLACE.fullmatch(url) else stored_place(url)


def _size(size: int | None) -> int | None:
    return size if size is not None and 0 <= size <= _MOST else None


def _moment(moment: datetime | None) -> tuple[datetime | None, bool | None]:
    """See `entry_row`."""
    if moment is None or moment.tzinfo is None:
        return moment, None if moment is None else False
    try:
        utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
        return utc.replace(tzinfo=None), True
    except OverflowError:
        return None, None
