"""A scope cut down to what one unit needs, so that ten thousand targets are not read again for each of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final, TypeVar
from urllib.parse import urlsplit

from scope.bucket_urls import bucket_url, service_url
from scope.model import BucketTarget, FtpTarget, NameTarget, Scope, SiteTarget
from scope.units import Unit

# Targets up to which the whole scope goes along: a worker reads 200 in 4 ms, where its imports take 600 ms.
WHOLE_UP_TO: Final = 200
# Other buckets at the same service that go along: they vouch for it where it says that there is no such bucket.
NEIGHBOURS: Final = 20

_Kept = TypeVar("_Kept", SiteTarget, BucketTarget, FtpTarget)


class Narrowing:
    """Made once for a sweep.

    A narrowed scope holds all targets at the unit's host, some buckets at its service, and one bucket of each endpoint
    of its own, so that the addresses of that endpoint are known where a page names them. A search for names needs all.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._is_small = len(scope.targets) <= WHOLE_UP_TO
        self._sites: dict[str, list[SiteTarget]] = defaultdict(list)
        self._ftp: dict[str, list[FtpTarget]] = defaultdict(list)
        self._buckets: dict[str, list[BucketTarget]] = defaultdict(list)
        self._services: dict[str, list[BucketTarget]] = defaultdict(list)
        self._endpoints: dict[tuple[str, str], BucketTarget] = {}
        if not self._is_small:
            self._sort_out()

    def for_unit(self, unit: Unit) -> Scope:
        """What this unit's process is told of the scope."""
        target = unit.target
        if self._is_small or isinstance(target, NameTarget):
            return self.scope
        host = _hostname(unit.start_url)
        service = self._services[service_url(target)][: NEIGHBOURS + 1] if isinstance(target, BucketTarget) else []
        endpoints = self._endpoints.values()
        kept = {
            "site": _once([target] if isinstance(target, SiteTarget) else [], self._sites.get(host, [])),
            "ftp": _once([target] if isinstance(target, FtpTarget) else [], self._ftp.get(host, [])),
            "bucket": _once(
                [target] if isinstance(target, BucketTarget) else [], self._buckets.get(host, []), service, endpoints
            ),
        }
        return self.scope.model_copy(update=kept)

    def _sort_out(self) -> None:
        for site in self.scope.site:
            self._sites[_hostname(site.url)].append(site)
        for folder in self.scope.ftp:
            self._ftp[_hostname(folder.url)].append(folder)
        for bucket in self.scope.bucket:
            self._buckets[_hostname(bucket_url(bucket))].append(bucket)
            self._services[service_url(bucket)].append(bucket)
            if bucket.endpoint is not None or bucket.own_service is not None:
                self._endpoints.setdefault((bucket.provider, bucket.endpoint or ""), bucket)


def _once(*groups: Iterable[_Kept]) -> tuple[_Kept, ...]:
    return tuple({id(target): target for group in groups for target in group}.values())


def _hostname(url: str) -> str:
    return urlsplit(url).hostname or ""
