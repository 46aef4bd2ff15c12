"""From a page to a listing: is it one, and what are its rows?"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from lxml import etree

from crawler.errors import PageTooCostlyError
from crawler.listings.adapters import ADAPTERS, is_signed
from crawler.listings.page import Page
from crawler.markup import is_html, parse_html
from documents.records import Entry


@dataclass(frozen=True, slots=True)
class Listing:
    """What a page says of its folder.

    Attributes:
        is_listing: False for any other page; `entries` is then empty. A listing may be empty too.
        entries: one per row, in the page's order, without parent, sort, icon and footer links.
    """

    is_listing: bool
    entries: tuple[Entry, ...] = ()

    @property
    def digest(self) -> int:
        """Equal for two listings with the same rows (name, kind, size, date): a folder that holds itself has it."""
        rows = sorted(f"{e.name}\n{e.kind}\n{e.size}\n{e.modified}" for e in self.entries)
        return int.from_bytes(hashlib.blake2b("\n\n".join(rows).encode(), digest_size=8).digest())


NO_LISTING = Listing(is_listing=False)


def parse_listing(body: bytes, url: str, content_type: str | None = None) -> Listing:
    """Read a page that may be a listing. Never raises for what the page holds.

    Args:
        body: the page's bytes, at most a few MiB.
        url: where it was fetched, after redirects.
        content_type: the header's value, if any.
    """
    if content_type is not None and not is_html(content_type, body):
        return NO_LISTING
    try:
        tree = parse_html(body, content_type)
        return NO_LISTING if tree is None else read_listing(tree, url)
    except PageTooCostlyError:
        return NO_LISTING


def read_listing(tree: etree._Element, url: str) -> Listing:
    """The same for a page that is parsed already; raises PageTooCostlyError for one that costs too much."""
    page = Page(tree, url)
    if not is_signed(page):
        return NO_LISTING
    read: list[list[Entry]] = [rows for adapter in ADAPTERS if (rows := adapter.rows(page)) is not None]
    if not read:
        return NO_LISTING
    most: list[Entry] = max(read, key=len)
    return Listing(is_listing=True, entries=tuple(most))
