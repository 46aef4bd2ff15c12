"""One adapter for each layout that a server writes: preformatted text, a table, a list.

The seam: an adapter is asked whether a page has its layout, and gives the page's rows. A general parser takes the
place of these without a change elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from lxml import etree

from crawler.listings.page import Page, plain_text
from crawler.listings.rows import Facts, entry_of, facts_of, parse_date, parse_size
from documents.records import Entry

# Title or heading of Apache, nginx, lighttpd ("Index of /x") and Python's http.server ("Directory listing for /x").
_SIGNATURE = re.compile(r"^(?:Index of|Directory listing for)\s*(?:/|https?://|$)", re.IGNORECASE | re.MULTILINE)
_DIRECTORY_ICON = re.compile(r"^\[?(?:DIR|FOLDER|DIRECTORY)\]?$", re.IGNORECASE)


class Adapter(Protocol):
    """Reads one layout."""

    def rows(self, page: Page) -> list[Entry] | None:
        """The rows, possibly none; None where the page does not have this layout."""


def is_signed(page: Page) -> bool:
    """Does the page carry the words or the column links of a server's own listing?"""
    return page.has_sort_links or _SIGNATURE.search(page.title) is not None


class PreformattedAdapter:
    """Apache's fancy listing and nginx: links in `<pre>`, date and size in the text after each."""

    def rows(self, page: Page) -> list[Entry] | None:
        """See Adapter."""
        blocks = [self._block(element, page) for element in page.tree.iter("pre") if element.find(".//a") is not None]
        # A header file may bring a `<pre>` with links of its own (a banner with a welcome note).
        return max(blocks, key=len, default=None)

    @staticmethod
    def _block(block: etree._Element, page: Page) -> list[Entry]:
        rows = _Rows(page)
        icon = ""
        for element in block.iter("img", "a"):
            if element.tag == "img":
                icon = element.get("alt") or ""
                continue
            rows.add(element.get("href") or "", facts_of(_line_after(element)), icon)
        return rows.entries


class TableAdapter:
    """Apache's HTMLTable: one row a `<tr>`, the first link below the folder names it."""

    def rows(self, page: Page) -> list[Entry] | None:
        """See Adapter."""
        rows = _Rows(page)
        found = False
        for table in page.tree.iter("table"):
            for line in table.iter("tr"):
                found = self._add(line, page, rows) or found
        return rows.entries if found or _has_header(page) else None

    @staticmethod
    def _add(line: etree._Element, page: Page, rows: _Rows) -> bool:
        href = next((h for a in line.iter("a") if page.row_url(h := a.get("href") or "")), None)
        if href is None:
            return False
        image = next(line.iter("img"), None)
        icon = (image.get("alt") or "") if image is not None else ""
        rows.add(href, _facts_of_cells(line), icon)
        return True


class ListAdapter:
    """Apache's plain listing and Python's http.server: links in `<ul>`, names only."""

    def rows(self, page: Page) -> list[Entry] | None:
        """See Adapter."""
        blocks = list(page.tree.iter("ul"))
        if not blocks:
            return None
        rows = _Rows(page)
        for block in blocks:
            for element in block.iter("a"):
                rows.add(element.get("href") or "", Facts(), "")
        return rows.entries


# The one that reads most rows is believed; in this order where they read the same.
ADAPTERS: tuple[Adapter, ...] = (PreformattedAdapter(), TableAdapter(), ListAdapter())


class _Rows:
    """Collects rows; a link that comes twice (icon and name) is one row, with what either says."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._by_url: dict[str, Entry] = {}

    def add(self, href: str, facts: Facts, icon: str) -> None:
        url = self._page.row_url(href)
        if url is None:
            return
        directory = url.endswith("/") or _DIRECTORY_ICON.match(icon.strip()) is not None
        if directory and not url.endswith("/"):
            url += "/"
        known = self._by_url.get(url)
        if known is None or (known.size is None and known.modified is None):
            self._by_url[url] = entry_of(url, facts, self._page.url, directory=directory)

    @property
    def entries(self) -> list[Entry]:
        return list(self._by_url.values())


def _line_after(element: etree._Element) -> str:
    """The text from a link to the end of its line or the next link."""
    return (element.tail or "").partition("\n")[0]


def _facts_of_cells(line: etree._Element) -> Facts:
    modified, size, exact = None, None, True
    for text in _texts(line):
        if modified is None and (found := parse_date(text)[0]):
            modified = found
        elif size is None:
            size, exact = parse_size(text)
    return Facts(size, exact, modified)


def _texts(line: etree._Element) -> Iterator[str]:
    for cell in line.iter("td"):
        if cell.find(".//a") is None:
            yield plain_text(cell)


def _has_header(page: Page) -> bool:
    """An empty HTMLTable still has its column links."""
    return page.has_sort_links and next(page.tree.iter("th"), None) is not None
