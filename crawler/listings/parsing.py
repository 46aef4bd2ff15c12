"""From a page to a listing: is it one, and what are its rows?"""

from __future__ import annotations

from lxml import etree

from crawler.errors import PageTooCostlyError
from crawler.listings.adapters import ADAPTERS, is_signed
from crawler.listings.listing import NO_LISTING, Listing
from crawler.listings.page import Page
from crawler.markup import is_html, parse_html
from documents.records import Entry


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
