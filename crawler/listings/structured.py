"""Listings that are data, not pages: JSON, JSONP, XML, WebDAV and buckets. Bytes decide; headers are often wrong."""

from __future__ import annotations

import codecs
import re

from crawler.listings.bucket_pages import ROOTS, bucket_page
from crawler.listings.dav import dav_listing
from crawler.listings.json_listing import json_listing
from crawler.listings.json_text import is_json, read_json
from crawler.listings.listing import Listing
from crawler.listings.xml_listing import nginx_listing, svn_listing, swift_listing
from fetching.xml_stream import root_name

# A listing of 100,000 rows takes 12 MB as JSON, and 41 MB as WebDAV writes it (docs/benchmarks.md). Empty objects are
# the worst that JSON can hold: this much of them takes 0.3 GB.
DATA_BYTES = 12 << 20
XML_BYTES = 64 << 20
# How much is looked at before a body is read, bytes; as much as a browser sniffs.
_HEAD = 1_445
# ngx_http_autoindex_module writes a line break into an empty array; whoever answers "nothing found" does not.
_NGINX_EMPTY = re.compile(rb"(?:(?:/\*[^*]{0,200}\*/)?\s*[\w.$]{1,100}\()?\s*\[\r\n\]\s*(?:\);?\s*)?")


def most_bytes(body: bytes) -> int:
    """Up to which size such a body is read, bytes: XML as a stream, anything else as a whole."""
    return XML_BYTES if body[:_HEAD].lstrip(codecs.BOM_UTF8 + b" \t\r\n").startswith(b"<") else DATA_BYTES


def structured_listing(body: bytes, url: str, content_type: str | None = None) -> Listing | None:
    """Read a listing that is data. None for all other bodies, which costs a look at their first bytes.

    Args:
        body: the answer's bytes, at most some MiB.
        url: where it was fetched, after redirects.
        content_type: the header's value, if any; only used to pass by what is said to be a page and opens as one.
    """
    body = _utf8(body)
    head = body[:_HEAD].lstrip()
    if head.startswith(b"<"):
        return _xml(body, url)
    if not is_json(head):
        return None
    if _NGINX_EMPTY.fullmatch(body[:_HEAD]):
        return Listing(is_listing=True)
    text = read_json(body)
    found = json_listing(text.value, url) if text is not None else None
    if found is None or text is None or not text.damaged:
        return found
    return Listing(is_listing=True, entries=found.entries, next_url=found.next_url, unread=found.unread + 1)


def _utf8(body: bytes) -> bytes:
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body.decode("utf-16", "replace").encode("utf-8", "replace")
    return body.removeprefix(codecs.BOM_UTF8)


def _xml(body: bytes, url: str) -> Listing | None:
    root = root_name(body)
    if root in ROOTS:
        return bucket_page(root, body, url)
    match root:
        case "list":
            return nginx_listing(body, url)
        case "multistatus":
            return dav_listing(body, url)
        case "container":
            return swift_listing(body, url)
        case "svn":
            return svn_listing(body, url)
        case _:
            return None
