"""XML bucket listings (ListBucketResult, versions 1 and 2): from bytes to keys, whatever a server makes of them.

Met while crawling, and read by the bucket probes. The parser expands no entities, loads nothing, and keeps what it
read before a page breaks off.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote_plus

from lxml import etree

_ROOT = "ListBucketResult"
# Digits of a size that are read: 10^18 bytes fit into the database's 64 bits, and are 20,000 times the largest object.
_SIZE_DIGITS = 18
_NO_SPACE = re.compile(rb"\S")
# What may stand before a root element, and where each ends.
_BEFORE_ROOT = ((b"<?", b"?>"), (b"<!--", b"-->"))


@dataclass(frozen=True, slots=True)
class ListedObject:
    """One object of a listing.

    Attributes:
        key: decoded; bytes that are not UTF-8 are kept as surrogate escapes, so that nothing is lost.
        size: bytes, or None where the listing does not say.
        modified: as listed; None where it can not be read. Not the date of exposure.
    """

    key: str
    size: int | None = None
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class BucketListing:
    """One page of a bucket listing.

    Attributes:
        bucket: its name as the service gives it, may be empty.
        objects: in the order of the page.
        prefixes: "folders", where the listing was asked for with a delimiter.
        is_truncated: there are more pages.
        next_token: version 2's continuation token, or None.
        next_marker: where a version 1 listing goes on: NextMarker, or else the last key; None on the last page.
        damaged: not well-formed from some place on; `objects` has the rows that were complete before it.
    """

    bucket: str
    objects: tuple[ListedObject, ...]
    prefixes: tuple[str, ...]
    is_truncated: bool
    next_token: str | None
    next_marker: str | None
    damaged: bool


def parse_bucket_listing(body: bytes) -> BucketListing | None:
    """Read one page. None where the bytes are something else: an error, an HTML page, nothing, a page with a DTD."""
    body = body.removeprefix(codecs.BOM_UTF8).lstrip()
    if _has_dtd(body):
        return None
    elements, damaged = _elements(body)
    if not elements or _local(elements[0]) != _ROOT:
        return None
    children = elements[1:]
    encoded = _first(children, "EncodingType").lower() == "url"
    listed = [_object(child, encoded) for child in children if _local(child) == "Contents"]
    objects = tuple(item for item in listed if item.key)
    prefixes = (_decoded(_first(child, "Prefix"), encoded) for child in children if _local(child) == "CommonPrefixes")
    truncated = _first(children, "IsTruncated").strip().lower() == "true"
    marker = _decoded(_first(children, "NextMarker"), encoded) or (objects[-1].key if objects else "")
    return BucketListing(
        bucket=_first(children, "Name"),
        objects=objects,
        prefixes=tuple(prefix for prefix in prefixes if prefix),
        is_truncated=truncated,
        next_token=_first(children, "NextContinuationToken") or None,
        next_marker=(marker or None) if truncated else None,
        damaged=damaged,
    )


def _elements(body: bytes) -> tuple[list[etree._Element], bool]:
    """The root and those of its children that are complete, and whether the bytes broke off or went wrong.

    A recovering parser was tried: it closes what is open, and so makes whole keys out of half ones.
    """
    parser = etree.XMLPullParser(
        events=("start", "end"),
        encoding="utf-8",  # whatever a page declares: in another encoding, a DTD would not be seen
        recover=False,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    damaged = False
    try:
        parser.feed(body)
        parser.close()
    except etree.XMLSyntaxError:
        damaged = True
    elements: list[etree._Element] = []
    for event, element in parser.read_events():
        if isinstance(element, etree._Element) and (
            not elements or (event == "end" and element.getparent() is elements[0])
        ):
            elements.append(element)
    return elements, damaged


def _has_dtd(body: bytes) -> bool:
    """Does a DTD stand before the root element? No service writes one.

    It is there to be expanded, and that begins while it is read: entities, or thousands of attributes on each element.
    """
    at = 0
    while True:
        mark = _NO_SPACE.search(body, at)
        at = mark.start() if mark else len(body)
        kind = next((kind for kind in _BEFORE_ROOT if body.startswith(kind[0], at)), None)
        if kind is None:
            return body.startswith(b"<!", at)
        opening, ending = kind
        at = body.find(ending, at + len(opening))
        if at < 0:
            return False
        at += len(ending)


def _object(row: etree._Element, encoded: bool) -> ListedObject:
    return ListedObject(
        key=_decoded(_first(row, "Key"), encoded),
        size=_size(_first(row, "Size").strip()),
        modified=_moment(_first(row, "LastModified").strip()),
    )


def _size(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _SIZE_DIGITS else None


def _local(element: etree._Element) -> str:
    """The name without its namespace: services use several, and some none."""
    return etree.QName(element).localname


def _first(elements: Iterable[etree._Element], name: str) -> str:
    """Text of the first element of this name, white space kept: a key may begin or end with it."""
    return next((element.text or "" for element in elements if _local(element) == name), "")


def _decoded(text: str, encoded: bool) -> str:
    """`encoding-type=url`: percent-encoded, a space as a plus sign."""
    return unquote_plus(text, errors="surrogateescape") if encoded else text


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            moment.astimezone(UTC)  # a moment beyond the years 1 to 9999 there is none that could be stored
    except (ValueError, OverflowError):
        return None
    return moment
