"""One parsed page, as the listing readers see it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from lxml import etree
from w3lib.encoding import http_content_type_encoding, resolve_encoding

from crawler.listings.addresses import Addresses
from crawler.listings.cues import is_hint, is_path_title, is_signature, names_a_path
from crawler.pages import base_url

_TITLES = ("title", "h1", "h2", "h3", "h4")
# Elements in whose own text a page may say that it is a listing, where it has no such title; looked at up to a number.
_WORDING = frozenset("b big caption center div font legend p span strong td th".split())
_LOOKED_AT = 400
_MOST_TITLES = 3
_MOST_METAS = 50
# Beginnings and ends of elements whose text is a row's: real rows have less than a hundred.
_MOST_PARTS = 400
# Text of one such part, characters: a name has 255 on all common systems, a description seldom more.
LONGEST_PART = 4_000


@dataclass(frozen=True, eq=False)
class Page:
    """A page that may be a listing.

    Attributes:
        tree: the whole page.
        url: where it was fetched, absolute.
        content_type: the header's value, if any.
    """

    tree: etree._Element
    url: str
    content_type: str | None = None

    @cached_property
    def addresses(self) -> Addresses:
        """What its links mean."""
        return Addresses(self.url, base_url(self.tree, self.url), self.charset)

    @cached_property
    def charset(self) -> str | None:
        """The charset that the server or the page names."""
        written = http_content_type_encoding(self.content_type) if self.content_type else None
        for element in islice(self.tree.iter("meta"), _MOST_METAS):
            content = element.get("content") if (element.get("http-equiv") or "").lower() == "content-type" else None
            written = written or element.get("charset") or (http_content_type_encoding(content) if content else None)
        return resolve_encoding(written) if written else None

    @cached_property
    def titles(self) -> list[str]:
        """Title and first headings, in one line each; their words are a server's signature."""
        found: list[str] = []
        for tag in _TITLES:
            # A header file brings a title of its own.
            found += [text for element in islice(self.tree.iter(tag), _MOST_TITLES) if (text := plain_text(element))]
        return found

    @cached_property
    def is_signed(self) -> bool:
        """Does a title say in words that this is a listing?"""
        return any(is_signature(line) for line in self.titles)

    @cached_property
    def is_hinted(self) -> bool:
        """Does a title hold such words somewhere?"""
        return any(is_hint(line) for line in self.titles)

    @cached_property
    def names_its_path(self) -> bool:
        """Does it name the folder's path, too?"""
        return any(names_a_path(line) for line in self.titles)

    @cached_property
    def has_path_title(self) -> bool:
        """Is a title nothing but a folder's path?"""
        return any(is_path_title(line) for line in self.titles)

    @cached_property
    def is_worded(self) -> bool:
        """Does its text begin so somewhere near the top?"""
        for number, element in enumerate(self.tree.iter(*_WORDING)):
            if number >= _LOOKED_AT:
                return False
            if element.text and is_signature(element.text.strip()):
                return True
        return False


def plain_text(element: etree._Element) -> str:
    """The text of an element in one line."""
    return " ".join("".join(str(part) for part in element.itertext()).split())


def first_text(element: etree._Element) -> str:
    """The same of a row or its part, as far as _MOST_PARTS parts of LONGEST_PART characters each.

    A row may hold all rows below it, and a link all links: each would read all that follows again.
    """
    if len(element) == 0:
        return " ".join((element.text or "")[:LONGEST_PART].split())
    parts = []
    for event, part in islice(etree.iterwalk(element, events=("start", "end")), _MOST_PARTS):
        text = part.text if event == "start" else part.tail if part is not element else None
        if text:
            parts.append(text[:LONGEST_PART])
    return " ".join("".join(parts).split())
