"""The grammar of bucket addresses: from a target to the URL that anyone would use, and back from a URL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from scope.model import BucketTarget
from scope.urls import quoted_path

_AWS_HOST = re.compile(
    r"(?:(?P<bucket>[a-z0-9][a-z0-9.-]+)\.)?s3(?:[.-](?:dualstack\.)?(?P<region>[a-z0-9-]+))?\.amazonaws\.com(?:\.cn)?"
)


@dataclass(frozen=True, slots=True)
class BucketAddress:
    """A bucket named by a URL: service host and port, bucket, object key (decoded, may be empty)."""

    host: str
    bucket: str
    key: str


def service_url(target: BucketTarget) -> str:
    """The endpoint, without a trailing slash."""
    partition = ".cn" if target.region.startswith("cn-") else ""
    return (target.endpoint or f"https://s3.{target.region}.amazonaws.com{partition}").rstrip("/")


def bucket_url(target: BucketTarget) -> str:
    """The bucket's anonymous path-style address, with its prefix: one TLS host for all names, dots included."""
    return f"{service_url(target)}/{target.name}/{quoted_path(target.prefix)}"


def object_url(target: BucketTarget, key: str) -> str:
    """The anonymous address of one object."""
    return f"{service_url(target)}/{target.name}/{quoted_path(key)}"


def parse_aws_url(url: str) -> BucketAddress | None:
    """The bucket that an Amazon S3 URL names, path-style or virtual-host style; None for any other URL."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    match = _AWS_HOST.fullmatch(host)
    if match is None:
        return None
    path = unquote(parts.path).lstrip("/")
    if match["bucket"]:
        return BucketAddress(host, match["bucket"], path)
    bucket, _, key = path.partition("/")
    return BucketAddress(host, bucket, key) if bucket else None
