"""XML from strangers: no entities, no DTD, no network, as much as can be read of damaged files, and never too much."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from documents.charset import decode
from extraction.texts.tag_soup import mended_tags

# Bytes in which a document type declaration must stand.
_PROLOG_BYTES = 4096
# Tags of one part that are looked at, opening and closing ones. A page of Word has 1,000 to 3,000. A million take the
# parser 0.25 s and 100 MB, and walks another second; a hostile part of 64 MB could have twenty times as many.
MOST_TAGS = 1_000_000
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
# Tags of a damaged part that are mended one by one: 0.3 s.
MENDED_TAGS = 200_000


@dataclass(frozen=True, slots=True)
class ParsedXml:
    """The root, or None where nothing is left; whether the parser had to repair; whether tags were left out."""

    root: etree._Element | None
    repaired: bool
    cut: bool = False


def parse_xml(data: bytes, most_tags: int = MOST_TAGS) -> ParsedXml:
    """Parse, repairing. Entities stay unresolved: nothing is fetched, and the text behind them is kept."""
    kept = within_tags(data, most_tags)
    parsed = _parsed(kept)
    if parsed.repaired:
        parsed = _best_of_damaged(kept, parsed)
    cut = len(kept) < len(data)
    return ParsedXml(parsed.root, parsed.repaired or cut, cut)


def within_tags(data: bytes, most_tags: int) -> bytes:
    """The beginning that has at most so many tags."""
    if data.count(b"<") <= most_tags:
        return data
    low, high = 0, len(data)
    left = most_tags
    while high - low > 1:
        middle = (low + high) // 2
        count = data.count(b"<", low, middle)
        if count > left:
            high = middle
        else:
            low, left = middle, left - count
    return data[:low]


def _parsed(data: bytes) -> ParsedXml:
    # With a document type the parser's own limits stay on: entities in attributes are expanded whatever one asks.
    declares_type = b"<!DOCTYPE" in data[:_PROLOG_BYTES].replace(b"\x00", b"")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=not declares_type
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return ParsedXml(None, repaired=True)
    if declares_type and root is not None:
        etree.strip_elements(root, etree.Entity, with_tail=False)  # they would hide the text behind them from walks
    return ParsedXml(root, repaired=len(parser.error_log) > 0)


def _best_of_damaged(data: bytes, first: ParsedXml) -> ParsedXml:
    """Once more in the charset that the bytes are really in, and with mended tags; what holds most text is taken.

    Writers that declare UTF-8 and write cp1252 are as old as XML: that alone is no damage.
    """
    start = data.find(b"<")
    if start < 0 or b"<!DOCTYPE" in data[:_PROLOG_BYTES].replace(b"\x00", b""):
        return first
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff")) or data[1:2] == b"\x00" or data[:1] == b"\x00"
    decoded = decode(data if wide else data[start:])
    declaration = _DECLARATION.match(decoded.text)
    text = decoded.text[declaration.end() :] if declaration else decoded.text
    tries = [first]
    if start or first.root is None or decoded.charset != "utf-8" or not decoded.exact:
        tries.append(_parsed(text.encode("utf-8", "replace")))
    if tries[-1].repaired and data.count(b"<") <= MENDED_TAGS:
        tries.append(ParsedXml(_parsed(mended_tags(text).encode("utf-8", "replace")).root, repaired=True))
    return max(tries, key=lambda parsed: (_size(parsed.root), not parsed.repaired))


def _size(root: etree._Element | None) -> int:
    """Characters of text that are not lost."""
    if root is None:
        return -1
    return sum(len(text) - text.count("\ufffd") for text in map(str, root.itertext()))


def local_name(element: etree._Element) -> str:
    """The name without its namespace: strict office files have other namespaces than usual ones."""
    tag: object = element.tag  # a function for comments, instructions and entities
    return _without_namespace(tag) if isinstance(tag, str) else ""


@lru_cache(maxsize=4096)
def _without_namespace(tag: str) -> str:
    return tag.rpartition("}")[2]
