"""Pages of buckets met while crawling: S3 and all that speak its protocol, Google among them; Azure's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, unquote_plus, urlencode, urlsplit, urlunsplit

from lxml import etree

from crawler.listings.listing import Listing
from crawler.listings.places import Places, last_name
from crawler.listings.values import moment_of, size_of
from crawler.listings.xml_listing import raw_text, well_formed_bytes
from documents.records import Entry, EntryKind, ModifiedSource
from fetching.xml_stream import XmlStream, local_name
from scope.urls import canonical_url

_ROWS = ("Contents", "CommonPrefixes", "Version", "DeleteMarker", "Blob", "BlobPrefix", "Container", "Bucket")
_FACTS = (
    "Name", "Prefix", "Delimiter", "EncodingType", "IsTruncated", "Marker", "NextMarker", "ContinuationToken",
    "NextContinuationToken", "KeyMarker", "NextKeyMarker", "VersionIdMarker", "NextVersionIdMarker",
)  # fmt: skip
# Parameters that say where a listing goes on.
_PAGING = ("marker", "continuation-token", "start-after", "key-marker", "version-id-marker")


@dataclass(slots=True)
class _Page:
    """One page as read: what stands once, and the fields of each row with the row's tag."""

    url: str
    facts: dict[str, str] = field(default_factory=dict)
    rows: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    damaged: bool = False

    def fact(self, name: str) -> str:
        return self.facts.get(name, "")

    def asked(self, **changed: str) -> str:
        """This page's address with other parameters, canonical; without those that page through it. `_` for `-`."""
        parts = urlsplit(self.url)
        new = {name.replace("_", "-"): value for name, value in changed.items()}
        kept = [
            (name, value)
            for name, value in parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape")
            if name not in _PAGING and name not in new
        ]
        query = urlencode([*kept, *new.items()], quote_via=quote, errors="surrogateescape")
        return canonical_url(urlunsplit((parts.scheme, parts.netloc, parts.path, query, "")))


def _s3(page: _Page) -> Listing:
    """ListBucketResult and ListVersionsResult."""
    encoded = page.fact("EncodingType").lower() == "url"
    rows = _Rows(page, Places(page.url, _root(page)), encoded)
    own = rows.text(page.facts, "Prefix")
    for tag, fields in page.rows:
        if tag == "CommonPrefixes":
            rows.folder(rows.text(fields, "Prefix"))
        elif tag in {"Contents", "Version"} and ((key := rows.text(fields, "Key")) != own or not key):
            version = fields.get("VersionId", "null")
            past = tag == "Version" and fields.get("IsLatest", "true").lower() != "true"
            rows.object(
                key, fields.get("Size"), fields.get("LastModified"), f"?versionId={quote(version)}" if past else ""
            )
    return rows.listing(_s3_next(page, rows))


def _s3_next(page: _Page, rows: _Rows) -> str | None:
    """Where an S3 listing goes on; the same page again, or none where one must be, is a row not read."""
    if page.fact("IsTruncated").strip().lower() != "true":
        return None
    if token := page.fact("NextContinuationToken"):
        if token != page.fact("ContinuationToken"):
            return page.asked(list_type="2", continuation_token=token)
    elif key := rows.text(page.facts, "NextKeyMarker"):
        here = (rows.text(page.facts, "KeyMarker"), page.fact("VersionIdMarker"))
        version = page.fact("NextVersionIdMarker")
        if (key, version) != here:
            return page.asked(key_marker=key, **({"version_id_marker": version} if version else {}))
    else:
        marker = rows.text(page.facts, "NextMarker") or rows.last
        if marker > rows.text(page.facts, "Marker"):
            return page.asked(marker=marker)
    rows.unread += 1
    return None


def _azure(page: _Page) -> Listing:
    """EnumerationResults of a container (blobs) or of an account (containers)."""
    rows = _Rows(page, Places(page.url, _folder(page.url, urlsplit(page.url).path)), encoded=False)
    for tag, fields in page.rows:
        name = unquote(fields.get("Name", "")) if "Encoded" in fields else fields.get("Name", "")
        if tag == "BlobPrefix":
            rows.folder(name)
        elif tag == "Container":
            rows.container(name, fields.get("Last-Modified"), "?comp=list&restype=container")
        elif fields.get("Deleted") != "true":
            rows.object(name, fields.get("Content-Length"), fields.get("Last-Modified"), _azure_version(fields))
    marker = page.fact("NextMarker")
    if marker and marker == page.fact("Marker"):
        rows.unread += 1
        marker = ""
    return rows.listing(page.asked(marker=marker) if marker else None)


