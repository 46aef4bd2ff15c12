"""What stands beside a name in a listing, and how a size or time is taken from the element that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from crawler.listings.dates import DayOrder, find_time
from crawler.listings.page import first_text
from crawler.listings.sizes import Size, in_units, parse_size
from documents.records import EntryKind, ModifiedSource

# Attributes in which scripts that sort a table keep exact values.
_EXACT_ATTRIBUTES = (
    "data-size",
    "data-bytes",
    "data-sort-size",
    "data-filesize",
    "data-sort-value",
    "data-sort",
    "data-order",
    "data-value",
    "title",
)
_TIME_ATTRIBUTES = ("datetime", "data-time", "data-date", "title")
_TOLD = frozenset([*_EXACT_ATTRIBUTES, *_TIME_ATTRIBUTES])
# What stands where a folder has no size.
DASHES = frozenset(["-", "--", "–", "—", "&ndash;", "n/a", "<dir>", "[dir]", "dir", "<directory>"])


@dataclass(slots=True)
class Beside:
    """What stands beside a name.

    Attributes:
        size: as printed.
        modified: as printed; naive without a zone.
        source: what `modified` was read from.
        kind: what words or marks of the row say; None where they say nothing.
        dashed: does a dash stand where sizes stand?
    """

    size: Size | None = None
    modified: datetime | None = None
    source: ModifiedSource = ModifiedSource.TEXT
    kind: EntryKind | None = None
    dashed: bool = False

    @property
    def says_something(self) -> bool:
        """Is there any fact of a file or folder?"""
        return self.size is not None or self.modified is not None or self.kind is not None or self.dashed


def text_of(cell: etree._Element) -> str:
    """The text of a cell in one line."""
    if len(cell) == 0:
        return (cell.text or "").strip()
    return first_text(cell)


def exact_size(element: etree._Element, text: str, unit: int, *more: etree._Element) -> Size | None:
    """A size as shown, or the exact one that an attribute holds, where that is the same within its rounding."""
    shown = parse_size(text)
    if shown is not None:
        shown = in_units(shown, unit)
    if shown is None or (shown.error == 0 and shown.has_unit):
        return shown
    for holder in (*_with_first(element), *more):
        for value in _values(holder, _EXACT_ATTRIBUTES):
            exact = parse_size(value)
            if exact is not None and exact.error == 0 and abs(exact.size - shown.size) <= 2 * shown.error + 1:
                return Size(exact.size, 0, has_unit=True)
    return shown


def take_time(element: etree._Element, beside: Beside, order: DayOrder | None, text: str | None = None) -> str | None:
    """Read a time from a cell, first from an attribute that says more. What else stands there; None for no time."""
    if text is None:
        text = text_of(element)
    for holder in _with_first(element):
        for value in _values(holder, _TIME_ATTRIBUTES):
            found = find_time(value)
            if found is not None and found.end - found.start >= len(value) - 1:
                beside.modified, beside.source = found.value, ModifiedSource.ATTRIBUTE
                return ""
    found = find_time(text, order)
    if found is None:
        return None
    beside.modified = found.value
    return text[: found.start] + text[found.end :]


def _with_first(element: etree._Element) -> tuple[etree._Element, ...]:
    """An element and the first in it."""
    return (element, element[0]) if len(element) else (element,)


def _values(element: etree._Element, names: Sequence[str]) -> list[str]:
    """Those of the attributes that an element has and that hold something, in the order of their names."""
    if _TOLD.isdisjoint(element.keys()):
        return []
    return [value for name in names if (value := element.get(name))]
