"""The one question that a search for names asks: does this name exist? Its URLs, and how they are told from others."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from scope.model import BucketTarget, NameTarget
from scope.providers import Protocol, Provider

# What each protocol is asked. None of it tells what lies in a bucket: a listing of no key, one field of the bucket's
# own record, the properties of a container.
_QUERIES = {
    Protocol.S3: "?list-type=2&max-keys=0",
    Protocol.GCS: "?fields=kind",
    Protocol.AZURE: "?restype=container",
}
_GCS_PATH = "storage/v1/b/"
_NAMES = {
    Protocol.S3: r"[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]",
    Protocol.GCS: r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]",
    Protocol.AZURE: r"(?:\$(?:root|web|logs)|[a-z0-9](?:-?[a-z0-9]){2,62})",
}
_ACCOUNT = "[a-z0-9]{3,24}"
# Stands for an account where a pattern is made of an endpoint; no endpoint holds it.
_ANY_ACCOUNT = "\0"


def search_endpoints(target: NameTarget, account: str = "") -> tuple[str, ...]:
    """Where names are asked for, without a trailing slash; several where names are unique within a region only.

    Args:
        target: the service.
        account: Azure's; each account has its own endpoint.
    """
    own = target.search.endpoints.get(target.provider)
    if own is None:
        return target.service.search_endpoints(account)
    base = own.rstrip("/")
    return (f"{base}/{account}",) if target.service.protocol is Protocol.AZURE else (base,)


def search_url(target: NameTarget) -> str:
    """The address under which the search at a service is known: its first endpoint, of no account."""
    own = target.search.endpoints.get(target.provider)
    endpoint = own or next(iter(target.service.search_endpoints()), target.service.endpoint())
    return endpoint.replace("://.", "://").rstrip("/") + "/"


def existence_url(target: NameTarget, name: str, account: str = "", endpoint: str = "") -> str:
    """The address whose answer says whether a bucket or container exists.

    Args:
        target: the service.
        name: a legal one.
        account: Azure's.
        endpoint: one of `search_endpoints`; the first where it is not given.
    """
    protocol = target.service.protocol
    base = endpoint or search_endpoints(target, account)[0]
    path = _GCS_PATH if protocol is Protocol.GCS else ""
    return f"{base}/{path}{name}{_QUERIES[protocol]}"


def question_pattern(target: NameTarget) -> re.Pattern[str]:
    """What the URLs of `existence_url` match in full, and no other URL."""
    protocol = target.service.protocol
    path = _GCS_PATH if protocol is Protocol.GCS else ""
    bases = "|".join(re.escape(base) for base in search_endpoints(target, _ANY_ACCOUNT))
    bases = bases.replace(re.escape(_ANY_ACCOUNT), _ACCOUNT)
    return re.compile(f"(?:{bases or '(?!)'})/{path}{_NAMES[protocol]}{re.escape(_QUERIES[protocol])}")


def bucket_of(target: NameTarget, name: str, account: str = "", endpoint: str = "") -> BucketTarget:
    """What was asked for, as a target: its address, and the records about it.

    Args:
        target: the service.
        name: of the bucket or container.
        account: Azure's.
        endpoint: the one that was asked; it tells the region where names are regional.
    """
    service = target.service
    own = search_endpoints(target, account)[0] if target.provider in target.search.endpoints else None
    return BucketTarget(
        tier=target.tier,
        authority=target.authority,
        provider=target.provider,
        name=name,
        account=account or None,
        endpoint=own,
        region=_region_of(service, endpoint, account),
        own_service=service if service in target.search.own_services else None,
    )


def known_canaries(target: NameTarget) -> tuple[str, ...]:
    """Names that exist, so that an answer which denies them is a lie: the scope's, its own buckets, public ones.

    Azure's are `account/container`. Where the scope gives an endpoint of its own, public data sets are not there.
    """
    search = target.search
    own = search.endpoints.get(target.provider)
    there = [bucket for bucket in target.own_buckets if bucket.endpoint == own]
    buckets = [f"{bucket.account}/{bucket.name}" if bucket.account else bucket.name for bucket in there]
    public = target.service.canaries if own is None else ()
    return tuple(dict.fromkeys([*search.canaries.get(target.provider, ()), *buckets, *public]))


def account_host(target: NameTarget, account: str) -> tuple[str, int]:
    """Host and port of an account, for DNS."""
    parts = urlsplit(search_endpoints(target, account)[0])
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _region_of(service: Provider, endpoint: str, account: str) -> str:
    regions = (region for region in service.regions if service.endpoint(region, account) == endpoint)
    return next(regions, service.default_region or "us-east-1")
