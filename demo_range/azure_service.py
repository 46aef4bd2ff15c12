"""What Azure Blob answers to whoever has no account, as far as the liar needs it: `AzureServer` knows the rest.

Accounts are the first part of the path, containers the second.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from email.utils import format_datetime
from itertools import islice
from urllib.parse import parse_qsl, unquote
from xml.sax.saxutils import escape

from demo_range.cloud_buckets import Asked, CloudBucket, Keeps, Reply, Right, StoredObject

_PAGE = 5000
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
# Requests from this version on are told who the tenant is; the ones before it, nothing.
_CHALLENGES_FROM = "2019-12-12"
_VERSION = "2021-12-02"
TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"


class AzureService:
    """Answers requests about these containers, by account and name."""

    def __init__(self, containers: Mapping[tuple[str, str], CloudBucket], page: int = _PAGE) -> None:
        self._containers = containers
        self._page = page

    def answer(self, asked: Asked) -> Reply:
        """One answer to one request."""
        account, _, rest = asked.path[1:].partition("/")
        name, _, key = rest.partition("/")
        container = self._containers.get((account, unquote(name)))
        query = {word.lower(): value for word, value in parse_qsl(asked.query, keep_blank_values=True)}
        if asked.method not in ("GET", "HEAD") or "authorization" in asked.headers or container is None:
            return refused(asked)
        if key:
            return _blob(container, unquote(key), query, asked)
        if query.get("comp") == "acl" or Right.LIST not in container.rights:
            return refused(asked)
        if query.get("comp") == "list":
            return _listing(container, query, self._page)
        return Reply(200, b"", "", {**_marks(), "x-ms-blob-public-access": "container", "ETag": '"0x8D1"'})


def refused(asked: Asked) -> Reply:
    """Missing, private, or open for single blobs alone: by design one answer for all three."""
    if asked.headers.get("x-ms-version", "") < _CHALLENGES_FROM:
        return error(404, "ResourceNotFound", "The specified resource does not exist.")
    challenge = f"Bearer authorization_uri=https://login.microsoftonline.com/{TENANT}/oauth2/authorize"
    return error(
        401,
        "NoAuthenticationInformation",
        "Server failed to authenticate the request.",
        {"WWW-Authenticate": f"{challenge} resource_id=https://storage.azure.com"},
    )


def error(status: int, code: str, text: str = "", headers: Mapping[str, str] | None = None) -> Reply:
    """An error as Azure words it: the code in a header too."""
    body = f'\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{text}</Message></Error>'
    return Reply(status, body.encode(), "application/xml", {**_marks(), "x-ms-error-code": code, **(headers or {})})


def _marks() -> dict[str, str]:
    return {"x-ms-request-id": "0-demo", "x-ms-version": _VERSION, "Server": "Windows-Azure-Blob/1.0"}


def _blob(container: CloudBucket, key: str, query: Mapping[str, str], asked: Asked) -> Reply:
    version = query.get("versionid")
    found = container.version(key, _number(version)) if version else container.current(key)
    readable = Right.READ in container.rights
    if found is not None and found.readable is not None:
        readable = found.readable
    if found is None:
        return error(404, "BlobNotFound", "The specified blob does not exist.") if readable else refused(asked)
    if not readable:
        return refused(asked)
    headers = {
        **_marks(),
        "ETag": f'"0x{found.version}"',
        "Last-Modified": format_datetime(found.modified, usegmt=True),
        "x-ms-blob-type": "BlockBlob",
    }
    wanted = _RANGE.fullmatch(asked.headers.get("x-ms-range", asked.headers.get("range", "")))
    if wanted is None:
        return Reply(200, found.content, found.media_type, headers)
    start = int(wanted[1])
    if start >= len(found.content):
        return error(416, "InvalidRange", "The range specified is invalid.")
    end = min(int(wanted[2] or len(found.content)), len(found.content) - 1)
    return Reply(206, found.content[start : end + 1], found.media_type, headers)


def _listing(container: CloudBucket, query: Mapping[str, str], size: int) -> Reply:
    try:
        after = base64.b64decode(query.get("marker", ""), validate=True).decode("utf-8", "surrogateescape")
    except binascii.Error:
        return error(400, "OutOfRangeInput", "One of the request inputs is out of range.")
    include = query.get("include", "")
    limit = min(int(query.get("maxresults") or size), size)
    prefix = query.get("prefix", "")
    all_states = "versions" in include or "deleted" in include or "snapshots" in include
    items = container.listed_versions(prefix, after) if all_states else container.listed(prefix, after)
    page = list(islice(items, limit + 1))
    more, beyond, page = len(page) > limit, page[limit:], page[:limit]
    while more and len(page) > 1 and page[-1].key == beyond[0].key:  # a page ends with the last state of a name
        page.pop()
    marker = base64.b64encode(page[-1].key.encode("utf-8", "surrogateescape")).decode() if more and page else ""
    rows = "".join(_row(item, all_states) for item in page)
    body = (
        '\ufeff<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="http://localhost/" '
        f'ContainerName="{container.name}"><Blobs>{rows}</Blobs><NextMarker>{marker}</NextMarker></EnumerationResults>'
    )
    return Reply(200, body.encode("utf-8", "surrogateescape"), "application/xml", _marks())


def _moment(version: int) -> str:
    """Azure names versions by when they were made."""
    return f"2026-01-02T03:04:05.{version:07}Z"


def _number(moment: str) -> str:
    return moment[-8:-1].lstrip("0")


def _row(item: StoredObject, with_version: bool) -> str:
    version = f"<VersionId>{_moment(item.version)}</VersionId>" if with_version else ""
    current = "<IsCurrentVersion>true</IsCurrentVersion>" if with_version and item.keeps is Keeps.CURRENT else ""
    deleted = "<Deleted>true</Deleted>" if item.keeps is Keeps.DELETED else ""
    return (
        f"<Blob><Name>{escape(item.key)}</Name>{version}{current}{deleted}<Properties>"
        f"<Last-Modified>{format_datetime(item.modified, usegmt=True)}</Last-Modified>"
        f"<Content-Length>{len(item.content)}</Content-Length><Content-Type>{item.media_type}</Content-Type>"
        "</Properties></Blob>"
    )
