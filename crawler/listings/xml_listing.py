"""Folders as XML: nginx (`<list>`), OpenStack Swift (`<container>`) and Subversion (`<svn>`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from crawler.listings.listing import Listing
from crawler.listings.places import Places, last_name
from crawler.listings.values import moment_of, size_of
from documents.records import Entry, EntryKind, ModifiedSource
from fetching.xml_stream import XmlStream, local_name

# Bytes that no XML may hold and that nginx writes as they are are read as these signs, so that one name with a byte
# that is not UTF-8 does not cost the rows after it.
_STAND_INS = 0x10F800
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\udc80-\udcff]")
_STOOD_IN = re.compile(f"[{chr(_STAND_INS)}-{chr(_STAND_INS + 0xFF)}]")
_EMPTY = re.compile(rb"<(?:list|container\s+name=[^<>]{1,300})>\s*</(?:list|container)>\s*$")
_NGINX_KINDS = {"directory": EntryKind.DIRECTORY, "file": EntryKind.FILE, "other": EntryKind.UNKNOWN}


def well_formed_bytes(body: bytes) -> bytes:
    """The same bytes where they can stand in XML; else with a sign of its own for each that can not."""
    try:
        text = body.decode("utf-8")
        if not _FORBIDDEN.search(text):
            return body
    except UnicodeDecodeError:
        text = body.decode("utf-8", "surrogateescape")
    return _FORBIDDEN.sub(lambda match: chr(_STAND_INS + (ord(match[0]) & 0xFF)), text).encode()


def raw_text(text: str | None) -> str:
    """Text of an element with the bytes that `well_formed_bytes` took out, as surrogate escapes."""
    return _STOOD_IN.sub(_stood_for, text) if text else ""


def _stood_for(match: re.Match[str]) -> str:
    byte = ord(match[0]) & 0xFF
    escapes = 0x80
    return chr(0xDC00 + byte) if byte >= escapes else chr(byte)


def nginx_listing(body: bytes, url: str) -> Listing | None:
    """ngx_http_autoindex_module's `autoindex_format xml`: names are raw, times are UTC, only files have sizes.

    None for a `<list>` of anything else.
    """
    stream = XmlStream(well_formed_bytes(body), rows=tuple(_NGINX_KINDS))
    places = Places(url)
    entries: list[Entry] = []
    unread = 0
    for row in stream:
        kind = _NGINX_KINDS[local_name(row)]
        name = raw_text(row.text)
        place = places.named(name, directory=kind is EntryKind.DIRECTORY)
        if place is None:
            unread += 1
            continue
        entries.append(_entry(place, kind, url, row.get("size"), row.get("mtime")))
    if not entries and not unread and not _EMPTY.search(body):
        return None
    return Listing(is_listing=True, entries=tuple(entries), unread=unread + stream.damaged)


def swift_listing(body: bytes, url: str) -> Listing | None:
    """A container of Swift and its like: objects by key, `<subdir>` for folders. None for any other `<container>`."""
    stream = XmlStream(well_formed_bytes(body), rows=("object", "subdir"))
    places = Places(url, _container(url))
    entries: list[Entry] = []
    unread = 0
    for row in stream:
        facts = dict(_facts(row))
        folder = local_name(row) == "subdir"
        name = facts.get("name") or row.get("name") or ""
        place = places.keyed(name, directory=folder) if name else None
        if place is None:
            unread += 1
            continue
        kind = EntryKind.DIRECTORY if folder else EntryKind.FILE
        entries.append(_entry(place, kind, url, facts.get("bytes"), facts.get("last_modified")))
    if not entries and not unread and not _EMPTY.search(body):
        return None
    return Listing(is_listing=True, entries=tuple(entries), unread=unread + stream.damaged)


def svn_listing(body: bytes, url: str) -> Listing | None:
    """Subversion's folders where a style sheet is to draw them (`SVNIndexXSLT`): names and addresses alone."""
    stream = XmlStream(well_formed_bytes(body), rows=("dir", "file"), facts=("index",))
    places = Places(url)
    entries: list[Entry] = []
    unread = 0
    is_index = False
    for row in stream:
        kind = EntryKind.DIRECTORY if local_name(row) == "dir" else EntryKind.FILE
        if local_name(row) == "index":
            is_index = True
        elif (place := places.written(raw_text(row.get("href")))) is not None:
            entries.append(_entry(place, kind, url, None, None))
        else:
            unread += 1
    if not is_index and not entries:
        return None
    return Listing(is_listing=True, entries=tuple(entries), unread=unread + stream.damaged)


def _container(url: str) -> str:
    """A container's own address has no slash at its end, and its objects lie below it."""
    return Places(url.partition("?")[0].rstrip("/") + "/").folder


def _facts(row: etree._Element) -> Iterator[tuple[str, str]]:
    for child in row:
        yield local_name(child), raw_text(child.text)


def _entry(place: str, kind: EntryKind, parent: str, size: str | None, modified: str | None) -> Entry:
    size_bytes, error = size_of(size)
    moment = moment_of(modified)
    return Entry(
        url=place,
        kind=kind,
        name=last_name(place),
        size=None if kind is EntryKind.DIRECTORY else size_bytes,
        size_exact=error == 0,
        modified=moment,
        parent=parent,
        size_error=error,
        modified_source=ModifiedSource.XML if moment else None,
    )
