"""What reads a page in the benchmark: our parser, and peers that do some of the same."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from lxml import etree

from crawler.listings import parse_listing
from documents.records import EntryKind

OURS = "stray"
TITLE_RULE = "title rule"
LINKS_BELOW = "links below the base"
# The peer's module, and the package that brings it: not among our dependencies, it is used where it is installed.
PEER_MODULE = "htmllistparse"
# What beautifulsoup4 parses with; html5lib is what the peer's authors recommend.
PEER_PARSERS = ("html5lib", "lxml")


@dataclass(frozen=True, slots=True)
class Row:
    """One row, as any reader tells it.

    Attributes:
        error: how far the true size may lie from `size`, bytes, where the reader says so.
    """

    name: str
    kind: EntryKind
    size: int | None = None
    error: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader says of a page.

    Attributes:
        detected: is it a listing? None from readers that do not ask.
        rows: None from readers that read none.
    """

    detected: bool | None
    rows: tuple[Row, ...] | None = None


Reader = Callable[[bytes, str], Answer]


def ours(body: bytes, url: str) -> Answer:
    """The parser of `crawler.listings`."""
    listing = parse_listing(body, url)
    rows = (Row(entry.name, entry.kind, entry.size, entry.size_error) for entry in listing.entries)
    return Answer(listing.is_listing, tuple(rows))


def title_rule(body: bytes, url: str) -> Answer:
    """A listing is what has `Index of` as the beginning of its title."""
    tree = _tree(body)
    title = "" if tree is None else (tree.findtext(".//title") or "")
    return Answer(title.strip().lower().startswith("index of"))


def links_below(body: bytes, url: str) -> Answer:
    """Each address strictly below the page's folder is a row, whatever it asks; what ends in a slash is a folder."""
    folder = url.partition("?")[0].rpartition("/")[0] + "/"
    links = (urldefrag(link).url.partition("?")[0] for link in absolute_links(body, url))
    below = dict.fromkeys(link for link in links if link.startswith(folder) and link != folder)
    rows = (
        Row(
            unquote(urlsplit(link).path.rstrip("/").rpartition("/")[2]),
            EntryKind.DIRECTORY if link.endswith("/") else EntryKind.FILE,
        )
        for link in below
    )
    return Answer(None, tuple(rows))


def absolute_links(body: bytes, url: str) -> Iterator[str]:
    """Every `<a href>` of a page, made absolute by the standard library: the least that any reader does."""
    tree = _tree(body)
    for element in () if tree is None else tree.iter("a"):
        href = element.get("href")
        if href:
            try:
                yield urljoin(url, href)
            except ValueError:
                continue


def readers() -> Mapping[str, Reader]:
    """All readers that can be run here, ours first."""
    found: dict[str, Reader] = {OURS: ours, LINKS_BELOW: links_below, TITLE_RULE: title_rule}
    peer = installed(PEER_MODULE)
    if peer is not None:
        soup = importlib.import_module("bs4").BeautifulSoup
        for parser in PEER_PARSERS:
            found[f"{PEER_MODULE} ({parser})"] = partial(_peer, peer.parse, partial(soup, features=parser))
    return found


def installed(module: str) -> ModuleType | None:
    """A peer's module, None where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError:
        return None


def _peer(parse: Callable[[Any], Any], soup: Callable[[bytes], Any], body: bytes, url: str) -> Answer:
    """As its documentation says, "exceptions or an empty listing suggest a failure"."""
    try:
        _, listing = parse(soup(body))
    except Exception:  # noqa: BLE001 - whatever it raises
        return Answer(detected=False, rows=())
    rows = (
        Row(
            each.name.removesuffix("/"),
            EntryKind.DIRECTORY if each.name.endswith("/") else EntryKind.FILE,
            each.size,
        )
        for each in listing
    )
    return Answer(bool(listing), tuple(rows))


def _tree(body: bytes) -> etree._Element | None:
    try:
        return etree.fromstring(body, etree.HTMLParser(huge_tree=True, no_network=True))
    except etree.LxmlError:
        return None
