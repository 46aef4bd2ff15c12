"""A unit's sink: inspects each document as it arrives and puts everything into the unit's spool."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

from documents.buckets import BucketAccess, BucketLead, NamesSearched
from documents.exposure import Truth
from documents.records import Document, Entry, Skipped, SkipReason
from extraction.records import Problem
from findings.spool import Begun, UnitSpool
from inspection.inspector import Inspector


@dataclass(frozen=True, slots=True)
class Progress:
    """What a unit has done so far: counts, and whether it was begun afresh, its saved state being of no use."""

    entries: int = 0
    documents: int = 0
    skipped: int = 0
    matches: int = 0
    afresh: bool = False


class UnitSink:
    """Implements `documents.sink.Sink`. Calls may come from any thread, one after another."""

    def __init__(
        self, start_url: str, spool: UnitSpool, inspector: Inspector, tell: Callable[[Progress], None]
    ) -> None:
        self._start_url = start_url
        self._spool = spool
        self._inspector = inspector
        self._tell = tell
        self._lock = threading.Lock()
        store = spool.store
        earlier = (store.kept("progress") or {}) if store else {}
        self.progress = Progress(**earlier, afresh=spool.begun is Begun.AFRESH)
        if store is not None:
            store.keep("progress", self._counts)

    def entry(self, entry: Entry) -> None:
        """See `Sink`."""
        with self._lock:
            self._spool.entry(entry)
            self._count(entries=1)

    def listed(self, entries: Sequence[Entry]) -> None:
        """See `Sink`."""
        with self._lock:
            self._spool.entries(entries)
            self._count(entries=len(entries))

    def skipped(self, skipped: Skipped) -> None:
        """See `Sink`."""
        with self._lock:
            self._spool.skipped(skipped)
            self._count(skipped=len(skipped.stands_for) or 1)
        if (skipped.url, skipped.reason, skipped.member) == (self._start_url, SkipReason.NOT_FOUND, ""):
            # A dead link is an answer; a target that is not there is a typo in the scope or a site that has moved.
            self.skipped(Skipped(skipped.url, SkipReason.UNIT_FAILED, "the target itself was not found"))

    def bucket(self, access: BucketAccess) -> None:
        """See `Sink`."""

    def bucket_named(self, lead: BucketLead) -> None:
        """See `Sink`."""

    def names_searched(self, search: NamesSearched) -> None:
        """See `Sink`."""

    def document(self, document: Document) -> None:
        """See `Sink`. What extraction could not read of the document becomes skips of their own."""
        data = document.body.read()
        document.body.close()
        inspection = self._inspector.inspect(data)
        with self._lock:
            self._spool.document(document, inspection.media_type, inspection.judgement)
            problems = [each for each in inspection.problems if not _is_read_as_listing(document, each)]
            for problem in problems:
                self._spool.skipped(
                    Skipped(document.url, problem.reason, problem.detail, member=problem.path, parent=document.parent)
                )
            self._count(documents=1, skipped=len(problems), matches=len(inspection.judgement.letters))

    def _counts(self) -> dict[str, int]:
        counts = asdict(self.progress)
        del counts["afresh"]
        return counts

    def _count(self, **more: int) -> None:
        current = self.progress
        self.progress = replace(current, **{name: getattr(current, name) + count for name, count in more.items()})
        self._tell(self.progress)


def _is_read_as_listing(document: Document, problem: Problem) -> bool:
    """Has the source read what extraction has no reader for? A sitemap or a listing in JSON is no letter's text."""
    is_whole = problem.reason is SkipReason.UNSUPPORTED_TYPE and not problem.path
    return is_whole and document.exposure.is_listing is Truth.YES
