"""Rows of a table: which of its columns are sizes and times."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice

from lxml import etree

from crawler.listings.beside import DASHES, Beside, exact_size, take_time, text_of
from crawler.listings.blocks import Row
from crawler.listings.cues import Column, column_of, marked_kind
from crawler.listings.dates import day_order, find_time
from crawler.listings.sizes import header_unit, parse_size

_CELLS = frozenset(["td", "th"])
_CLOCK = re.compile(r"\d{1,2}:\d\d(?::\d\d)?(?:\s*[AaPp]\.?[Mm]\.?)?")
# Share of the rows looked at in which a column must show what it is taken for.
_COLUMN_SHARE = 0.3
# First lines of a table among which its headings are looked for: Apache writes a rule and the way back between.
_HEADING_LINES = 6


class TableReader:
    """Rows of a table: columns are told by their headings and by what most of their cells hold.

    Args:
        sample: some rows of the block.
    """

    def __init__(self, sample: Sequence[Row]) -> None:
        rows = [(_cells(row.element), row) for row in sample]
        width = max((len(cells) for cells, _ in rows), default=0)
        named = Counter(_name_column(cells, row) for cells, row in rows)
        self._name = named.most_common(1)[0][0] if named else 0
        headings = _headings(sample[0].element, width) if sample else []
        texts = [[text_of(cells[column]) for cells, _ in rows if column < len(cells)] for column in range(width)]
        self._time = self._time_column(texts, headings)
        self._clock = self._clock_column(texts)
        self._size = self._size_column(texts, headings)
        self._unit = header_unit(headings[self._size]) if self._size is not None and headings else 1
        self._marks = [
            column for column in range(width) if column != self._name and any(map(marked_kind, texts[column]))
        ]
        self._order = day_order(texts[self._time]) if self._time is not None else None

    def read(self, row: Row) -> Beside:
        """See Reader."""
        cells = _cells(row.element)
        beside = Beside()
        if self._time is not None and self._time < len(cells):
            clock = text_of(cells[self._clock]) if self._clock is not None and self._clock < len(cells) else ""
            text = f"{text_of(cells[self._time])} {clock}" if clock else None
            take_time(cells[self._time], beside, self._order, text)
        if self._size is not None and self._size < len(cells):
            cell = cells[self._size]
            text = text_of(cell)
            beside.size = exact_size(cell, text, self._unit)
            beside.dashed = beside.size is None and text.lower() in DASHES
        for column in self._marks:
            if column < len(cells) and (kind := marked_kind(text_of(cells[column]))):
                beside.kind = kind
                break
        return beside

    def _time_column(self, texts: list[list[str]], headings: list[str]) -> int | None:
        shares = {
            column: sum(find_time(text) is not None for text in cells) / len(cells)
            for column, cells in enumerate(texts)
            if cells and column != self._name
        }
        likely = {column: share for column, share in shares.items() if share >= _COLUMN_SHARE}
        if not likely:
            return None
        labelled = [c for c in likely if headings and column_of(headings[c]) is Column.MODIFIED]
        return labelled[0] if labelled else max(likely, key=lambda column: (likely[column], -column))

    def _clock_column(self, texts: list[list[str]]) -> int | None:
        """The column beside the days that holds the time of day alone."""
        beside = None if self._time is None else self._time + 1
        if beside is None or beside >= len(texts) or not texts[beside]:
            return None
        return beside if all(map(_CLOCK.fullmatch, texts[beside])) else None

    def _size_column(self, texts: list[list[str]], headings: list[str]) -> int | None:
        best: tuple[float, int] | None = None
        for column, cells in enumerate(texts):
            if not cells or column in (self._name, self._time):
                continue
            label = column_of(headings[column]) if headings else None
            weight = self._weight(cells, label, labelled=bool(headings), before_name=column < self._name)
            if weight and (best is None or weight > best[0]):
                best = (weight, column)
        return best[1] if best else None

    @staticmethod
    def _weight(cells: list[str], label: Column | None, *, labelled: bool, before_name: bool) -> float:
        """How much a column looks like the one of sizes; 0 for not at all."""
        sizes = [parse_size(text) for text in cells]
        units = sum(size is not None and size.has_unit for size in sizes) / len(cells)
        numbers = sum(size is not None for size in sizes) / len(cells)
        dashes = sum(text.lower() in DASHES for text in cells) / len(cells)
        if label is Column.SIZE:
            return 3 + units + numbers + dashes
        if units:
            return 2 + units
        if label in (Column.MODIFIED, Column.TYPE, Column.NAME):
            return 0
        if numbers and not before_name and not (labelled and label is Column.OTHER):
            return numbers
        return dashes / 2 if dashes and not before_name else 0


def _cells(element: etree._Element) -> list[etree._Element]:
    return [child for child in element if child.tag in _CELLS]


def _name_column(cells: list[etree._Element], row: Row) -> int:
    element: etree._Element | None = row.anchor
    while element is not None and element.getparent() is not row.element:
        element = element.getparent()
    return next((number for number, cell in enumerate(cells) if cell is element), 0)


def _headings(row: etree._Element, width: int) -> list[str]:
    """The heading of each column: the nearest line above that holds headings; empty where there is none."""
    table = next(row.iterancestors("table"), None)
    lines = [] if table is None else islice(table.iter("tr"), _HEADING_LINES)
    for line in lines:
        texts = [text_of(cell) for cell in line if cell.tag in _CELLS]
        known = {column_of(text) for text in texts} - {Column.OTHER}
        enough = 1 if all(cell.tag == "th" for cell in line) else 2
        if len(texts) <= width and len(known) >= enough and line is not row:
            return texts + [""] * (width - len(texts))
    return []
