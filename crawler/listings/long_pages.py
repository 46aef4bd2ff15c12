"""Listings of a hundred thousand rows: the first rows tell how they are written, the rest is read piece by piece.

A tree of a whole page takes twenty times its size; here it is never larger than one piece.
"""

from __future__ import annotations

from itertools import pairwise

from crawler.errors import PageTooCostlyError
from crawler.listings.addresses import Addresses
from crawler.listings.induction import Learned, keep, learned_from
from crawler.listings.listing import Listing
from crawler.listings.page import Page
from crawler.markup import PARSED_BYTES, as_utf8, parse_text
from crawler.pages import base_url
from documents.records import Entry

# Pages from this size on are read so, bytes: smaller ones cost less than 0.5 s and 40 MB at once.
LONG_PAGE = 1 << 20
# The part that the rest is read by, and the longest row that is read, bytes.
_HEAD = 1 << 20
# One piece, bytes: with pieces of 1 MiB 100,000 rows take an eighth more time, with smaller ones hardly less.
_PIECE = 1 << 18
# What a row begins with, the first of which there are enough, and what a piece of such rows is read in.
_BEGINNINGS = {"tr": (b"<tr",), "li": (b"<li",), "a": (b"\n", b"<br")}
_FRAMES = {"tr": "table", "li": "ul", "a": "pre"}
# Beginnings that a page must have at least for each of its rows: IIS ends them with `<br>`, and writes few lines.
_PER_ROW = 0.5


def long_listing(body: bytes, url: str, content_type: str | None) -> Listing | None:
    """A long page's listing; None where it is none, or has rows that can not be told apart piece by piece.

    Raises:
        PageTooCostlyError: a piece costs too much, or none can be cut from a page that is too long to be read whole.
    """
    text = as_utf8(body, content_type)
    head_end = max(_last(text, mark, 0, _HEAD) for marks in _BEGINNINGS.values() for mark in marks)
    head = text[: head_end if head_end > 0 else _HEAD]
    tree = parse_text(head)
    if tree is None:
        return None
    page = Page(tree, url, content_type)
    learned = learned_from(page)
    if learned is None or learned.tag not in _BEGINNINGS:
        return None
    cuts = _cuts(text, len(head), _beginning(head, learned))
    if cuts is None:
        if len(text) > PARSED_BYTES:
            raise PageTooCostlyError("row_length")
        return None
    base = base_url(tree, url)
    frame = _FRAMES[learned.tag]
    entries: dict[str, Entry] = {}
    for number, (start, end) in enumerate(pairwise((0, *cuts, len(text)))):
        read = parse_text((f"<{frame}>".encode() if number else b"") + text[start:end])
        if read is not None:
            holder = frame if number else learned.holder
            for entry in learned.entries(read, Addresses(url, base, page.charset), holder):
                keep(entries, entry)
    return Listing(is_listing=True, entries=tuple(entries.values()))


def _beginning(head: bytes, learned: Learned) -> bytes | None:
    head = head.lower()
    enough = _PER_ROW * learned.count
    return next((beginning for beginning in _BEGINNINGS[learned.tag] if head.count(beginning) >= enough), None)


def _cuts(text: bytes, head: int, beginning: bytes | None) -> list[int] | None:
    """Where the pieces after the first begin; None where a row is longer than _HEAD."""
    if beginning is None:
        return None
    cuts = [_last(text, beginning, 0, head)]
    while (left := len(text) - cuts[-1]) > _PIECE:
        cut = _last(text, beginning, cuts[-1], cuts[-1] + _PIECE)
        if cut <= cuts[-1]:
            cut = _last(text, beginning, cuts[-1], cuts[-1] + _HEAD)
        if cut <= cuts[-1]:
            return cuts if left <= _HEAD else None
        cuts.append(cut)
    return cuts


def _last(text: bytes, beginning: bytes, start: int, end: int) -> int:
    """Where the last row between these places begins; -1 where none does."""
    return max(text.rfind(beginning, start, end), text.rfind(beginning.upper(), start, end))
