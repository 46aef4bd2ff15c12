"""Reads what stands beside a row's name: size, time and kind, from columns, lines of text or loose pieces of text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Protocol

from lxml import etree

from crawler.listings.beside import DASHES, Beside, exact_size, take_time
from crawler.listings.blocks import Row
from crawler.listings.columns import TableReader
from crawler.listings.cues import attributed_kind, classed_kind, emoji_kind, marked_kind, pictured_kind
from crawler.listings.dates import day_order
from crawler.listings.lines import LineReader
from crawler.listings.page import LONGEST_PART
from crawler.listings.sizes import Size, parse_size
from documents.records import EntryKind

# Elements that are part of a line: a row of them goes on beside them.
INLINE = frozenset("a b code em font i label nobr small span strong tt u".split())
_PICTURES = ("img", "i", "svg", "use", "span", "object")
_ICON_CLASS = re.compile(
    r"(?:^|[\s_-])(?:ico|icon|icons|glyphicon|fa|fas|far|bi|mdi|material)(?:[\s_-]|$)|icon$", re.IGNORECASE
)
# How much more loose pieces of text must tell than columns or lines to be believed.
SURER = 1.2
# Parts beside a link that are looked through for its line, and pieces of text of one row.
_MOST_PARTS = 12
_MOST_PIECES = 40
# Elements of one row that are looked at: a row may hold all rows below it. Rows of real pages have less than fifty.
_MOST_ELEMENTS = 200


class Reader(Protocol):
    """Reads rows of one block."""

    def read(self, row: Row) -> Beside:
        """What stands beside the row's name."""


def reader_of(sample: Sequence[Row]) -> Reader:
    """The reader that finds most in these rows."""
    candidates: list[Reader] = [PieceReader(sample)]
    if sample[0].element.tag == "tr":
        candidates.insert(0, TableReader(sample))
    elif sample[0].element.tag in INLINE:
        candidates.insert(0, LineReader(sample))

    def facts(reader: Reader) -> float:
        read = [reader.read(row) for row in sample]
        said = sum(each.says_something for each in read)
        return sum((each.size is not None or each.dashed) + (each.modified is not None) for each in read) + said / 1_000

    # The first of equals: what columns and lines say is surer than loose pieces.
    best = max(candidates, key=lambda reader: facts(reader) * (1 if isinstance(reader, PieceReader) else SURER))
    return best if facts(best) else SilentReader()


class SilentReader:
    """Rows that are names and nothing else."""

    def read(self, row: Row) -> Beside:
        """See Reader."""
        return Beside()


class PieceReader:
    """Rows of any markup: the first piece of text that is a time, and the first that is a size.

    Args:
        sample: some rows of the block.
    """

    def __init__(self, sample: Sequence[Row]) -> None:
        self._order = day_order([piece for row in sample for _, piece in _pieces(row)])

    def read(self, row: Row) -> Beside:
        """See Reader."""
        beside = Beside()
        bare: Size | None = None
        for element, piece in _pieces(row):
            size = exact_size(element, piece, 1, row.element)
            if size is not None and size.has_unit and (beside.size is None or not beside.size.has_unit):
                beside.size = size
                continue
            if beside.modified is None and (rest := take_time(element, beside, self._order, piece)) is not None:
                beside.size = beside.size or parse_size(rest)
                continue
            bare = bare or size
            if piece.lower() in DASHES:
                beside.dashed = True
            beside.kind = beside.kind or marked_kind(piece)
        if beside.size is None and beside.modified is not None:
            beside.size = bare
        return beside


def kind_shown(row: Row) -> EntryKind | None:
    """What a row's classes or pictures say that it is."""
    for element in (row.element, row.anchor):
        if kind := classed_kind(element.get("class") or ""):
            return kind
        if kind := attributed_kind(element):
            return kind
    for picture in _pictures(row):
        if kind := pictured_kind(picture):
            return kind
    return emoji_kind(row.element.text or row.label)


def _pictures(row: Row) -> Iterator[etree._Element]:
    """The pictures of a row, and the one that stands before it on its line."""
    elements = islice(row.element.iter(etree.Element), _MOST_ELEMENTS)
    for element in islice((each for each in elements if each.tag in _PICTURES), _MOST_PARTS):
        if element.tag != "span" or _ICON_CLASS.search(element.get("class") or ""):
            yield element
    if row.element.tag in INLINE:
        before = row.element.getprevious()
        if before is not None and before.tag in _PICTURES:
            yield before


def _pieces(row: Row) -> Iterator[tuple[etree._Element, str]]:
    """Each piece of a row's text but its name, with the element that it stands in."""
    number = 0
    for element in islice(row.element.iter(etree.Element), _MOST_ELEMENTS):
        if element.tag in ("script", "style"):
            continue
        for text in (element.text, element.tail if element is not row.element else None):
            piece = text[:LONGEST_PART].strip() if text else ""
            if piece and piece != row.target.name:
                yield element, piece
                number += 1
        if number >= _MOST_PIECES:
            return