def _azure_version(fields: dict[str, str]) -> str:
    if snapshot := fields.get("Snapshot"):
        return f"?snapshot={quote(snapshot)}"
    version = fields.get("VersionId", "")
    return f"?versionid={quote(version)}" if version and fields.get("IsCurrentVersion") != "true" else ""


def _buckets(page: _Page) -> Listing:
    """ListAllMyBucketsResult: a service that shows its buckets to anyone."""
    rows = _Rows(page, Places(page.url, _folder(page.url, "/")), encoded=False)
    for _, fields in page.rows:
        rows.container(fields.get("Name", ""), fields.get("CreationDate"), "")
    return rows.listing(None)


_READERS: dict[str, Callable[[_Page], Listing]] = {
    "ListBucketResult": _s3,
    "ListVersionsResult": _s3,
    "EnumerationResults": _azure,
    "ListAllMyBucketsResult": _buckets,
}
ROOTS = frozenset(_READERS)


def bucket_page(root: str, body: bytes, url: str) -> Listing:
    """One page of a bucket, by the name of its root element, one of ROOTS. Folders' URLs list them."""
    stream = XmlStream(well_formed_bytes(body), rows=_ROWS, facts=_FACTS)
    page = _Page(url)
    for element in stream:
        parent = element.getparent()
        if local_name(element) in _ROWS:
            page.rows.append((local_name(element), _fields(element)))
        elif parent is not None and parent.getparent() is None:
            page.facts[local_name(element)] = raw_text(element.text)
    page.damaged = stream.damaged
    return _READERS[root](page)


def _fields(row: etree._Element) -> dict[str, str]:
    """Texts of a row by tag, one level of nesting (`Properties`) flattened. `Encoded` where its name says so."""
    found: dict[str, str] = {}
    for child in row:
        name = local_name(child)
        if name == "Properties":
            found.update((local_name(each), raw_text(each.text)) for each in child)
        else:
            found[name] = raw_text(child.text)
            if name == "Name" and child.get("Encoded") == "true":
                found["Encoded"] = "true"
    return found


class _Rows:
    """Collects the entries of one page."""

    def __init__(self, page: _Page, places: Places, encoded: bool) -> None:
        self._page = page
        self._places = places
        self._encoded = encoded
        self._entries: list[Entry] = []
        self.unread = int(page.damaged)
        self.last = ""

    def text(self, fields: dict[str, str], name: str) -> str:
        """A key or prefix as it is; `encoding-type=url` writes it percent-encoded, a space as a plus sign."""
        text = fields.get(name, "")
        return unquote_plus(text, errors="surrogateescape") if self._encoded else text

    def object(self, key: str, size: str | None, modified: str | None, query: str) -> None:
        self.last = max(self.last, key)
        place = self._places.keyed(key) if key else None
        if place is None:
            self.unread += 1
            return
        kind = EntryKind.DIRECTORY if place.endswith("/") else EntryKind.FILE
        self._add(place + query, kind, last_name(place), None if place.endswith("/") else size, modified)

    def folder(self, prefix: str) -> None:
        """A common prefix. Its URL is what lists it: a bucket has no folders that could be asked for."""
        self.last = max(self.last, prefix)
        place = self._places.keyed(prefix) if prefix else None
        if place is None:
            self.unread += 1
            return
        url = self._page.asked(prefix=prefix, delimiter=self._page.fact("Delimiter") or "/")
        self._add(url, EntryKind.DIRECTORY, last_name(place), None, None)

    def container(self, name: str, modified: str | None, query: str) -> None:
        place = self._places.named(name, directory=not query)
        if place is None:
            self.unread += 1
            return
        self._add(place + query, EntryKind.DIRECTORY, last_name(place), None, modified)

    def _add(self, url: str, kind: EntryKind, name: str, size: str | None, modified: str | None) -> None:
        moment = moment_of(modified)
        source = ModifiedSource.XML if moment else None
        parent = self._page.url
        self._entries.append(
            Entry(url, kind, name, size_of(size)[0], modified=moment, parent=parent, modified_source=source)
        )

    def listing(self, next_url: str | None) -> Listing:
        return Listing(is_listing=True, entries=tuple(self._entries), next_url=next_url, unread=self.unread)


def _root(page: _Page) -> str:
    """Where a bucket's keys begin: below its name, in path style; else at its host's top or where it is mounted."""
    path = urlsplit(page.url).path
    first = path.lstrip("/").partition("/")[0]
    return _folder(page.url, f"/{first}" if first and unquote(first) == page.fact("Name") else path)


def _folder(url: str, path: str) -> str:
    parts = urlsplit(url)
    return Places(urlunsplit((parts.scheme, parts.netloc, path.rstrip("/") + "/", "", ""))).folder
