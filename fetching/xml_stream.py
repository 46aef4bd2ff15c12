"""XML that a server wrote, row by row: nothing is expanded, nothing is loaded, rows before a break are kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from lxml import etree

_NO_SPACE = re.compile(rb"\S")
# What may stand before a root element, and where each ends.
_BEFORE_ROOT = ((b"<?", b"?>"), (b"<!--", b"-->"))
_ROOT_TAG = re.compile(rb"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
# Bytes that are handed to the parser at once: rows of one piece are in memory together.
_PIECE_BYTES = 64 << 10
# Attributes of one tag, and the shortest tag that can have more, bytes. libxml2 walks past all earlier attributes to
# add the next: 37,000 take 1.8 s, and four times that for each doubling.
_MOST_ATTRIBUTES = 1_000
_LONG_TAG = re.compile(rb"<[^<]{5000,}")
# Bytes without the end of a row, after which a page is left. What is open or stands beside rows stays in memory, at up
# to 35 bytes for each of theirs; the longest true rows, names of 1,024 characters with their fields, are below 20 kB.
_LONGEST_GAP = 1 << 20


def root_name(body: bytes) -> str | None:
    """Local name of the root element; None where no element comes first, and for a page with a DTD.

    A DTD is there to be expanded, and that begins while it is read: entities, or thousands of attributes on each
    element. No service writes one.
    """
    at = _after_prolog(body)
    if at is None:
        return None
    match = _ROOT_TAG.match(body, at)
    return match[1].decode("ascii", "replace") if match else None


def _after_prolog(body: bytes) -> int | None:
    """Where white space, comments and instructions end; None where one of them does not."""
    at = 0
    while True:
        mark = _NO_SPACE.search(body, at)
        at = mark.start() if mark else len(body)
        kind = next((kind for kind in _BEFORE_ROOT if body.startswith(kind[0], at)), None)
        if kind is None:
            return at
        opening, ending = kind
        at = body.find(ending, at + len(opening))
        if at < 0:
            return None
        at += len(ending)


@dataclass(slots=True)
class XmlStream:
    """The elements of some names, each when it is complete; a row is emptied when the next is asked for.

    Attributes:
        body: UTF-8, without a byte order mark.
        rows: local names of rows, whatever their namespace.
        facts: local names of what stands once beside the rows; those inside a row come too, before it.
        damaged: after the last row: not well-formed from some place on, or made to cost hours or memory.
    """

    body: bytes
    rows: tuple[str, ...]
    facts: tuple[str, ...] = ()
    damaged: bool = field(default=False, init=False)

    def __iter__(self) -> Iterator[etree._Element]:
        """Elements in the order of their ends."""
        if any(match[0].count(b"=") > _MOST_ATTRIBUTES for match in _LONG_TAG.finditer(self.body)):
            self.damaged = True
            return
        parser = etree.XMLPullParser(
            events=("end",),
            tag=[f"{{*}}{name}" for name in (*self.rows, *self.facts)],
            encoding="utf-8",  # whatever a page declares: in another encoding, a DTD would not be seen
            recover=False,  # a recovering parser closes what is open, and so makes whole names out of half ones
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
        )
        gap = 0
        for start in range(0, len(self.body), _PIECE_BYTES):
            self._feed(parser, self.body[start : start + _PIECE_BYTES])
            gap += _PIECE_BYTES
            for element in self._complete(parser):
                gap = 0
                yield element
            self.damaged |= gap > _LONGEST_GAP
            if self.damaged:
                return
        self._feed(parser, None)

    def _complete(self, parser: etree.XMLPullParser) -> Iterator[etree._Element]:
        for _, element in parser.read_events():
            if isinstance(element, etree._Element):  # all are; the type of an event has other cases
                yield element
                if local_name(element) in self.rows:
                    _forget(element)

    def _feed(self, parser: etree.XMLPullParser, piece: bytes | None) -> None:
        try:
            if piece is None:
                parser.close()
            else:
                parser.feed(piece)
        except etree.XMLSyntaxError:
            self.damaged = True


def _forget(element: etree._Element) -> None:
    """Free a row that was read. Its tag stays until the next row ends, for the parser still stands on it."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def local_name(element: etree._Element) -> str:
    """The name without its namespace: services use several, and some none."""
    return _local(str(element.tag))


@lru_cache(maxsize=1_024)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
