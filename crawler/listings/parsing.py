"""From a page to a listing: is it one, and what are its rows?"""

from __future__ import annotations

from lxml import etree

from crawler.errors import PageTooCostlyError
from crawler.listings.embedded import embedded_listing
from crawler.listings.induction import listing_of
from crawler.listings.listing import NO_LISTING, Listing
from crawler.listings.long_pages import LONG_PAGE, long_listing
from crawler.listings.page import Page
from crawler.listings.structured import structured_listing
from crawler.markup import is_html, parse_html
from crawler.pages import base_url


def parse_listing(body: bytes, url: str, content_type: str | None = None) -> Listing:
    """Read a page that may be a listing. Never raises for what the page holds.

    Args:
        body: the page's bytes, at most a few MiB.
        url: where it was fetched, after redirects.
        content_type: the header's value, if any.
    """
    structured = structured_listing(body, url, content_type)
    if structured is not None:
        return structured
    if content_type is not None and not is_html(content_type, body):
        return NO_LISTING
    try:
        if len(body) >= LONG_PAGE and (listing := long_listing(body, url, content_type)) is not None:
            return listing
        tree = parse_html(body, content_type)
        return NO_LISTING if tree is None else read_listing(tree, url, content_type)
    except PageTooCostlyError:
        return NO_LISTING


def read_listing(tree: etree._Element, url: str, content_type: str | None = None) -> Listing:
    """The same for a page that is parsed already; raises PageTooCostlyError for one that costs too much."""
    listing = listing_of(Page(tree, url, content_type))
    if listing.entries:
        return listing
    drawn = embedded_listing([script.text or "" for script in tree.iter("script", "template")], base_url(tree, url))
    return listing if drawn is None else drawn
