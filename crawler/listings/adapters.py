"""One adapter for each layout that a server writes: preformatted text, a table, a list.

Each looks at every element of a page a fixed number of times, however a page nests them.

The seam: an adapter is asked whether a page has its layout, and gives the page's rows. A general parser takes the
place of these without a change elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Protocol

from lxml import etree

from crawler.listings.page import Page, outermost, plain_text
from crawler.listings.rows import Facts, entry_of, facts_of, parse_date, parse_size
from crawler.pages import MOST_ADDRESS_CHARACTERS, check_characters
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
        blocks = [self._block(each, page) for each in outermost(page.tree, "pre") if each.find(".//a") is not None]
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
    """Apache's HTMLTable: one row a `<tr>`, the first link below the folder names it. A table in a cell has its own."""

    def rows(self, page: Page) -> list[Entry] | None:
        """See Adapter."""
        rows = _Rows(page)
        found = False
        for table in outermost(page.tree, "table"):
            for line in _lines(table):
                href = next((href for href in line.hrefs if page.row_url(href)), None)
                if href is not None:
                    found = True
                    rows.add(href, _facts_of_cells(line.texts), line.icon)
        return rows.entries if found or _has_header(page) else None


class ListAdapter:
    """Apache's plain listing and Python's http.server: links in `<ul>`, names only."""

    def rows(self, page: Page) -> list[Entry] | None:
        """See Adapter."""
        blocks = list(outermost(page.tree, "ul"))
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
        self._left = MOST_ADDRESS_CHARACTERS

    def add(self, href: str, facts: Facts, icon: str) -> None:
        url = self._page.row_url(href)
        if url is None:
            return
        self._left -= len(url)
        check_characters(self._left)
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


@dataclass(slots=True)
class _Line:
    """What one `<tr>` holds itself: addresses in order, texts of the cells without a link, the first picture's name."""

    hrefs: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    icon: str = ""


@dataclass(slots=True)
class _Cell:
    """A `<td>`, and whether it holds text alone: neither a link nor another cell."""

    element: etree._Element
    is_text: bool = True


def _lines(table: etree._Element) -> list[_Line]:
    """The lines of a table and of those inside it, in order of their beginning; one pass, however they are nested."""
    lines: list[_Line] = []
    open_lines: list[_Line] = []
    open_cells: list[_Cell] = []
    for event, element in etree.iterwalk(table, events=("start", "end"), tag=("tr", "td", "a", "img")):
        if event == "start":
            if element.tag == "tr":
                open_lines.append(_Line())
                lines.append(open_lines[-1])
            elif open_lines:
                _take(element, open_lines[-1], open_cells)
        elif element.tag == "tr":
            open_lines.pop()
        elif open_cells and open_cells[-1].element is element and open_cells.pop().is_text:
            open_lines[-1].texts.append(plain_text(element))
    return lines


def _take(element: etree._Element, line: _Line, open_cells: list[_Cell]) -> None:
    """Add what begins in a line to it."""
    if element.tag == "img":
        line.icon = line.icon or element.get("alt") or ""
        return
    if open_cells:
        open_cells[-1].is_text = False
    if element.tag == "td":
        open_cells.append(_Cell(element))
    else:
        line.hrefs.append(element.get("href") or "")


def _facts_of_cells(texts: list[str]) -> Facts:
    modified, size, exact = None, None, True
    for text in texts:
        if modified is None and (found := parse_date(text)[0]):
            modified = found
        elif size is None:
            size, exact = parse_size(text)
    return Facts(size, exact, modified)


def _has_header(page: Page) -> bool:
    """An empty HTMLTable still has its column links."""
    return page.has_sort_links and next(page.tree.iter("th"), None) is not None
