"""XML listings of versions (ListVersionsResult): what was written over or deleted, and may lie open all the same."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from lxml import etree

from fetching.bucket_listings import ETAG_LENGTH, ListedObject, decoded, first_text, moment_of, size_of
from fetching.xml_controls import brought_back, carried
from fetching.xml_stream import XmlStream, local_name, root_name

_ROOT = "ListVersionsResult"
_VERSION, _MARKER = "Version", "DeleteMarker"
_FACTS = ("EncodingType", "IsTruncated", "NextKeyMarker", "NextVersionIdMarker")
# Characters of a version's id that are kept: Amazon's have 32, an object with none has "null".
VERSION_LENGTH = 1_024


@dataclass(frozen=True, slots=True)
class VersionListing:
    """One page of a listing of versions.

    Attributes:
        objects: current ones, old ones and marks of deletion, in the order of the page.
        is_truncated: there are more pages.
        next_key: where it goes on, or None: the service's word, else the last row's key.
        next_version: likewise; None where the next page begins with another key.
        damaged: not well-formed from some place on.
    """

    objects: tuple[ListedObject, ...]
    is_truncated: bool
    next_key: str | None
    next_version: str | None
    damaged: bool


def parse_version_listing(body: bytes) -> VersionListing | None:
    """Read one page. None where the bytes are something else: a plain listing, an error, nothing, a page with a DTD."""
    body = body.removeprefix(codecs.BOM_UTF8).lstrip()
    if root_name(body) != _ROOT:
        return None
    body, _ = carried(body)
    stream = XmlStream(body, rows=(_VERSION, _MARKER), facts=_FACTS)
    facts: dict[str, str] = {}
    rows: list[ListedObject] = []
    for element in stream:
        name = local_name(element)
        if name in (_VERSION, _MARKER):
            rows.append(_object(element, deleted=name == _MARKER))
        else:
            facts.setdefault(name, element.text or "")
    encoded = facts.get("EncodingType", "").strip().lower() == "url"
    objects = tuple(_with_key(row, decoded(brought_back(row.key), encoded)) for row in rows if row.key)
    truncated = facts.get("IsTruncated", "").strip().lower() == "true"
    key, version = (
        decoded(brought_back(facts.get("NextKeyMarker", "")), encoded),
        facts.get("NextVersionIdMarker", "").strip(),
    )
    if not key and objects:
        key, version = objects[-1].key, objects[-1].version or ""
    return VersionListing(
        objects=objects,
        is_truncated=truncated,
        next_key=(key or None) if truncated else None,
        next_version=(version or None) if truncated else None,
        damaged=stream.damaged,
    )


def _object(row: etree._Element, *, deleted: bool) -> ListedObject:
    return ListedObject(
        key=first_text(row, "Key"),
        size=None if deleted else size_of(first_text(row, "Size").strip()),
        modified=moment_of(first_text(row, "LastModified").strip()),
        version=first_text(row, "VersionId").strip()[:VERSION_LENGTH] or None,
        etag=first_text(row, "ETag").strip().strip('"')[:ETAG_LENGTH],
        is_current=first_text(row, "IsLatest").strip().lower() == "true",
        deleted=deleted,
    )


def _with_key(row: ListedObject, key: str) -> ListedObject:
    if row.key == key:
        return row
    return ListedObject(key, row.size, row.modified, row.version, row.etag, row.is_current, row.deleted)
