"""Addresses of buckets that this sweep's units and earlier sweeps have met, handed on to the units that come after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from documents.buckets import BucketLead
from fetching.leads import write_leads
from findings.buckets import known_leads
from findings.durable_files import storage_errors
from findings.errors import DatabaseLockedError, DatabaseMissingError
from findings.spool_folders import SweepFolder, spooled_leads
from scope.model import BucketTarget, Scope
from scope.units import UnitKind

# Buckets that a search for names is handed: more than the sites of a large organisation name, and less than a trap may.
MOST_BUCKETS: Final = 50_000
# Objects that the unit of one bucket is handed: half of what it may request by default.
MOST_KEYS: Final = 10_000
# Rows of earlier sweeps that are looked through, the latest first: 2 s for each 500,000.
MOST_KNOWN: Final = 1_000_000

_Bucket = tuple[str, str, str]


class Harvest:
    """What was met so far, as files for units.

    Args:
        scope: whose harvest, and whose buckets.
        folder: of the sweep; the files lie in it and go with it.
        wait_seconds: for a database that another process holds.
        tell: told where earlier sweeps can not be asked.
    """

    def __init__(
        self, scope: Scope, folder: SweepFolder, wait_seconds: float, tell: Callable[[str], None] = lambda _: None
    ) -> None:
        self._scope = scope
        self._folder = folder
        self._wait_seconds = wait_seconds
        self._tell = tell

    def turns(self) -> Iterator[tuple[frozenset[UnitKind], str]]:
        """Kinds of units in the order in which one learns from the other, each turn when the one before has ended.

        With each the file of what was met, or nothing. Without harvest only the search for names comes last: it meets
        buckets that units at work would be at.
        """
        harvests = self._scope.names is not None and self._scope.names.harvest
        last = (UnitKind.BUCKET, UnitKind.NAMES) if harvests else (UnitKind.NAMES,)
        yield frozenset(UnitKind) - frozenset(last), ""
        for kind in last:
            if self._has(kind):
                yield frozenset([kind]), str(self._file_for(kind)) if harvests else ""

    def _has(self, kind: UnitKind) -> bool:
        return bool(self._scope.searched if kind is UnitKind.NAMES else self._scope.bucket)

    def _file_for(self, kind: UnitKind) -> Path:
        is_search = kind is UnitKind.NAMES
        chosen = each_bucket(self._met()) if is_search else keys_of(self._scope.bucket, self._met())
        path = self._folder.leads_file(kind.value)
        with storage_errors(path.parent):
            if not path.exists():  # a unit that is gone on with counts the lines that it has come to
                write_leads(path, chosen)
        return path

    def _met(self) -> Iterator[BucketLead]:
        """This sweep's first, which are the newest."""
        yield from spooled_leads(self._folder)
        try:
            yield from known_leads(self._scope.database.file, MOST_KNOWN, self._wait_seconds)
        except DatabaseMissingError:
            return
        except DatabaseLockedError as error:
            self._tell(f"buckets that earlier sweeps have met are left out: {error}")


def each_bucket(leads: Iterable[BucketLead]) -> Iterator[BucketLead]:
    """One lead for each bucket, without the object that it named."""
    seen: set[_Bucket] = set()
    for lead in leads:
        bucket = (lead.provider, lead.account, lead.name)
        if bucket in seen:
            continue
        if len(seen) >= MOST_BUCKETS:
            return
        seen.add(bucket)
        yield replace(lead, key="")


def keys_of(targets: Iterable[BucketTarget], leads: Iterable[BucketLead]) -> Iterator[BucketLead]:
    """One lead for each object that was named in one of these buckets."""
    endpoints: dict[_Bucket, list[str]] = {}
    for target in targets:
        bucket = (target.provider, target.account or "", target.name)
        endpoints.setdefault(bucket, []).append(target.endpoint or "")
    ours = {endpoint for each in endpoints.values() for endpoint in each if endpoint}
    seen: set[tuple[_Bucket, str]] = set()
    counts: Counter[_Bucket] = Counter()
    for lead in leads:
        bucket = (lead.provider, lead.account, lead.name)
        if not lead.key or bucket not in endpoints or (bucket, lead.key) in seen:
            continue
        if counts[bucket] < MOST_KEYS and _is_at(lead.url, endpoints[bucket], ours):
            counts[bucket] += 1
            seen.add((bucket, lead.key))
            yield lead


def _is_at(url: str, endpoints: Iterable[str], ours: Iterable[str]) -> bool:
    """Is it at one of these? A bucket of the same name may be at another service that speaks the same protocol."""
    at = [endpoint for endpoint in ours if url.startswith(endpoint)]
    return any(endpoint in at if endpoint else not at for endpoint in endpoints)
