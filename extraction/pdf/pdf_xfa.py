"""XFA forms: their values and captions lie in XML packets beside the pages, which may only say "Please wait"."""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2.raw as pdfium
from lxml import etree

from extraction.budget import Budget
from extraction.texts.xml_tree import local_name, parse_xml

_FORMS = (pdfium.FORMTYPE_XFA_FULL, pdfium.FORMTYPE_XFA_FOREGROUND)
# Packets with what was filled in, and with the form's own words.
_VALUES, _TEMPLATE = "datasets", "template"
# Elements of a template that hold words; the others hold scripts and names.
_WORDS = frozenset(["text", "exData"])
# A form has some ten packets.
_MOST_PACKETS = 100
# Characters without a blank from which a value is a picture in base64, not words.
_ENCODED_CHARACTERS = 500


def xfa_text(document: Any, form_type: int, budget: Budget) -> str:
    """Captions, then values, a line each; empty where the document is no XFA form."""
    if form_type not in _FORMS:
        return ""
    packets = dict(_packet(document, index, budget) for index in range(_count(document)))
    lines = _lines(packets.get(_TEMPLATE, b""), _WORDS) + _lines(packets.get(_VALUES, b""), None)
    return "\n".join(lines)


def _count(document: Any) -> int:
    count: int = pdfium.FPDF_GetXFAPacketCount(document)
    return min(max(0, count), _MOST_PACKETS)


def _packet(document: Any, index: int, budget: Budget) -> tuple[str, bytes]:
    size = pdfium.FPDF_GetXFAPacketName(document, index, None, 0)
    name = ctypes.create_string_buffer(max(1, size))
    pdfium.FPDF_GetXFAPacketName(document, index, name, size)
    kind = name.value.decode("latin-1")
    needed = ctypes.c_ulong()
    if kind not in (_VALUES, _TEMPLATE) or not pdfium.FPDF_GetXFAPacketContent(document, index, None, 0, needed):
        return kind, b""
    budget.spend_bytes(needed.value)
    content = ctypes.create_string_buffer(max(1, needed.value))
    pdfium.FPDF_GetXFAPacketContent(document, index, content, needed.value, needed)
    return kind, content.raw[: needed.value]


def _lines(packet: bytes, within: frozenset[str] | None) -> list[str]:
    root = parse_xml(packet).root if packet.strip() else None
    if root is None:
        return []
    found: list[str] = []
    for element in root.iter(etree.Element):
        if within is None:
            found += [element.text or "", element.tail or ""]
        elif local_name(element) in within:
            found.append(" ".join(map(str, element.itertext())))
    stripped = (" ".join(each.split()) for each in found)
    return [each for each in stripped if each and not _is_encoded(each)]


def _is_encoded(value: str) -> bool:
    return len(value) > _ENCODED_CHARACTERS and " " not in value[:_ENCODED_CHARACTERS]
