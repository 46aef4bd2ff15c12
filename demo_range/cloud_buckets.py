"""Buckets as their owners set them up, for servers that play a storage service: what they hold, who may do what."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

_MODIFIED = datetime(2026, 1, 2, 3, 4, 5, 678000, UTC)


class Right(StrEnum):
    """What everybody may do with a bucket."""

    LIST = "list"
    READ = "read"
    ACL = "acl"
    SETTINGS = "settings"
    # Told where the service tells of it; these servers take no writes at all.
    WRITE = "write"


class Keeps(StrEnum):
    """Which state of an object this is."""

    CURRENT = "current"
    OLD = "old"
    # A delete marker; at Google and Azure an object that was deleted and is kept for a while.
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One version of one object; `readable` None is as the bucket's rights say."""

    key: str
    content: bytes = b""
    version: int = 1
    keeps: Keeps = Keeps.CURRENT
    readable: bool | None = None
    media_type: str = "application/octet-stream"
    content_encoding: str = ""
    modified: datetime = _MODIFIED


@dataclass(slots=True)
class CloudBucket:
    """One bucket or container.

    Attributes:
        name: as its service allows it.
        rights: everybody's.
        region: where it is.
        account: Azure's storage account.
        requester_pays: nobody without an account gets anything.
        owner: account id, project number or tenant id of the owner.
        website: it is served as a web site.
    """

    name: str
    rights: frozenset[Right] = frozenset()
    region: str = ""
    account: str = ""
    requester_pays: bool = False
    owner: str = "123456789012"
    website: bool = False
    _versions: dict[str, list[StoredObject]] = field(default_factory=dict)
    _keys: list[str] = field(default_factory=list)

    def put(self, key: str, content: bytes = b"", **more: Any) -> None:
        """Store an object; what was there under the key becomes its older version."""
        versions = self._versions.setdefault(key, [])
        if not versions:
            insort(self._keys, key)
        versions[:] = [_aged(item) for item in versions]
        versions.append(replace(StoredObject(key, content, 1000 + len(versions)), **more))

    def fill(self, keys: Iterator[str], content: bytes) -> None:
        """Store many objects with one content under new keys."""
        self._versions.update((key, [StoredObject(key, content, 1000)]) for key in keys)
        self._keys = sorted(self._versions)

    def delete(self, key: str) -> None:
        """What is current becomes older, behind a marker."""
        versions = self._versions[key]
        content = versions[-1].content
        versions[:] = [_aged(item) for item in versions]
        versions.append(StoredObject(key, content, 1000 + len(versions), Keeps.DELETED))

    def current(self, key: str) -> StoredObject | None:
        """What is read under the key today."""
        versions = self._versions.get(key)
        return versions[-1] if versions and versions[-1].keeps is Keeps.CURRENT else None

    def newest(self, key: str) -> StoredObject | None:
        """The last state of a key, a marker too."""
        return self._versions[key][-1] if key in self._versions else None

    def version(self, key: str, version: str) -> StoredObject | None:
        """One version of an object; None also for a delete marker."""
        found = (item for item in self._versions.get(key, []) if str(item.version) == version)
        return next((item for item in found if item.keeps is not Keeps.DELETED), None)

    def listed(self, prefix: str, after: str) -> Iterator[StoredObject]:
        """Current objects in order, beginning after a key."""
        for versions in self._from(prefix, after):
            if versions[-1].keeps is Keeps.CURRENT:
                yield versions[-1]

    def listed_versions(self, prefix: str, after: str) -> Iterator[StoredObject]:
        """All versions and markers, beginning after a key; the newest of a key first."""
        for versions in self._from(prefix, after):
            yield from reversed(versions)

    def _from(self, prefix: str, after: str) -> Iterator[list[StoredObject]]:
        start = bisect_right(self._keys, after) if after else 0
        for key in self._keys[start:] if not prefix else (key for key in self._keys[start:] if key.startswith(prefix)):
            yield self._versions[key]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: path and query as they were written, names of headers in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    source: str = ""


class Manner(StrEnum):
    """How an answer is brought."""

    WHOLE = "whole"
    # Byte by byte, for ever.
    DRIP = "drip"
    # The announced length never comes: the connection ends.
    SHORT = "short"
    # The connection is reset in the middle of the body.
    RESET = "reset"
    # All of the body, whatever length was announced, and the connection is closed.
    ALL_THEN_CLOSE = "all_then_close"
    # Nothing at all is said, and the connection is closed.
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer."""

    status: int
    body: bytes = b""
    media_type: str = "application/xml; charset=UTF-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    manner: Manner = Manner.WHOLE


def _aged(item: StoredObject) -> StoredObject:
    return replace(item, keeps=Keeps.OLD) if item.keeps is Keeps.CURRENT else item
