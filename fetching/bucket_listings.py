"""XML bucket listings (ListBucketResult, versions 1 and 2): from bytes to keys, whatever a server makes of them.

Met while crawling, and read by the bucket probes. The parser expands no entities, loads nothing, and keeps what it
read before a page breaks off.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from urllib.parse import unquote_plus

from lxml import etree

from fetching.plain_rows import PlainRow, plain_rows
from fetching.xml_controls import brought_back, carried
from fetching.xml_stream import XmlStream, local_name, root_name

_ROOT = "ListBucketResult"
_FACTS = ("Name", "EncodingType", "IsTruncated", "NextMarker", "NextContinuationToken")
# Digits of a size that are read: 10^18 bytes fit into the database's 64 bits, and are 20,000 times the largest object.
_SIZE_DIGITS = 18
# Characters of an ETag that are kept: S3's have 32, or 38 for an upload in parts.
ETAG_LENGTH = 128


@dataclass(frozen=True, slots=True)
class ListedObject:
    """One object of a listing.

    Attributes:
        key: decoded; bytes that are not UTF-8 are kept as surrogate escapes, so that nothing is lost.
        size: bytes, or None where the listing does not say.
        modified: as listed; None where it can not be read. Not the date of exposure.
        version: the service's word for this version of the object; None where the listing names none.
        etag: as listed, without quotation marks; may be empty.
        is_current: it is what is given to whoever names no version.
        deleted: nothing but a mark that the object was deleted.
    """

    key: str
    size: int | None = None
    modified: datetime | None = None
    version: str | None = None
    etag: str = ""
    is_current: bool = True
    deleted: bool = False


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
    if root_name(body) != _ROOT:
        return None
    body, has_controls = carried(body)
    plain = None if has_controls else plain_rows(body)
    rows = [] if plain is None else plain.rows
    stream = XmlStream(body if plain is None else plain.rest, rows=("Contents", "CommonPrefixes"), facts=_FACTS)
    facts: dict[str, str] = {}
    common: list[str] = []
    for element in stream:
        name = local_name(element)
        if name == "Contents":
            rows.append(_row(element))
        elif name == "CommonPrefixes":
            common.append(first_text(element, "Prefix"))
        elif _is_fact(element):
            facts.setdefault(name, element.text or "")
    encoded = facts.get("EncodingType", "").lower() == "url"
    if has_controls:
        rows = [(brought_back(key), modified, etag, size) for key, modified, etag, size in rows]
        common = [brought_back(prefix) for prefix in common]
        facts = {name: brought_back(text) for name, text in facts.items()}
    objects = tuple(_object(row, encoded) for row in rows if row[0])
    prefixes = (decoded(prefix, encoded) for prefix in common)
    truncated = facts.get("IsTruncated", "").strip().lower() == "true"
    marker = decoded(facts.get("NextMarker", ""), encoded) or (objects[-1].key if objects else "")
    return BucketListing(
        bucket=facts.get("Name", ""),
        objects=objects,
        prefixes=tuple(prefix for prefix in prefixes if prefix),
        is_truncated=truncated,
        next_token=facts.get("NextContinuationToken") or None,
        next_marker=(marker or None) if truncated else None,
        damaged=stream.damaged,
    )


def _is_fact(element: etree._Element) -> bool:
    """Does it stand beside the rows? Rows have fields of the same names, such as an owner's."""
    parent = element.getparent()
    return parent is not None and parent.getparent() is None


def _row(row: etree._Element) -> PlainRow:
    return first_text(row, "Key"), first_text(row, "LastModified"), first_text(row, "ETag"), first_text(row, "Size")


def _object(row: PlainRow, encoded: bool) -> ListedObject:
    key, modified, etag, size = row
    return ListedObject(
        unquote_plus(key, errors="surrogateescape") if encoded and ("%" in key or "+" in key) else key,
        size_of(size.strip()),
        moment_of(modified.strip()),
        None,
        etag.strip().strip('"')[:ETAG_LENGTH],
    )


def size_of(text: str) -> int | None:
    """Bytes as listed; None for what is no size."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _SIZE_DIGITS else None


def first_text(elements: Iterable[etree._Element], name: str) -> str:
    """Text of the first element of this name, white space kept: a key may begin or end with it."""
    return next((element.text or "" for element in elements if local_name(element) == name), "")


def decoded(text: str, encoded: bool) -> str:
    """`encoding-type=url`: percent-encoded, a space as a plus sign."""
    return unquote_plus(text, errors="surrogateescape") if encoded else text


def moment_of(text: str) -> datetime | None:
    """A time as listed; None where it can not be read."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None and not MINYEAR < moment.year < MAXYEAR:
            moment.astimezone(UTC)  # a moment beyond the years 1 to 9999 there is none that could be stored
    except (ValueError, OverflowError):
        return None
    return moment
