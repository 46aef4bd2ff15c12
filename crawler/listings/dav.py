"""WebDAV: the answer to PROPFIND (RFC 4918, `multistatus`), whatever prefix its namespace has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote_to_bytes, urlsplit

from lxml import etree

from crawler.listings.listing import Listing
from crawler.listings.places import Places, canonical_segment, escaped
from crawler.listings.values import moment_of, size_of
from crawler.listings.xml_listing import raw_text, well_formed_bytes
from documents.records import Entry, EntryKind, ModifiedSource
from fetching.xml_stream import XmlStream, local_name

_FOUND = "200"
# Members that are not there any more when they are listed.
_GONE = ("404", "410")


@dataclass(frozen=True, slots=True)
class _Member:
    """One `<response>`: the path as written, and what its properties say."""

    path: str
    kind: EntryKind
    size: int | None
    modified: datetime | None


def dav_listing(body: bytes, url: str) -> Listing | None:
    """The members of a collection, without itself; None where the answer is about something else."""
    stream = XmlStream(well_formed_bytes(body), rows=("response",))
    members: list[_Member] = []
    unread = 0
    for row in stream:
        member = _member(row)
        if member is not None:
            members.append(member)
        elif not _is_gone(row):
            unread += 1
    own = _own(members, url)
    if own is None:
        return None
    rows = _Rows(url, own.path)
    entries = [entry for member in members if member is not own and (entry := rows.entry(member))]
    unread += len(members) - 1 - len(entries) + stream.damaged
    return Listing(is_listing=True, entries=tuple(entries), unread=unread)


def _own(members: list[_Member], url: str) -> _Member | None:
    """The collection itself: what was asked for; or, behind a proxy that renames, the first, if it holds all others."""
    asked = _bare(escaped(urlsplit(url).path))
    for member in members:
        if _bare(member.path) == asked:
            return member if member.kind is EntryKind.DIRECTORY else None
    first = members[0] if members else None
    if first is None or first.kind is not EntryKind.DIRECTORY:
        return None
    folder = first.path.rstrip("/") + "/"
    return first if all(member.path.startswith(folder) for member in members[1:]) else None


def _bare(path: str) -> bytes:
    return unquote_to_bytes(path).rstrip(b"/")


class _Rows:
    """Members to entries: their paths below the collection's, whatever name the server has for itself."""

    def __init__(self, url: str, own_path: str) -> None:
        asked = urlsplit(url)
        self._places = Places(url, Places(f"{asked.scheme}://{asked.netloc}{asked.path.rstrip('/')}/").folder)
        self._prefix = own_path.rstrip("/") + "/"
        self._bare_prefix = _bare(own_path) + b"/"

    def entry(self, member: _Member) -> Entry | None:
        rest = self._below(member.path)
        segments: list[str] = []
        name = ""
        for part in rest.removesuffix("/").split("/"):
            segment = canonical_segment(part)
            if segment is None:
                return None
            segments.append(segment[0])
            name = segment[1]
        place = self._places.canonical("/".join(segments), directory=member.kind is EntryKind.DIRECTORY)
        if place is None:
            return None
        return Entry(
            url=place,
            kind=member.kind,
            name=name,
            size=member.size,
            modified=member.modified,
            parent=self._places.url,
            modified_source=ModifiedSource.DAV if member.modified else None,
        )

    def _below(self, path: str) -> str:
        """The path below the collection, empty for one that is not; servers do not always escape both alike."""
        if path.startswith(self._prefix):
            return path[len(self._prefix) :]
        depth = self._prefix.count("/")
        head, rest = "/".join(path.split("/")[:depth]), "/".join(path.split("/")[depth:])
        return rest if _bare(head) + b"/" == self._bare_prefix else ""


def _member(row: etree._Element) -> _Member | None:
    """None for a member without an address, or one that is gone."""
    path, status, properties = "", "", {}
    for child in row:
        name = local_name(child)
        if name == "href" and not path:
            path = _path(escaped(raw_text(child.text).strip()))
        elif name == "status":
            status = _code(child.text)
        elif name == "propstat":
            properties.update(_properties(child))
    if not path or status in _GONE:
        return None
    return _described(path, properties)


def _described(path: str, properties: dict[str, etree._Element]) -> _Member:
    resource = properties.get("resourcetype")
    length = properties.get("getcontentlength")
    changed = properties.get("getlastmodified")
    if (resource is not None and any(local_name(child) == "collection" for child in resource)) or path.endswith("/"):
        kind = EntryKind.DIRECTORY
    else:
        kind = EntryKind.UNKNOWN if resource is None and length is None else EntryKind.FILE
    return _Member(
        path=path,
        kind=kind,
        size=None if length is None or kind is EntryKind.DIRECTORY else size_of((length.text or "").strip())[0],
        modified=None if changed is None else moment_of(changed.text),
    )


def _properties(propstat: etree._Element) -> dict[str, etree._Element]:
    """Those that the server has: a property under any status but 200 is one that it has not."""
    found: dict[str, etree._Element] = {}
    status = _FOUND
    for child in propstat:
        name = local_name(child)
        if name == "status":
            status = _code(child.text)
        elif name == "prop":
            for each in child:
                found[local_name(each)] = each
    return found if status == _FOUND else {}


def _is_gone(row: etree._Element) -> bool:
    return any(local_name(child) == "status" and _code(child.text) in _GONE for child in row)


def _code(status: str | None) -> str:
    """`200` of `HTTP/1.1 200 OK` and of `HTTP/1.1 200`."""
    words = (status or "").split()
    return words[1] if len(words) > 1 else ""


def _path(href: str) -> str:
    """The path of an address that may be a URL: its host is the server's own idea of itself."""
    if "://" not in href and not href.startswith("//"):
        return href.partition("#")[0].partition("?")[0]
    try:
        return urlsplit(href).path
    except ValueError:
        return ""
