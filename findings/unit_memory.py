"""What earlier sweeps know of a unit's places, and what this one adds to it. Never believed beyond what it can tell.

A place keeps its verdict while the pack, the ways of reading and judging and the scope's word on the target are as they
were. A share of what would be left alone is fetched all the same, and everything is read anew after some days. A server
that is caught saying of a changed file that it is as it was is not believed any more.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from documents.records import Document, Entry, EntryKind, Skipped, SkipReason
from documents.unchanged import Gap, Unchanged, UnchangedBasis
from fetching.memory import NotModified
from findings.errors import MemoryDamagedError
from findings.keys import DatabaseKey
from findings.memory_facts import Facts, FactsSeal, dictionary_of, kept_led_to, validators_of
from findings.memory_file import Flags, MemoryFile, Row
from findings.memory_journal import WHOLE, MemoryJournal, Noted
from findings.memory_terms import Digests, Terms, is_due
from findings.memory_writing import MemoryFollowing
from findings.unit_store import UnitStore

# Places of one unit that hold findings and are asked for in each sweep though their listing is as it was: a file may be
# closed and still be listed. Where a unit holds more of them, so many are chosen, others each time.
FINDINGS_ASKED: Final = 200
# What was met instead of a document and stays so while the file is the same.
_CONCLUSIVE: Final = frozenset([SkipReason.UNSUPPORTED_TYPE, SkipReason.TOO_LARGE])
# What says that a place is not what it was.
_NEGATIVE: Final = frozenset([SkipReason.NOT_FOUND, SkipReason.ACCESS_DENIED])
# Gaps that another try, or this machine tomorrow, may not have: such documents are read in each sweep.
_MAY_PASS: Final = frozenset(
    [SkipReason.EXTRA_MISSING, SkipReason.TIMED_OUT, SkipReason.PARSER_CRASHED, SkipReason.INTERRUPTED]
)

# As plain numbers: enums are asked thirty times as slowly, and each row of a listing is.
_LISTED, _FINDINGS, _LEADS_ON, _CAN_BE_ASKED = (
    flag.value for flag in (Flags.LISTED, Flags.FINDINGS, Flags.LEADS_ON, Flags.CAN_BE_ASKED)
)


class UnitMemory:
    """Implements `fetching.memory.Memory`; the sink tells it what became of places. For any thread.

    Args:
        held: the file of earlier sweeps; None where they are not to be asked.
        store: of the unit.
        key: of the database.
        terms: on which it is believed.
        now: aware time.

    Attributes:
        is_lost: there was a file, and it was of no use: damaged, or of other terms.
    """

    def __init__(
        self,
        held: Path | None,
        store: UnitStore,
        key: DatabaseKey,
        terms: Terms,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._terms, self._now = terms, now
        self._lock = threading.RLock()
        self._digests = Digests(key, terms.unit_id, terms.sweep_id)
        self._seal = FactsSeal(key.subkey(f"memory facts {terms.unit_id}"))
        self.is_lost = False
        self._held = self._opened(held)
        self._share = FINDINGS_ASKED / max(1, self._held.count(Flags.FINDINGS)) if self._held else 1.0
        kept = store.kept("memory") or {}
        self._is_doubted = bool(kept.get("doubted"))
        self._journal = MemoryJournal(store)
        self._whole = {digest for digest, told in self._journal.told() if told == WHOLE}
        store.keep("memory", lambda: {"doubted": self._is_doubted})
        if dictionary := self._journal.dictionary:
            self._seal.with_dictionary(dictionary)
        # Places that are fetched though the listing has them as they were: if one has changed, listings are not sure.
        self._as_listed: set[int] = set()
        # One for each verdict that says all: a unit may have ten million places.
        self._plain: dict[str, Unchanged] = {}

    @property
    def knows(self) -> bool:
        """Is anything known of earlier sweeps?"""
        return self._held is not None

    # -- what sources ask

    def by_listing(self, entry: Entry) -> Unchanged | None:
        """See `Memory`."""
        if self._held is None or entry.kind is EntryKind.DIRECTORY:
            return None
        digest = self._digests.of_place(entry.url)
        with self._lock:
            row = self._row(digest)
            if row is None:
                return None
            if row.mark != self._digests.mark_of(entry):
                self._read_whole(digest)
                return None
            is_told = row.flags & _LISTED
            asks = row.flags & _LEADS_ON or (row.flags & _FINDINGS and self._is_asked(digest))
            if not is_told or asks or not self._stands(row):
                if is_told:
                    self._as_listed.add(digest)
                return None
            return self._as_the_listing_says(row)

    def _as_the_listing_says(self, row: Row) -> Unchanged | None:
        try:
            plain = self._seal.plain_verdict(row.digest, row.facts)
        except MemoryDamagedError:
            self._lose()
            return None
        if plain:
            return self._plain.setdefault(plain, Unchanged(UnchangedBasis.SAME_LISTING, plain))
        facts = self._facts(row)
        return None if facts is None else _unchanged(facts, UnchangedBasis.SAME_LISTING)

    def conditions(self, url: str) -> Mapping[str, str] | None:
        """See `Memory`."""
        facts = self._asked(url)
        if facts is None:
            return None
        headers = {"If-None-Match": facts.etag, "If-Modified-Since": facts.last_modified}
        return {name: value for name, value in headers.items() if value}

    def not_modified(self, url: str, headers: Mapping[str, str]) -> NotModified | None:
        """See `Memory`."""
        facts, digest = self._asked(url), self._digests.of_place(url)
        with self._lock:
            told = headers.get("etag", "").strip()
            if facts is None or facts.led_to is None or (told and facts.etag and not _same_tag(told, facts.etag)):
                self._read_whole(digest)
                return None
            self._journal.not_modified(digest, int(self._now().timestamp()))
            return NotModified(_unchanged(facts, UnchangedBasis.NOT_MODIFIED), facts.led_to)

    def _asked(self, url: str) -> Facts | None:
        """What is known of a place that may be asked for by its validators."""
        if self._held is None or self._is_doubted:
            return None
        digest = self._digests.of_place(url)
        with self._lock:
            row = None if digest in self._whole else self._row(digest)
            if row is None or not row.flags & _CAN_BE_ASKED or not self._stands(row):
                return None
            return self._facts(row)

    # -- what the sink tells

    def named(self, entries: Sequence[Entry]) -> None:
        """Listings or links named these places, and they are to be asked for, or not at all."""
        with self._lock:
            for entry in entries:
                if entry.unchanged is None and entry.kind is not EntryKind.DIRECTORY and _says_something(entry):
                    self._journal.mark(self._digests.of_place(entry.url), self._digests.of_listing(entry))

    def same_digest(self, document: Document) -> Unchanged | None:
        """What is known of a place that was fetched and holds the bytes that it held; None where it is to be read."""
        digest = self._digests.of_place(document.url)
        with self._lock:
            row = self._row(digest)
            if row is None or self._is_due(row) or not self._is_of_pack(row):
                return None
            facts = self._facts(row)
            if facts is None or facts.sha256 != document.body.sha256 or facts.shown != self._shown(document):
                return None
            self._note(document, facts.verdict, facts.findings, facts.gaps, read_at=row.read_at)
            return _unchanged(facts, UnchangedBasis.SAME_DIGEST)

    def read(self, document: Document, verdict: str, findings: Sequence[str], gaps: Sequence[Gap]) -> None:
        """A document was fetched and judged, and is on record."""
        with self._lock:
            self._doubt_if_hidden(document)
            if any(gap.reason in _MAY_PASS for gap in gaps):
                self._journal.forgotten(self._digests.of_place(document.url))
            else:
                self._note(document, verdict, findings, gaps, read_at=int(document.fetched_at.timestamp()))

    def skipped(self, skipped: Skipped) -> None:
        """A place was not looked at, or only in part."""
        if skipped.member or skipped.stands_for or (skipped.reason not in _CONCLUSIVE | _NEGATIVE):
            return
        digest = self._digests.of_place(skipped.url)
        with self._lock:
            if skipped.reason in _NEGATIVE:
                row = self._row(digest)
                if row is not None:
                    self._journal.forgotten(digest)
                    # A file with a finding was closed, and may still be listed: so may the others.
                    self._share = 1.0 if row.flags & _FINDINGS else self._share
            elif skipped.parent is not None:
                moment = int(self._now().timestamp())
                facts = Facts(gaps=(Gap(skipped.reason, skipped.detail),))
                self._journal.place(Noted(digest, -1, moment, moment, Flags.GAPS, self._seal.seal(digest, facts)))

    def write(self, folder: Path) -> None:
        """Write the memory that follows into the unit's folder. Raises SpoolError if the disk gives up."""
        with self._lock:
            self._journal.save()
            following = MemoryFollowing(self._held, self._journal, self._terms, self._seal)
            following.write(folder, self._now(), believes=not self._is_doubted)

    def close(self) -> None:
        """Let go of the file."""
        if self._held is not None:
            self._held.close()

    # -- inside

    def _opened(self, path: Path | None) -> MemoryFile | None:
        if path is None or not path.exists():
            return None
        try:
            held = MemoryFile(path)
            if held.about("reading") == self._terms.reading.encode():
                if sealed := held.about("dictionary"):
                    self._seal.with_dictionary(sealed)
                return held
            held.close()
        except MemoryDamagedError:
            pass
        self.is_lost = True
        return None

    def _row(self, digest: int) -> Row | None:
        """None where nothing is known, or the file turns out to be damaged: it is not asked any more."""
        try:
            return self._held.row(digest) if self._held else None
        except MemoryDamagedError:
            self._lose()
            return None

    def _facts(self, row: Row) -> Facts | None:
        try:
            return self._seal.open(row.digest, row.facts)
        except MemoryDamagedError:
            self._lose()
            return None

    def _lose(self) -> None:
        self.is_lost, self._held = True, None

    def _read_whole(self, digest: int) -> None:
        if digest not in self._whole:
            self._whole.add(digest)
            self._journal.whole(digest)

    def _stands(self, row: Row) -> bool:
        """May this place be left alone? If not, it is fetched whole."""
        chosen = self._is_doubted or self._is_due(row) or self._digests.is_chosen(row.digest, self._terms.sampled)
        if chosen or not self._is_of_pack(row):
            self._read_whole(row.digest)
        return row.digest not in self._whole

    def _is_due(self, row: Row) -> bool:
        return is_due(row.digest, row.read_at, self._now(), self._terms.full_after)

    def _is_of_pack(self, row: Row) -> bool:
        generation = self._held.generations.get(row.pack) if self._held else None
        if generation == self._terms.generation:
            return True
        facts = self._facts(row)
        return facts is not None and bool(facts.sha256) and self._terms.settled(facts.sha256)

    def _is_asked(self, digest: int) -> bool:
        return self._digests.is_chosen(digest ^ 1, self._share)

    def _shown(self, document: Document) -> int:
        return self._digests.of_showing(document)

    def _doubt_if_hidden(self, document: Document) -> None:
        """Has a place changed whose listing, or strong ETag, says that it has not? Then neither is sure here."""
        digest = self._digests.of_place(document.url)
        row = self._row(digest)
        facts = self._facts(row) if row else None
        if facts is None or not facts.sha256 or facts.sha256 == document.body.sha256:
            return
        etag, _ = validators_of(document)
        if digest in self._as_listed or (etag and etag == facts.etag and not etag.startswith("W/")):
            self._is_doubted = True

    def _note(
        self, document: Document, verdict: str, findings: Sequence[str], gaps: Sequence[Gap], read_at: int
    ) -> None:
        etag, last_modified = validators_of(document)
        led_to = kept_led_to(document.led_to)
        if led_to is not None and led_to.addresses and not self._seal.dictionary:
            self._seal.dictionary = dictionary_of(led_to)
            self._journal.keep_dictionary(self._seal.seal_dictionary())
        body, shown = document.body, self._shown(document)
        facts = Facts(
            *(body.sha256, verdict, etag, last_modified, tuple(findings), tuple(gaps)), led_to, shown, body.size
        )
        digest, fetched_at = self._digests.of_place(document.url), int(document.fetched_at.timestamp())
        sealed = self._seal.seal(digest, facts)
        self._journal.place(Noted(digest, body.size, read_at, fetched_at, _flags(facts), sealed))


def _flags(facts: Facts) -> Flags:
    flags = Flags(0)
    if facts.findings:
        flags |= Flags.FINDINGS
    if facts.gaps:
        flags |= Flags.GAPS
    if facts.led_to is None or facts.led_to.addresses or facts.led_to.gaps:
        flags |= Flags.LEADS_ON
    if facts.can_be_asked:
        flags |= Flags.CAN_BE_ASKED
    return flags


def _unchanged(facts: Facts, basis: UnchangedBasis) -> Unchanged:
    return Unchanged(basis, facts.verdict, facts.findings, facts.gaps)


def _says_something(entry: Entry) -> bool:
    return bool(entry.tag) or (entry.modified is not None and entry.size is not None)


def _same_tag(one: str, other: str) -> bool:
    """Weak comparison, RFC 9110 8.8.3.2."""
    return one.removeprefix("W/") == other.removeprefix("W/")
