"""Which requests lie inside a bucket target: objects, listings below its prefix, questions about it as a whole."""

from __future__ import annotations

import re
from typing import assert_never
from urllib.parse import parse_qsl, unquote, urlsplit

from scope.address_forms import grammar_of
from scope.bucket_urls import parse_bucket_url, same_namespace, service_url, target_place
from scope.model import BucketTarget
from scope.providers import Protocol
from scope.urls import same_host

# S3's questions about a bucket as a whole. What lists keys (`versions`, `uploads`) is a listing, and none of these.
_S3_WHOLE = frozenset(
    "acl cors encryption location logging ownershipControls policy policyStatus publicAccessBlock requestPayment "
    "tagging versioning website".split()
)
# Google's JSON interface, below the service or below `download/`; Firebase has one of its own.
_GCS_JSON = re.compile(r"/(?:(?:download/)?storage/v1|v0)/b/(?P<bucket>[^/]+)(?P<below>/.*)?", re.DOTALL)
_GCS_WHOLE = frozenset(
    ["", "/iam", "/iam/testPermissions", "/acl", "/acl/allUsers", "/acl/allAuthenticatedUsers", "/storageLayout"]
)
# Paths that Google reads as calls of an interface, though buckets may be called `storage` or `batch`.
_GCS_NO_BUCKET = re.compile(r"/+(?:(?:download|upload|resumable)/+)?storage/+v[0-9]|/+batch/")
# What may be asked of an Azure account, as (restype, comp), and of a container.
_AZURE_ACCOUNT = frozenset([("account", "properties"), ("service", "properties"), ("service", "stats"), ("", "list")])
_AZURE_CONTAINER = frozenset([("container", ""), ("container", "acl"), ("container", "metadata"), ("", "")])


def within_bucket(target: BucketTarget, url: str, path: str) -> bool:
    """Does asking for this URL stay inside the target?

    Args:
        target: the bucket, or a prefix of it.
        url: the whole URL.
        path: its path, decoded and known not to climb.
    """
    query = _Query(url)
    match target.service.protocol:
        case Protocol.S3:
            key = _key_of(target, url, path)
            return key is not None and _within_s3(target, key, query)
        case Protocol.GCS:
            below = _below_service(target, url, path)
            return below is not None and _within_gcs(target, below, query)
        case Protocol.AZURE:
            below = _below_service(target, url, path)
            return below is not None and _within_azure(target, below, query)
        case _:
            assert_never(target.service.protocol)


class _Query:
    """A URL's query. A name that stands in it twice may be read either way, so both values count."""

    def __init__(self, url: str) -> None:
        self._raw = urlsplit(url).query
        self._pairs = parse_qsl(self._raw, keep_blank_values=True)

    @property
    def names(self) -> set[str]:
        """As written: S3 and Google take `ACL` for nothing that they know."""
        return {name for name, _ in self._pairs}

    def pair(self, first: str, second: str) -> tuple[str, str] | None:
        """The values of two names in any case, empty for one that is missing; None where one stands there twice."""
        values: list[str] = []
        for wanted in (first, second):
            found = [value.lower() for name, value in self._pairs if name.lower() == wanted]
            if len(found) > 1:
                return None
            values += found or [""]
        return values[0], values[1]

    def lists_below(self, prefix: str) -> bool:
        """Would a listing show nothing above the prefix?"""
        if not prefix:
            return True
        asked = [value for name, value in self._pairs if name.lower() == "prefix"]
        # Some servers take `;` for `&`.
        return "prefix" in self.names and ";" not in self._raw and all(value.startswith(prefix) for value in asked)


def _key_of(target: BucketTarget, url: str, path: str) -> str | None:
    """The key that an S3 URL asks for, empty for the bucket itself; None where it is another bucket's."""
    place = target_place(target)
    if same_host(place, url):
        base = unquote(urlsplit(place).path)
        if path == base or path.startswith(base + "/"):
            return path[len(base) + 1 :]
    if target.endpoint is not None:
        return None
    address = parse_bucket_url(url, grammar_of(target.service))
    if address is None or not address.is_served or not same_namespace(target, address):
        return None
    ours = (address.bucket, address.account) == (target.name, target.account or "")
    return address.key if ours else None


def _below_service(target: BucketTarget, url: str, path: str) -> str | None:
    """The path below the service, with its leading slash; None where another service is asked."""
    service = service_url(target)
    if same_host(service, url):
        base = unquote(urlsplit(service).path).rstrip("/")
        return path[len(base) :] or "/" if path == base or path.startswith(base + "/") else None
    if target.endpoint is not None or target.service.protocol is Protocol.AZURE:
        return None
    # Google answers at several hosts: what they say of a bucket is put as the main one says it.
    address = parse_bucket_url(url, grammar_of(target.service))
    if address is None or not address.is_served:
        return None
    return path if _GCS_JSON.fullmatch(path) else f"/{address.bucket}/{address.key}"


def _within_s3(target: BucketTarget, key: str, query: _Query) -> bool:
    if key:
        return key.startswith(target.prefix)
    names = query.names
    return (len(names) == 1 and names <= _S3_WHOLE) or query.lists_below(target.prefix)


def _within_gcs(target: BucketTarget, path: str, query: _Query) -> bool:
    call = _GCS_JSON.fullmatch(path)
    if call is not None:
        below = call["below"] or ""
        if call["bucket"] != target.name:
            return False
        if below.rstrip("/") == "/o":
            return query.lists_below(target.prefix)
        if below.startswith("/o/"):
            return below.removeprefix("/o/").startswith(target.prefix)
        return below.rstrip("/") in _GCS_WHOLE
    bucket, _, key = path.removeprefix("/").partition("/")
    if bucket != target.name or _GCS_NO_BUCKET.match(path):
        return False
    return _within_s3(target, key, query)


def _within_azure(target: BucketTarget, path: str, query: _Query) -> bool:
    container, _, key = path.removeprefix("/").partition("/")
    asked = query.pair("restype", "comp")
    if not container:
        return asked in _AZURE_ACCOUNT
    if not key and target.name == "$root" and container != "$root":  # a blob of the root container
        return container.startswith(target.prefix) and asked is not None and asked[0] == "" and asked[1] != "list"
    if container != target.name:
        return False
    if key:
        return key.startswith(target.prefix)
    return asked in _AZURE_CONTAINER or (asked == ("container", "list") and query.lists_below(target.prefix))
