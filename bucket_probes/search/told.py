"""What a search tells a sink: buckets that exist, how far it is, and in the end what could not be found out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, replace

from bucket_probes.search.canaries import SearchedName
from bucket_probes.search.ledger import Ledger
from bucket_probes.search.search import Counts, NameSearch
from documents.buckets import Attribution, BucketAccess, NamesSearched
from documents.records import Skipped, SkipReason
from documents.sink import Sink
from fetching.errors import FetchingError
from scope.bucket_urls import bucket_url
from scope.model import NameTarget
from scope.name_questions import bucket_of, search_endpoints

# Seconds between two tellings of how far it is.
TELL_SECONDS = 5.0
# Names without an answer that counts that get a record each; more are told by their number.
TOLD_ONE_BY_ONE = 10_000
UNANSWERED = "no answer that counts"
NO_CANARY = 'no name that is known to exist was said to: no answer "does not exist" counts'

# The score of a bucket that was found, with the reasons for it.
Attribute = Callable[[BucketAccess, SearchedName], Attribution]


class Telling:
    """Implements `Hearer`; counts over a kill.

    Args:
        sink: takes the records.
        target: the service.
        ledger: of the search; what is counted is kept with it.
        clock: monotonic seconds.
        attribute: says whose a bucket may be.
    """

    def __init__(
        self, sink: Sink, target: NameTarget, ledger: Ledger, clock: Callable[[], float], attribute: Attribute
    ) -> None:
        self._sink = sink
        self._target = target
        self._ledger = ledger
        self._clock = clock
        self._attribute = attribute
        self._earlier = Counts(**ledger.kept.get("counts", {}))
        self._told_at = clock()

    def found(self, name: SearchedName, access: BucketAccess | None) -> None:
        """See `Hearer`."""
        if access is not None:
            found = replace(access, found_by=name.found_by)
            self._sink.bucket(replace(found, attribution=self._attribute(found, name)))

    def going(self, search: NameSearch) -> None:
        """See `Hearer`."""
        counts = self._counts(search)
        self._ledger.kept["counts"] = asdict(counts)
        if self._clock() - self._told_at >= TELL_SECONDS:
            self._told_at = self._clock()
            self._sink.names_searched(self._searched(len(self._ledger), counts))

    def ended(
        self, search: NameSearch, names: Iterable[SearchedName], start_url: str, ending: FetchingError | None
    ) -> None:
        """What could not be found out, and the last word on how it went."""
        total = told = untold = 0
        for position, name in enumerate(names):
            total += 1
            if self._ledger.is_settled(position):
                continue
            reason, detail = self._why(position)
            if reason is None or told >= TOLD_ONE_BY_ONE:
                untold += 1
            else:
                told += 1
                self._sink.skipped(Skipped(name_url(self._target, name), reason, detail))
        if untold or ending:
            reason, detail = (
                (ending.reason, ending.detail) if ending else (SkipReason.THROTTLED, "no answer that counts")
            )
            self._sink.skipped(Skipped(start_url, reason, f"{detail}: {untold} more names"))
        if total and not search.has_canary:
            self._sink.skipped(Skipped(start_url, SkipReason.THROTTLED, NO_CANARY))
        self._sink.names_searched(self._searched(total, self._counts(search)))

    def _why(self, position: int) -> tuple[SkipReason | None, str]:
        if self._ledger.is_unvouched(position):
            return SkipReason.THROTTLED, "said not to exist, and no canary vouches for it"
        return self._ledger.reason(position), UNANSWERED

    def _counts(self, search: NameSearch) -> Counts:
        earlier, now = self._earlier, search.counts
        return Counts(
            earlier.requests + now.requests,
            earlier.lies + now.lies,
            earlier.throttled + now.throttled,
            earlier.seconds + now.seconds,
        )

    def _searched(self, total: int, counts: Counts) -> NamesSearched:
        return NamesSearched(
            provider=self._target.provider,
            candidates=total,
            existing=self._ledger.existing,
            absent=self._ledger.absent,
            unknown=total - self._ledger.existing - self._ledger.absent,
            **asdict(counts),
        )


def name_url(target: NameTarget, name: SearchedName) -> str:
    """The anonymous address of what was asked for: a bucket or container, or an account."""
    if not name.name:
        return search_endpoints(target, name.account)[0] + "/"
    return bucket_url(bucket_of(target, name.name, name.account))
