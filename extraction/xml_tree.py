"""XML from strangers: no entities, no DTD, no network, as much as can be read of damaged files."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

# Bytes in which a document type declaration must stand.
_PROLOG_BYTES = 4096


@dataclass(frozen=True, slots=True)
class ParsedXml:
    """The root, or None where nothing is left, and whether the parser had to repair."""

    root: etree._Element | None
    repaired: bool


def parse_xml(data: bytes) -> ParsedXml:
    """Parse, repairing. Entities stay unresolved: nothing is fetched, and the text behind them is kept."""
    # With a document type the parser's own limits stay on: entities in attributes are expanded whatever one asks.
    declares_type = b"<!DOCTYPE" in data[:_PROLOG_BYTES].replace(b"\x00", b"")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=not declares_type
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return ParsedXml(None, repaired=True)
    return ParsedXml(root, repaired=len(parser.error_log) > 0)


def local_name(element: etree._Element) -> str:
    """The name without its namespace: strict office files have other namespaces than usual ones."""
    tag: object = element.tag  # a function for comments, instructions and entities
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
