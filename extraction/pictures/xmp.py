"""XMP: what files say of where they are from, in XML that lies readable in PDF files and pictures."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator

from lxml import etree

from extraction.records import Origin
from extraction.texts.xml_tree import local_name, parse_xml

_START = re.compile(rb"<\w{1,6}:x[am]pmeta[\s>]")
_END = re.compile(rb"</\w{1,6}:x[am]pmeta\s{0,9}>")
# Bytes of one packet; real ones have 2 to 60 thousand, mostly padding outside of it.
_MOST_BYTES = 1 << 20
_MOST_PACKETS = 20
# Local names of properties, as elements or attributes, for each field.
_PROPERTIES = {
    "title": "title",
    "description": "subject",
    "subject": "keywords",
    "creator": "author",
    "Keywords": "keywords",
    "CreatorTool": "tool",
    "Producer": "producer",
    "language": "language",
    "CreateDate": "created",
    "ModifyDate": "modified",
    "Credit": "organisation",
    "Source": "organisation",
    "LastKeywordXMP": "keywords",
}
_DATED = ("created", "modified")
_ISO_DATE = re.compile(r"\d{4}(-\d\d){0,2}(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?")
_VALUE_CHARACTERS = 2000


def packets(data: bytes) -> Iterator[bytes]:
    """The readable packets of a file, the last one first: updates are put behind. Pictures inside bring their own."""
    starts = deque((found.start() for found in _START.finditer(data)), _MOST_PACKETS)
    for start in reversed(starts):
        end = _END.search(data, start, start + _MOST_BYTES)
        if end:
            yield data[start : end.end()]


def origin_of(packet: bytes, path: str = "") -> Origin:
    """What one packet says."""
    root = parse_xml(packet).root
    values: dict[str, str] = {}
    if root is not None:
        for description in root.iter(etree.Element):
            if local_name(description) == "Description":
                _collect(description, values)
    return Origin(path, **values)


def _collect(description: etree._Element, values: dict[str, str]) -> None:
    for name, value in description.attrib.items():
        _keep(str(name).rpartition("}")[2], str(value), values)
    for child in description.iterchildren(etree.Element):
        texts = (" ".join(text.split()) for text in child.itertext() if isinstance(text, str))
        _keep(local_name(child), ", ".join(text for text in texts if text), values)


def _keep(name: str, value: str, values: dict[str, str]) -> None:
    field = _PROPERTIES.get(name)
    if field in _DATED and not _ISO_DATE.fullmatch(value.strip()):
        return
    if field and value.strip():
        values.setdefault(field, value.strip()[:_VALUE_CHARACTERS])
