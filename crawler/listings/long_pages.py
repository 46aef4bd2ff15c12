"""Listings of a hundred thousand rows: the first rows tell how they are written, the rest is read piece by piece.

A tree of a whole page takes twenty times its size; here it is never larger than one piece.
"""

from __future__ import annotations

from collections.abc import Iterator

from crawler.errors import PageTooCostlyError
from crawler.listings.addresses import Addresses
from crawler.listings.induction import learned_from
from crawler.listings.listing import Listing
from crawler.listings.page import Page
from crawler.markup import as_utf8, parse_text
from crawler.pages import base_url
from documents.records import Entry

# Pages from this size on are read so, bytes: smaller ones cost less than 0.5 s and 40 MB at once.
LONG_PAGE = 1 << 20
# One piece, bytes.
_PIECE = 1 << 20
# What a row begins with, and what a piece of such rows has to stand in to be read as they were.
_BEGINNINGS = {"tr": (b"<tr", b"<table>"), "li": (b"<li", b"<ul>"), "a": (b"\n", b"<pre>")}


def long_listing(body: bytes, url: str, content_type: str | None) -> Listing | None:
    """A long page's listing; None where it is none, or has rows that can not be told apart piece by piece.

    Raises:
        PageTooCostlyError: a piece costs too much.
    """
    text = as_utf8(body, content_type)
    head_end = text.rfind(b"\n", 0, _PIECE)
    head = text[: head_end if head_end > 0 else _PIECE]
    tree = parse_text(head)
    if tree is None:
        return None
    page = Page(tree, url, content_type)
    learned = learned_from(page)
    if learned is None or learned.tag not in _BEGINNINGS:
        return None
    beginning, frame = _BEGINNINGS[learned.tag]
    cut = _last(text, beginning, len(head))
    entries: dict[str, Entry] = {}
    base = base_url(tree, url)
    for piece in (text[:cut], *_pieces(text, cut, beginning, frame)):
        read = parse_text(piece)
        if read is not None:
            for entry in learned.entries(read, Addresses(url, base, page.charset)):
                entries.setdefault(entry.url, entry)
    return Listing(is_listing=True, entries=tuple(entries.values()))


def _pieces(text: bytes, start: int, beginning: bytes, frame: bytes) -> Iterator[bytes]:
    while start < len(text):
        end = len(text) if len(text) - start <= _PIECE else _last(text, beginning, start + _PIECE)
        if end <= start:
            raise PageTooCostlyError("row_length")
        yield frame + text[start:end]
        start = end


def _last(text: bytes, beginning: bytes, before: int) -> int:
    """Where the last row before this place begins."""
    return max(text.rfind(beginning, 0, before), text.rfind(beginning.upper(), 0, before))
