"""What Google Cloud Storage answers to whoever has no account, by its rules for anonymous access.

JSON and XML interface, generations, testPermissions, requester pays; what it says is worded as Google words it.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import re
from collections.abc import Iterator, Mapping
from email.utils import format_datetime
from itertools import islice
from urllib.parse import parse_qs, unquote
from xml.sax.saxutils import escape

from demo_range.cloud_buckets import Asked, CloudBucket, Keeps, Reply, Right, StoredObject

LIST, GET = "storage.objects.list", "storage.objects.get"
SETTINGS, POLICY = "storage.buckets.get", "storage.buckets.getIamPolicy"
_RIGHTS: Mapping[Right, tuple[str, ...]] = {
    Right.LIST: (LIST,),
    Right.READ: (GET,),
    Right.ACL: (POLICY,),
    Right.SETTINGS: (SETTINGS,),
    Right.WRITE: ("storage.objects.create", "storage.objects.delete"),
}
_JSON_PATH = re.compile(r"(?:/download)?/storage/v1/b/([^/]+)(?:/(.+))?")
_PAGE = 1000
_JSON = "application/json; charset=UTF-8"
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


class GcsService:
    """Answers requests about these buckets, by name."""

    def __init__(self, buckets: Mapping[str, CloudBucket], page: int = _PAGE) -> None:
        self._buckets = buckets
        self._page = page

    def answer(self, asked: Asked) -> Reply:
        """One answer to one request."""
        as_json = _JSON_PATH.fullmatch(asked.path)
        if "authorization" in asked.headers:  # even an empty one
            code = json_error(401, "Invalid Credentials", "authError")
            return code if as_json else xml_error(401, "AuthenticationRequired", "Authentication required.")
        if asked.method != "GET":
            return _denied_json("storage.objects.create") if as_json else _denied_xml("storage.objects.create")
        query = parse_qs(asked.query, keep_blank_values=True)
        if as_json:
            return self._json(unquote(as_json[1]), as_json[2] or "", query, asked)
        name, _, key = asked.path[1:].partition("/")
        return self._xml(unquote(name), unquote(key), query, asked)

    def _json(self, name: str, rest: str, query: Mapping[str, list[str]], asked: Asked) -> Reply:
        bucket = self._buckets.get(name)
        if bucket is None:
            return json_error(404, "The specified bucket does not exist.", "notFound")
        if bucket.requester_pays:
            return json_error(400, "Bucket is a requester pays bucket but no user project provided.", "required")
        if rest.startswith("o/"):
            return self._json_object(bucket, unquote(rest[2:]), query, asked)
        return _json_bucket(bucket, rest, query, self._page)

    def _json_object(self, bucket: CloudBucket, key: str, query: Mapping[str, list[str]], asked: Asked) -> Reply:
        found = _find(bucket, key, query)
        media = query.get("alt") == ["media"]
        if not _may_read(bucket, found):
            denied = _denied_json(GET)
            return Reply(denied.status, _denial(GET).encode(), "text/html; charset=UTF-8") if media else denied
        if found is None:
            text = f"No such object: {bucket.name}/{key}"
            return Reply(404, text.encode(), "text/html; charset=UTF-8") if media else json_error(404, text, "notFound")
        return _content(found, asked) if media else _json(_item(bucket, found))

    def _xml(self, name: str, key: str, query: Mapping[str, list[str]], asked: Asked) -> Reply:
        bucket = self._buckets.get(name)
        if bucket is None:
            return xml_error(404, "NoSuchBucket", "The specified bucket does not exist.")
        if bucket.requester_pays:
            text = "Bucket is a requester pays bucket but no user project provided."
            return xml_error(400, "UserProjectMissing", text)
        if not key:
            return _xml_listing(bucket, query, self._page) if Right.LIST in bucket.rights else _denied_xml(LIST)
        found = _find(bucket, key, query)
        if not _may_read(bucket, found):
            return _denied_xml(GET)
        if found is None:
            return xml_error(404, "NoSuchKey", "The specified key does not exist.")
        return _content(found, asked)


def _json_bucket(bucket: CloudBucket, rest: str, query: Mapping[str, list[str]], size: int) -> Reply:
    match rest:
        case "iam/testPermissions":
            return _permissions(bucket, query)
        case "o":
            return _json_listing(bucket, query, size) if Right.LIST in bucket.rights else _denied_json(LIST)
        case "":
            return _json(_record(bucket)) if Right.SETTINGS in bucket.rights else _denied_json(SETTINGS)
        case "acl":
            return _json(_acl(bucket)) if Right.ACL in bucket.rights else _denied_json(POLICY)
        case _:
            return json_error(404, "Not Found", "notFound")


def _find(bucket: CloudBucket, key: str, query: Mapping[str, list[str]]) -> StoredObject | None:
    generation = query.get("generation", [""])[0]
    return bucket.version(key, generation) if generation else bucket.current(key)


def _may_read(bucket: CloudBucket, found: StoredObject | None) -> bool:
    """A missing object is told only to a caller who may list; the others are refused."""
    if found is None:
        return Right.LIST in bucket.rights
    return Right.READ in bucket.rights if found.readable is None else found.readable


def _permissions(bucket: CloudBucket, query: Mapping[str, list[str]]) -> Reply:
    held = {name for right in bucket.rights for name in _RIGHTS[right]}
    answer: dict[str, object] = {"kind": "storage#testIamPermissionsResponse"}
    if given := [name for name in query.get("permissions", []) if name in held]:
        answer["permissions"] = given
    return _json(answer)


def _json_listing(bucket: CloudBucket, query: Mapping[str, list[str]], size: int) -> Reply:
    first = {name: values[0] for name, values in query.items()}
    try:
        after = base64.b64decode(first.get("pageToken", ""), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return json_error(400, "Invalid page token", "invalid")
    rows = _rows(bucket, first, after)
    if rows is None:
        return json_error(400, "The bucket has no soft delete policy.", "invalid")
    limit = min(int(first.get("maxResults", size)), size)
    page = list(islice(rows, limit + 1))
    answer: dict[str, object] = {"kind": "storage#objects"}
    if len(page) > limit:
        kept = page[:limit]
        while len(kept) > 1 and kept[-1].key == page[limit].key:  # a page ends with the last version of a key
            kept.pop()
        page = kept
        answer["nextPageToken"] = base64.b64encode(page[-1].key.encode()).decode()
    if page:
        answer["items"] = [_item(bucket, stored) for stored in page]
    return _json(answer)


def _rows(bucket: CloudBucket, first: Mapping[str, str], after: str) -> Iterator[StoredObject] | None:
    prefix = first.get("prefix", "")
    if first.get("softDeleted", "").lower() == "true":
        gone = [item for item in bucket.listed_versions(prefix, after) if item.keeps is Keeps.DELETED]
        return iter(gone) if gone else None
    if first.get("versions", "").lower() == "true":
        return (item for item in bucket.listed_versions(prefix, after) if item.keeps is not Keeps.DELETED)
    return bucket.listed(prefix, after)


def _item(bucket: CloudBucket, stored: StoredObject) -> dict[str, object]:
    when = stored.modified.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    item: dict[str, object] = {
        "kind": "storage#object",
        "id": f"{bucket.name}/{stored.key}/{stored.version}",
        "name": stored.key,
        "bucket": bucket.name,
        "generation": str(stored.version),
        "metageneration": "1",
        "contentType": stored.media_type,
        "size": str(len(stored.content)),
        "etag": f"CK{stored.version}",
        "timeCreated": when,
        "updated": when,
    }
    if stored.keeps is Keeps.OLD:
        item["timeDeleted"] = when
    if stored.keeps is Keeps.DELETED:
        item["softDeleteTime"] = item["hardDeleteTime"] = when
    return item


def _record(bucket: CloudBucket) -> dict[str, object]:
    return {
        "kind": "storage#bucket",
        "name": bucket.name,
        "projectNumber": bucket.owner,
        "location": (bucket.region or "us").upper(),
        "versioning": {"enabled": True},
        "iamConfiguration": {"publicAccessPrevention": "inherited"},
        **({"website": {"mainPageSuffix": "index.html"}} if bucket.website else {}),
    }


def _acl(bucket: CloudBucket) -> dict[str, object]:
    owner = {
        "kind": "storage#bucketAccessControl",
        "entity": f"project-owners-{bucket.owner}",
        "role": "OWNER",
        "projectTeam": {"projectNumber": bucket.owner, "team": "owners"},
    }
    everybody = {"kind": "storage#bucketAccessControl", "entity": "allUsers", "role": "READER"}
    return {
        "kind": "storage#bucketAccessControls",
        "items": [owner, everybody] if Right.LIST in bucket.rights else [owner],
    }


def _xml_listing(bucket: CloudBucket, query: Mapping[str, list[str]], size: int) -> Reply:
    first = {name: values[0] for name, values in query.items()}
    limit = min(int(first.get("max-keys", size)), size)
    page = list(islice(bucket.listed(first.get("prefix", ""), first.get("marker", "")), limit + 1))
    more, page = len(page) > limit, page[:limit]
    rows = "".join(
        f"<Contents><Key>{escape(stored.key)}</Key><Generation>{stored.version}</Generation>"
        f"<LastModified>{stored.modified.isoformat(timespec='milliseconds')[:-6]}Z</LastModified>"
        f"<Size>{len(stored.content)}</Size></Contents>"
        for stored in page
    )
    marker = f"<NextMarker>{escape(page[-1].key)}</NextMarker>" if more and page else ""
    return Reply(
        200,
        (
            "<?xml version='1.0' encoding='UTF-8'?><ListBucketResult xmlns='http://doc.s3.amazonaws.com/2006-03-01'>"
            f"<Name>{bucket.name}</Name><Prefix></Prefix><Marker></Marker>{marker}"
            f"<IsTruncated>{str(more).lower()}</IsTruncated>{rows}</ListBucketResult>"
        ).encode(),
    )


def _content(stored: StoredObject, asked: Asked) -> Reply:
    body, encoding = stored.content, stored.content_encoding
    if encoding == "gzip" and "gzip" not in asked.headers.get("accept-encoding", ""):
        body, encoding = gzip.decompress(body), ""  # as Google unpacks for who does not take it packed
    headers = {
        "Last-Modified": format_datetime(stored.modified, usegmt=True),
        "x-goog-generation": str(stored.version),
        **({"Content-Encoding": encoding} if encoding else {}),
    }
    wanted = _RANGE.fullmatch(asked.headers.get("range", ""))
    if wanted is None:
        return Reply(200, body, stored.media_type, headers)
    start, end = int(wanted[1]), min(int(wanted[2] or len(body)), len(body) - 1)
    if start >= len(body):
        return xml_error(416, "InvalidRange", "The requested range cannot be satisfied.")
    return Reply(206, body[start : end + 1], stored.media_type, headers)


def _json(said: Mapping[str, object]) -> Reply:
    return Reply(200, json.dumps(said).encode(), _JSON, {"X-GUploader-UploadID": "DEMO"})


def json_error(status: int, text: str, reason: str) -> Reply:
    """An error of the JSON interface."""
    row = {"message": text, "domain": "global", "reason": reason}
    if reason == "required" and status == 401:  # noqa: PLR2004 - HTTP's
        row |= {"locationType": "header", "location": "Authorization"}
    body = json.dumps({"error": {"code": status, "message": text, "errors": [row]}}).encode()
    return Reply(status, body, _JSON, {"X-GUploader-UploadID": "DEMO"})


def xml_error(status: int, code: str, text: str, details: str = "") -> Reply:
    """An error of the XML interface."""
    more = f"<Details>{escape(details)}</Details>" if details else ""
    body = f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code><Message>{text}</Message>{more}</Error>"
    return Reply(status, body.encode(), headers={"X-GUploader-UploadID": "DEMO"})


def _denied_json(permission: str) -> Reply:
    return json_error(401, _denial(permission), "required")


def _denied_xml(permission: str) -> Reply:
    return xml_error(403, "AccessDenied", "Access denied.", _denial(permission))


def _denial(permission: str) -> str:
    kind = "object" if permission == GET else "bucket"
    return (
        f"Anonymous caller does not have {permission} access to the Google Cloud Storage {kind}. "
        f"Permission '{permission}' denied on resource (or it may not exist)."
    )
