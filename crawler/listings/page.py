"""One parsed page, as the listing adapters see it, and the rule which links can be rows at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urljoin, urlsplit

from lxml import etree

from crawler.pages import base_url
from scope.urls import canonical_url

# A row's address that is canonical as it stands below its folder: the usual case, worth not parsing.
_PLAIN_NAME = re.compile(r"[A-Za-z0-9._~-]*[A-Za-z0-9_~-]/?")
_SORT_LINK = re.compile(r"[^?]*\?(?:C=[NMSD][;&]O=[AD]|[NMSD]=[AD])")
# The same of other servers and of indexers in PHP: `?sort=name&order=desc`.
_SORT_PARAMETERS = frozenset(["layout", "orderby", "sort", "sortby"])


@dataclass(frozen=True, eq=False)
class Page:
    """A page that may be a listing.

    Attributes:
        tree: the whole page.
        url: where it was fetched, absolute.
    """

    tree: etree._Element
    url: str

    @cached_property
    def base(self) -> str:
        """What its addresses are relative to."""
        return base_url(self.tree, self.url)

    @cached_property
    def folders(self) -> tuple[str, ...]:
        """URLs that end in a slash; a row lies directly below one of them. Two where the page's URL lacks its slash."""
        bare = canonical_url(self.base).partition("?")[0]
        folder = bare.rpartition("/")[0] + "/"
        return (folder,) if bare.endswith("/") else (folder, bare + "/")

    @cached_property
    def title(self) -> str:
        """Title and first heading, in one line each; their words are a server's signature."""
        texts = []
        for tag in ("title", "h1", "h2"):
            element = next(self.tree.iter(tag), None)
            if element is not None:
                texts.append(plain_text(element))
        return "\n".join(texts)

    @cached_property
    def has_sort_links(self) -> bool:
        """Does it hold Apache's column links (`?C=N;O=D`), at least two of them?"""
        hrefs = {element.get("href") or "" for element in self.tree.iter("a")}
        wanted = 2
        return sum(map(is_sort_link, hrefs)) >= wanted

    def row_url(self, href: str) -> str | None:
        """The canonical URL that a row's link means; None for parent, sort, icon, footer and off-folder links."""
        href = href.strip().removeprefix("./")
        if _PLAIN_NAME.fullmatch(href) and href not in (".", ".."):
            return self.folders[0] + href
        if not href or href[0] in "?#":
            return None
        try:
            absolute = canonical_url(urljoin(self.base, href))
        except ValueError:
            return None
        return absolute if self._is_child(absolute) else None

    def _is_child(self, url: str) -> bool:
        if urlsplit(url).query:
            return False
        for folder in self.folders:
            rest = url[len(folder) :].removesuffix("/") if url.startswith(folder) else ""
            if rest and "/" not in rest:
                return True
        return False


def is_sort_link(address: str) -> bool:
    """Is this one of Apache's column links (`?C=N;O=D`, of old `?N=D`): the same rows in another order?"""
    return _SORT_LINK.fullmatch(address) is not None


def orders_anew(address: str, url: str) -> bool:
    """Does this address ask for the page itself, the same rows in another order or layout?"""
    if is_sort_link(address):
        return True
    path, _, query = address.partition("?")
    own_path, _, own_query = url.partition("?")
    if path.rstrip("/") != own_path.rstrip("/") or not _SORT_PARAMETERS & _parameters(query).keys():
        return False
    return _without_order(query) == _without_order(own_query)


def _parameters(query: str) -> dict[str, str]:
    parts = [part.partition("=") for part in re.split("[&;]", query) if part]
    return {name.lower(): value for name, _, value in parts}


def _without_order(query: str) -> dict[str, str]:
    """What a query asks for, in whichever order: `order=desc` says nothing beside `sort`, and something alone."""
    return {name: value for name, value in _parameters(query).items() if name not in (*_SORT_PARAMETERS, "order")}


def outermost(element: etree._Element, tag: str) -> Iterator[etree._Element]:
    """The elements of this tag that lie in no other of it, in order; nothing in the tree is looked at twice."""
    walk = etree.iterwalk(element, events=("start",), tag=tag)
    for _, found in walk:
        walk.skip_subtree()
        yield found


def plain_text(element: etree._Element) -> str:
    """The text of an element in one line."""
    return " ".join("".join(str(part) for part in element.itertext()).split())
