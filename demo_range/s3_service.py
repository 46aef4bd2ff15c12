"""What an S3 service answers to whoever has no account: listings of both versions, versions, ACL, objects.

Smaller than moto behind its gate, and fast: the liar starts from its answers, and speed is measured at it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from email.utils import format_datetime
from hashlib import md5
from itertools import islice
from urllib.parse import parse_qsl, quote, unquote
from xml.sax.saxutils import escape

from demo_range.cloud_buckets import Asked, CloudBucket, Keeps, Reply, Right, StoredObject

_PAGE = 1000
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_EVERYBODY = "http://acs.amazonaws.com/groups/global/AllUsers"
# Control characters that XML 1.0 has no place for; the service answers for them only encoded.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ID = {"x-amz-request-id": "DEMO", "Server": "AmazonS3"}


class S3Service:
    """Answers path-style requests about these buckets, by name."""

    def __init__(self, buckets: Mapping[str, CloudBucket], page: int = _PAGE) -> None:
        self._buckets = buckets
        self._page = page

    def answer(self, asked: Asked) -> Reply:
        """One answer to one request."""
        name, _, key = asked.path[1:].partition("/")
        bucket = self._buckets.get(unquote(name))
        if bucket is None:
            return error(404, "NoSuchBucket", "The specified bucket does not exist")
        region = {"x-amz-bucket-region": bucket.region} if bucket.region else {}
        if "authorization" in asked.headers or asked.method not in ("GET", "HEAD") or bucket.requester_pays:
            return error(403, "AccessDenied", "Access Denied", region)
        query = dict(parse_qsl(asked.query, keep_blank_values=True))
        if key:
            return _object(bucket, unquote(key), query, asked)
        if "acl" in query:
            return xml(_acl(bucket)) if Right.ACL in bucket.rights else _denied(region)
        if Right.LIST not in bucket.rights or {"policyStatus", "website", "location", "uploads"} & query.keys():
            return _denied(region)
        return (
            _versions(bucket, query, self._page) if "versions" in query else _listing(bucket, query, region, self._page)
        )


def error(status: int, code: str, text: str = "", headers: Mapping[str, str] | None = None, more: str = "") -> Reply:
    """An error document."""
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{text}</Message>{more}'
    return Reply(
        status,
        f"{body}<RequestId>DEMO</RequestId><HostId>DEMO</HostId></Error>".encode(),
        "application/xml",
        {**_ID, **(headers or {})},
    )


def xml(body: str, headers: Mapping[str, str] | None = None) -> Reply:
    """A document."""
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'
    return Reply(200, text.encode("utf-8", "surrogateescape"), "application/xml", {**_ID, **(headers or {})})


def _denied(region: Mapping[str, str]) -> Reply:
    return error(403, "AccessDenied", "Access Denied", region)


def _object(bucket: CloudBucket, key: str, query: Mapping[str, str], asked: Asked) -> Reply:
    version = query.get("versionId")
    found = bucket.version(key, version) if version else bucket.current(key)
    readable = Right.READ in bucket.rights
    if found is not None and found.readable is not None:
        readable = found.readable
    if "acl" in query or (not readable if found else Right.LIST not in bucket.rights):
        return _denied({})
    if found is None:
        return error(404, "NoSuchKey", "The specified key does not exist.")
    headers = {**_ID, "ETag": _etag(found), "Last-Modified": format_datetime(found.modified, usegmt=True)}
    if found.content_encoding:
        headers["Content-Encoding"] = found.content_encoding
    wanted = _RANGE.fullmatch(asked.headers.get("range", ""))
    if wanted is None:
        return Reply(200, found.content, found.media_type, headers)
    start = int(wanted[1])
    if start >= len(found.content):
        return error(416, "InvalidRange", "The requested range is not satisfiable")
    end = min(int(wanted[2] or len(found.content)), len(found.content) - 1)
    return Reply(206, found.content[start : end + 1], found.media_type, headers)


def _listing(bucket: CloudBucket, query: Mapping[str, str], region: Mapping[str, str], size: int) -> Reply:
    newer = query.get("list-type") == "2"
    encoded = query.get("encoding-type") == "url"
    after = query.get("start-after" if newer else "marker", "")
    if newer and "continuation-token" in query:
        try:
            after = base64.b64decode(query["continuation-token"], validate=True).decode("utf-8", "surrogateescape")
        except binascii.Error:
            return error(400, "InvalidArgument", "The continuation token provided is incorrect")
    limit = min(int(query.get("max-keys") or size), size)
    page = list(islice(bucket.listed(query.get("prefix", ""), after), limit + 1))
    more, page = len(page) > limit, page[:limit]
    rows = "".join(
        f"<Contents><Key>{_shown(item.key, encoded)}</Key><LastModified>{_when(item)}</LastModified>"
        f"<ETag>{escape(_etag(item))}</ETag><Size>{len(item.content)}</Size>"
        "<StorageClass>STANDARD</StorageClass></Contents>"
        for item in page
    )
    ending = ""
    if more and page and newer:
        token = base64.b64encode(page[-1].key.encode("utf-8", "surrogateescape")).decode()
        ending = f"<NextContinuationToken>{token}</NextContinuationToken>"
    count = f"<KeyCount>{len(page)}</KeyCount>" if newer else ""
    kind = "<EncodingType>url</EncodingType>" if encoded else ""
    return xml(
        f'<ListBucketResult xmlns="{_NAMESPACE}"><Name>{bucket.name}</Name><Prefix></Prefix>{count}'
        f"<MaxKeys>{limit}</MaxKeys>{kind}<IsTruncated>{str(more).lower()}</IsTruncated>{ending}{rows}"
        "</ListBucketResult>",
        region,
    )


def _versions(bucket: CloudBucket, query: Mapping[str, str], size: int) -> Reply:
    encoded = query.get("encoding-type") == "url"
    limit = min(int(query.get("max-keys") or size), size)
    key, version = query.get("key-marker", ""), query.get("version-id-marker", "")
    rows = _behind(bucket, query.get("prefix", ""), key, version)
    page = list(islice(rows, limit + 1))
    more, page = len(page) > limit, page[:limit]
    ending = ""
    if more and page:
        last = page[-1]
        ending = f"<NextKeyMarker>{_shown(last.key, encoded)}</NextKeyMarker>"
        ending += f"<NextVersionIdMarker>{last.version}</NextVersionIdMarker>"
    kind = "<EncodingType>url</EncodingType>" if encoded else ""
    body = "".join(_version_row(bucket, item, encoded) for item in page)
    return xml(
        f'<ListVersionsResult xmlns="{_NAMESPACE}"><Name>{bucket.name}</Name>{kind}'
        f"<IsTruncated>{str(more).lower()}</IsTruncated>{ending}{body}</ListVersionsResult>"
    )


def _behind(bucket: CloudBucket, prefix: str, key: str, version: str) -> Iterator[StoredObject]:
    """Versions after a key, and after one of its versions."""
    if key and version:
        ours = [item for item in bucket.listed_versions(prefix, "") if item.key == key]
        yield from (item for item in ours if item.version < int(version))
    yield from bucket.listed_versions(prefix, key)


def _version_row(bucket: CloudBucket, item: StoredObject, encoded: bool) -> str:
    kind = "DeleteMarker" if item.keeps is Keeps.DELETED else "Version"
    latest = str(item is bucket.newest(item.key)).lower()
    size = f"<ETag>{escape(_etag(item))}</ETag><Size>{len(item.content)}</Size>" if kind == "Version" else ""
    return (
        f"<{kind}><Key>{_shown(item.key, encoded)}</Key><VersionId>{item.version}</VersionId>"
        f"<IsLatest>{latest}</IsLatest><LastModified>{_when(item)}</LastModified>{size}</{kind}>"
    )


def _acl(bucket: CloudBucket) -> str:
    owner = f"<ID>{bucket.owner}</ID>"
    everybody = (
        f'<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group"><URI>{_EVERYBODY}</URI>'
    )
    grants = "".join(
        f"<Grant>{everybody}</Grantee><Permission>{word}</Permission></Grant>"
        for right, word in ((Right.LIST, "READ"), (Right.WRITE, "WRITE"), (Right.ACL, "READ_ACP"))
        if right in bucket.rights
    )
    return (
        f'<AccessControlPolicy xmlns="{_NAMESPACE}"><Owner>{owner}</Owner>'
        f"<AccessControlList>{grants}</AccessControlList></AccessControlPolicy>"
    )


def _shown(key: str, encoded: bool) -> str:
    if encoded:
        return quote(key.encode("utf-8", "surrogateescape"), safe="/-_.~")
    return escape(_NO_XML.sub("\ufffd", key))


def _when(item: StoredObject) -> str:
    return item.modified.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _etag(item: StoredObject) -> str:
    return f'"{md5(item.content, usedforsecurity=False).hexdigest()}"'
