"""A unit's sink: inspects each document as it arrives and puts everything into the unit's spool."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from urllib.parse import unquote, urlsplit

from documents.buckets import BucketAccess, BucketLead, NamesSearched
from documents.media_type import MediaType
from documents.naming import disagrees
from documents.records import Document, Entry, Skipped, SkipReason
from documents.unchanged import Gap, Unchanged
from findings.records import Begun
from findings.rows import Judged
from findings.spool import UnitSpool
from inspection.inspector import Inspection, Inspector
from matchers.verdicts import Verdict
from sweeps.progress import Progress

# Addresses of buckets that were met lately and are not told again, about 0.1 kB each. What is forgotten is told twice,
# and becomes one row when it is merged.
REMEMBERED_LEADS = 100_000
# Documents of which it is known what they are, so that copies in the same unit are not read again: about 1 kB each,
# 10 kB with as many letters as the second says; those with more are read again.
REMEMBERED_DOCUMENTS = 2_000
MOST_LETTERS = 4


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
        self._inspected: OrderedDict[str, Inspection] = OrderedDict()
        store = spool.store
        earlier = (store.kept("progress") or {}) if store else {}
        self.progress = Progress(**earlier, afresh=spool.begun is Begun.AFRESH, forgot=self._has_forgotten())
        if store is not None:
            store.keep("progress", self._counts)

    def entry(self, entry: Entry) -> None:
        """See `Sink`."""
        self.listed([entry])

    def listed(self, entries: Sequence[Entry]) -> None:
        """See `Sink`."""
        with self._lock:
            self._spool.entries(entries)
            kept = [entry for entry in entries if entry.unchanged is not None]
            skips = [skipped for entry in kept for skipped in _gaps(entry.url, entry.unchanged, entry.parent)]
            for skipped in skips:
                self._spool.skipped(skipped)
            unchanged = sum(bool(entry.unchanged and entry.unchanged.verdict) for entry in kept)
            self._count(entries=len(entries), unchanged=unchanged, skipped=len(skips))

    def skipped(self, skipped: Skipped) -> None:
        """See `Sink`."""
        with self._lock:
            self._spool.skipped(skipped)
            if self._spool.memory is not None:
                self._spool.memory.skipped(skipped)
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
        if self._is_unchanged(document):
            document.body.close()
            return
        data = document.body.read()
        document.body.close()
        inspection = self._inspection(document.body.sha256, data)
        with self._lock:
            finding_ids = self._spool.document(document, _judged(document, inspection))
            if finding_ids:
                self._keep(document, data, finding_ids)
            for problem in inspection.problems:
                self._spool.skipped(
                    Skipped(document.url, problem.reason, problem.detail, member=problem.path, parent=document.parent)
                )
            if self._spool.memory is not None:
                gaps = [Gap(problem.reason, problem.detail, problem.path) for problem in inspection.problems]
                self._spool.memory.read(document, inspection.judgement.verdict.value, finding_ids, gaps)
            self._count(documents=1, skipped=len(inspection.problems), **_letters(inspection))

    def _is_unchanged(self, document: Document) -> bool:
        """Does it hold the bytes that it held, under the same terms? Then it is on record already."""
        with self._lock:
            known = self._spool.memory.same_digest(document) if self._spool.memory is not None else None
            if known is None:
                return False
            self._spool.unchanged(document, known)
            skips = list(_gaps(document.url, known, document.parent))
            for skipped in skips:
                self._spool.skipped(skipped)
            self._count(unchanged=1, skipped=len(skips))
            return True

    def _inspection(self, sha256: str, data: bytes) -> Inspection:
        """What the document is; the same bytes at several places of a unit are read once."""
        known = self._inspected.get(sha256)
        if known is not None:
            self._inspected.move_to_end(sha256)
            return known
        inspection = self._inspector.inspect(data)
        if not inspection.problems and len(inspection.judgement.letters) <= MOST_LETTERS:
            self._inspected[sha256] = inspection
            if len(self._inspected) > REMEMBERED_DOCUMENTS:
                self._inspected.popitem(last=False)
        return inspection

    def _counts(self) -> dict[str, int]:
        counts = asdict(self.progress)
        return {name: count for name, count in counts.items() if name not in ("afresh", "forgot")}

    def _has_forgotten(self) -> bool:
        return self._spool.memory is not None and self._spool.memory.is_lost

    def _count(self, **more: int) -> None:
        current = self.progress
        counts = {name: getattr(current, name) + count for name, count in more.items()}
        self.progress = replace(current, **counts, forgot=self._has_forgotten())
        self._tell(self.progress)


def _gaps(url: str, unchanged: Unchanged | None, parent: str | None) -> Iterator[Skipped]:
    """What could not be read of a place when it was read, and still can not."""
    for gap in unchanged.gaps if unchanged else ():
        yield Skipped(url, gap.reason, gap.detail, member=gap.member, parent=parent)


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
