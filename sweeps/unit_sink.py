"""A unit's sink: inspects each document as it arrives and puts everything into the unit's spool."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from urllib.parse import unquote, urlsplit

from documents.buckets import BucketAccess, BucketLead, NamesSearched
from documents.media_type import MediaType
from documents.naming import disagrees
from documents.records import Document, Entry, Skipped, SkipReason
from findings.rows import Judged
from findings.spool import Begun, UnitSpool
from inspection.inspector import Inspection, Inspector
from matchers.verdicts import Verdict
from sweeps.progress import Progress

# Addresses of buckets that were met lately and are not told again, about 0.1 kB each. What is forgotten is told twice,
# and becomes one row when it is merged.
REMEMBERED_LEADS = 100_000


class UnitSink:
    """Implements `documents.sink.Sink`. Calls may come from any thread, one after another."""

    def __init__(
        self,
        start_url: str,
        spool: UnitSpool,
        inspector: Inspector,
        tell: Callable[[Progress], None],
        attributed: Callable[[BucketAccess], BucketAccess] = lambda access: access,
        keep: Callable[[Document, bytes, Sequence[str]], None] = lambda document, data, finding_ids: None,
    ) -> None:
        self._start_url = start_url
        self._spool = spool
        self._inspector = inspector
        self._tell = tell
        self._attributed = attributed
        self._keep = keep
        self._lock = threading.Lock()
        self._leads: set[int] = set()
        self._searched: dict[str, NamesSearched] = {}
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
            self._count(skipped=skipped.count)
        if (skipped.url, skipped.reason, skipped.member) == (self._start_url, SkipReason.NOT_FOUND, ""):
            # A dead link is an answer; a target that is not there is a typo in the scope or a site that has moved.
            self.skipped(Skipped(skipped.url, SkipReason.UNIT_FAILED, "the target itself was not found"))

    def bucket(self, access: BucketAccess) -> None:
        """See `Sink`."""
        with self._lock:
            self._spool.bucket(self._attributed(access))
            self._count(buckets=1)

    def bucket_named(self, lead: BucketLead) -> None:
        """See `Sink`. What stands on every page is told once, or nearly so."""
        lead_digest = hash((lead.url, lead.key, lead.had_credential))
        with self._lock:
            if lead_digest in self._leads:
                return
            if len(self._leads) >= REMEMBERED_LEADS:
                self._leads.clear()
            self._leads.add(lead_digest)
            self._spool.bucket_named(lead)

    def names_searched(self, search: NamesSearched) -> None:
        """See `Sink`."""
        with self._lock:
            self._spool.names_searched(search)
            self._searched[search.provider] = search
            answered = sum(each.existing + each.absent for each in self._searched.values())
            candidates = sum(each.candidates for each in self._searched.values())
            self.progress = replace(self.progress, names=candidates, names_answered=answered)
            self._tell(self.progress)

    def document(self, document: Document) -> None:
        """See `Sink`. What extraction could not read of the document becomes skips of their own."""
        data = document.body.read()
        document.body.close()
        inspection = self._inspector.inspect(data)
        with self._lock:
            finding_ids = self._spool.document(document, _judged(document, inspection))
            if finding_ids:
                self._keep(document, data, finding_ids)
            for problem in inspection.problems:
                self._spool.skipped(
                    Skipped(document.url, problem.reason, problem.detail, member=problem.path, parent=document.parent)
                )
            self._count(documents=1, skipped=len(inspection.problems), **_letters(inspection))

    def _counts(self) -> dict[str, int]:
        counts = asdict(self.progress)
        del counts["afresh"]
        return counts

    def _count(self, **more: int) -> None:
        current = self.progress
        self.progress = replace(current, **{name: getattr(current, name) + count for name, count in more.items()})
        self._tell(self.progress)


def _letters(inspection: Inspection) -> dict[str, int]:
    """How many letters were found, and of these how many of each verdict."""
    counts = Counter(letter.verdict for letter in inspection.judgement.letters)
    return {
        "matches": counts.total(),
        "known": counts[Verdict.KNOWN_LETTER],
        "passages": counts[Verdict.SHARED_PASSAGE],
        "templates": counts[Verdict.SAME_TEMPLATE],
    }


def _judged(document: Document, inspection: Inspection) -> Judged:
    """With the ending of the document's own name, where that lies."""
    name = unquote(urlsplit(document.url).path.rpartition("/")[2])
    lie = disagrees(name, MediaType(inspection.media_type)) or ""
    return Judged(inspection.media_type, inspection.judgement, inspection.files, lie, inspection.sketch)
