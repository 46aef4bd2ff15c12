"""Sitemaps and feeds: files that list a site's addresses, in XML or one a line, packed or not."""

from __future__ import annotations

import contextlib
import io
import re
import zlib
from dataclasses import dataclass, field

from lxml import etree

from crawler.middlewares.decoding import inflated
from fetching.errors import NoAnswerError

# Addresses of one sitemap: the protocol allows 50,000 (sitemaps.org).
MOST_ADDRESSES = 50_000
# Bytes of one sitemap, unpacked: the protocol allows 50 MiB.
MOST_BYTES = 50 << 20
# Only this much is looked at to tell a sitemap from other files, bytes: comments may stand before the root.
_SNIFFED_BYTES = 4 << 10
# Longest address, characters; longer ones are not followed anywhere.
_LONGEST_TEXT = 8_000
_GZIP = b"\x1f\x8b"
_ROOT = re.compile(rb"<(?:\w{1,20}:)?(?P<root>urlset|sitemapindex|rss|feed|RDF)\b")
_ADDRESS_TAGS = frozenset(["loc", "link", "enclosure"])
_ROW_TAGS = frozenset(["channel", "entry", "feed", "item", "sitemap", "url"])
# Namespace of the pictures on a page, which its own address leads to.
_PICTURES = "sitemap-image/1.1"
# Elements that are looked at: a row has five, with pictures some more. That many take 1 s.
_MOST_ELEMENTS = 1_000_000


@dataclass(frozen=True, slots=True)
class SitemapRow:
    """One address, as written.

    Attributes:
        address: not checked: a sitemap may name any.
        is_sitemap: does it lead to another sitemap?
    """

    address: str
    is_sitemap: bool = False


@dataclass(slots=True)
class Sitemap:
    """What a sitemap lists.

    Attributes:
        rows: its addresses.
        is_whole: False where it goes on after what was read.
        is_feed: it holds text as well, which nobody has read here.
    """

    rows: list[SitemapRow] = field(default_factory=list)
    is_whole: bool = True
    is_feed: bool = False


def read_sitemap(body: bytes, name: str) -> Sitemap | None:
    """Read a file that may be a sitemap or a feed; None where it is none. Never raises for what the file holds.

    Args:
        body: its bytes, packed with gzip or not.
        name: last segment of its path: a list of addresses, one a line, is a sitemap when it is called one.
    """
    sitemap = Sitemap()
    if body.startswith(_GZIP):
        if "sitemap" not in name.lower() and not name.lower().endswith(".xml.gz"):
            return None
        try:
            body = inflated(body, MOST_BYTES)
        except (NoAnswerError, zlib.error):
            sitemap.is_whole = False
            return sitemap
    root = _ROOT.search(body[:_SNIFFED_BYTES])
    if root is not None:
        sitemap.is_feed = root["root"] not in (b"urlset", b"sitemapindex")
        _read_xml(body, sitemap, is_index=root["root"] == b"sitemapindex")
        return sitemap
    if "sitemap" in name.lower() and name.lower().endswith((".txt", ".txt.gz")):
        _read_lines(body, sitemap)
        return sitemap
    return None


def _read_lines(body: bytes, sitemap: Sitemap) -> None:
    for line in io.BytesIO(body.removeprefix(b"\xef\xbb\xbf")):
        address = line[:_LONGEST_TEXT].strip()
        if address.startswith((b"http://", b"https://")) and not _add(sitemap, SitemapRow(address.decode("latin-1"))):
            return


def _read_xml(body: bytes, sitemap: Sitemap, *, is_index: bool) -> None:
    """Row by row, so that memory does not hang on the file; entities and outside files are left alone."""
    walk = etree.iterparse(
        io.BytesIO(body),
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
    )
    addresses: list[str] = []
    left = _MOST_ELEMENTS
    with contextlib.suppress(etree.LxmlError):
        for _, element in walk:
            left -= 1
            if left < 0:
                break
            namespace, _, tag = str(element.tag).rpartition("}")
            if tag in _ADDRESS_TAGS and not namespace.endswith(_PICTURES):
                addresses.append(_address(element))
            elif tag in _ROW_TAGS:
                rows = [SitemapRow(address, is_index) for address in addresses if address]
                if not all(_add(sitemap, row) for row in rows):
                    return
                addresses = []
                _forget(element)
    if left < 0 or not body.rstrip().endswith(b">"):
        sitemap.is_whole = False
        del sitemap.rows[-1:]  # the address may have been cut short


def _address(element: etree._Element) -> str:
    """Of `<loc>`, RSS's `<link>`, Atom's `<link href>`, `<enclosure url>`."""
    written = (element.get("href") or element.get("url") or element.text or "").strip()
    return written if len(written) <= _LONGEST_TEXT else ""


def _forget(element: etree._Element) -> None:
    """Free a row that is read, and those before it."""
    element.clear()
    while (before := element.getprevious()) is not None:
        above = element.getparent()
        if above is None:
            return
        above.remove(before)


def _add(sitemap: Sitemap, row: SitemapRow) -> bool:
    """False when there is no room for it."""
    if len(sitemap.rows) >= MOST_ADDRESSES:
        sitemap.is_whole = False
        return False
    sitemap.rows.append(row)
    return True
