"""Listings of Azure Blob containers (EnumerationResults): from bytes to blobs, whatever a server makes of them.

Both shapes are read: the container named by a URL or beside a service endpoint, blobs with and without an address of
their own. The parser expands no entities, loads nothing, and keeps what it read before a page breaks off.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

from lxml import etree

from fetching.bucket_listings import ListedObject
from fetching.xml_stream import XmlStream, local_name, root_name

_ROOT = "EnumerationResults"
_ROWS = ("Blob", "BlobPrefix")
# `Containers` tells a list of an account's containers, which has the same root, from one of blobs.
_FACTS = ("NextMarker", "Prefix", "MaxResults", "Blobs", "Containers")
# Of a row, what lies directly in it and what lies in its `Properties`.
_OF_ROW = frozenset(["Name", "Deleted", "Snapshot", "VersionId", "IsCurrentVersion"])
_OF_PROPERTIES = frozenset(["Content-Length", "Last-Modified", "Etag", "ETag", "ResourceType"])
# Digits of a size that are read: 10^18 bytes fit into the database's 64 bits, and are 5,000 times the largest blob.
_SIZE_DIGITS = 18
# Characters of an ETag that are kept: the service's have 17.
_ETAG_LENGTH = 128
# A version or snapshot, as it goes into an address: a moment in UTC, to 100 ns.
_MOMENT_OF_VERSION = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z")
_RFC_1123 = re.compile(r"[A-Za-z]{3}, (\d\d) ([A-Za-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT")
_MONTHS = {name: at for at, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}


@dataclass(frozen=True, slots=True)
class AzureListing:
    """One page of a container's listing.

    Attributes:
        service: the account's blob endpoint as the page names it, without a trailing slash; may be empty.
        container: its name as the page gives it; may be empty.
        objects: in the order of the page. A folder of a hierarchical account comes as a key that ends in a slash.
        prefixes: "folders", where the listing was asked for with a delimiter.
        next_marker: where the listing goes on; None on the last page.
        damaged: not well-formed from some place on; `objects` has the rows that were complete before it.
    """

    service: str
    container: str
    objects: tuple[ListedObject, ...]
    prefixes: tuple[str, ...]
    next_marker: str | None
    damaged: bool


def parse_azure_listing(body: bytes) -> AzureListing | None:
    """Read one page. None where the bytes are something else: an error, an HTML page, nothing, a page with a DTD."""
    body = as_utf8(body)
    if root_name(body) != _ROOT:
        return None
    stream = XmlStream(body, rows=_ROWS, facts=_FACTS)
    rows: list[ListedObject] = []
    prefixes: list[str] = []
    facts: dict[str, str] = {}
    root: etree._Element | None = None
    for element in stream:
        parent = element.getparent()
        grandparent = None if parent is None else parent.getparent()
        name = local_name(element)
        if grandparent is None:
            root = parent
            facts.setdefault(name, element.text or "")
        elif grandparent.getparent() is None and name == "Blob":
            rows.append(_listed(element))
        elif grandparent.getparent() is None and name == "BlobPrefix":
            prefixes.append(_fields(element)["Name"])
    if "Containers" in facts and "Blobs" not in facts:
        return None
    service, container = _place(root)
    return AzureListing(
        service=service,
        container=container,
        objects=tuple(row for row in rows if row.key),
        prefixes=tuple(prefix for prefix in prefixes if prefix),
        next_marker=_unless_blank(facts.get("NextMarker", "")),
        damaged=stream.damaged,
    )


def as_utf8(body: bytes) -> bytes:
    """The page in UTF-8, without a byte order mark: the service sends one, some proxies turn pages into UTF-16."""
    for mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        if body.startswith(mark):
            body = body.decode("utf-16", "replace").encode("utf-8", "replace")
    return body.removeprefix(codecs.BOM_UTF8).lstrip()


def version_in_address(item: ListedObject) -> tuple[str, str] | None:
    """Name and value of the query that asks for this version; None for the one that is current."""
    name, _, value = (item.version or "").partition("=")
    return (name, value) if value else None


def _listed(row: etree._Element) -> ListedObject:
    fields = _fields(row)
    version = _version(fields)
    deleted = _is_true(fields.get("Deleted"))
    key = fields["Name"]
    if fields.get("ResourceType", "").strip().lower() == "directory" and not key.endswith("/"):
        key += "/"
    return ListedObject(
        key=key,
        size=_size(fields.get("Content-Length", "").strip()),
        modified=_moment(fields.get("Last-Modified", "").strip()),
        version=version,
        etag=(fields.get("Etag") or fields.get("ETag", "")).strip().strip('"')[:_ETAG_LENGTH],
        is_current=version is None and not deleted,
        deleted=deleted,
    )


def _fields(row: etree._Element) -> dict[str, str]:
    """Texts by name, the first of each; `Name` always, as it is meant and with its white space."""
    fields = {"Name": ""}
    named = False
    for child in row:
        name = local_name(child)
        if name == "Properties":
            for inner in child:
                if (of := local_name(inner)) in _OF_PROPERTIES:
                    fields.setdefault(of, inner.text or "")
        elif name == "Name" and not named:
            named = True
            fields["Name"] = _name(child)
        elif name in _OF_ROW:
            fields.setdefault(name, child.text or "")
    return fields


def _name(element: etree._Element) -> str:
    """Names with characters that XML has no place for come percent-encoded, a plus sign as a plus sign."""
    text = element.text or ""
    return unquote(text, errors="surrogateescape") if _is_true(element.get("Encoded")) else text


def _version(fields: dict[str, str]) -> str | None:
    """What to add to the address for a snapshot or an earlier version; None for what is current, or names no moment."""
    snapshot, version = fields.get("Snapshot", "").strip(), fields.get("VersionId", "").strip()
    if _MOMENT_OF_VERSION.fullmatch(snapshot):
        return f"snapshot={snapshot}"
    if _MOMENT_OF_VERSION.fullmatch(version) and not _is_true(fields.get("IsCurrentVersion")):
        return f"versionid={version}"
    return None


def _place(root: etree._Element | None) -> tuple[str, str]:
    """Endpoint and container: `ContainerName` is the container's address in old versions, its name in newer ones."""
    if root is None:
        return "", ""
    service = (root.get("ServiceEndpoint") or "").strip().rstrip("/")
    container = (root.get("ContainerName") or "").strip()
    if "://" not in container:
        return service, container
    try:
        parts = urlsplit(container)
    except ValueError:
        return service, ""
    folder, _, name = parts.path.rstrip("/").rpartition("/")
    return service or f"{parts.scheme}://{parts.netloc}{folder}", unquote(name)


def _unless_blank(text: str) -> str | None:
    return text if text.strip() else None


def _is_true(text: str | None) -> bool:
    return (text or "").strip().lower() == "true"


def _size(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _SIZE_DIGITS else None


def _moment(text: str) -> datetime | None:
    """`Mon, 27 Jul 2009 23:28:53 GMT`, as all versions write it."""
    match = _RFC_1123.fullmatch(text)
    if match is None:
        return None
    day, month, year, hour, minute, second = match.groups()
    try:
        return datetime(int(year), _MONTHS[month.lower()], int(day), int(hour), int(minute), int(second), tzinfo=UTC)
    except (ValueError, KeyError):
        return None
