"""Letters that came later, held against everything that was ever seen: sketches in place of requests."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from findings.database import LOCK_WAIT_SECONDS, Connection, open_reader
from findings.keys import load_or_create_database_key
from findings.lock import SweepLock
from findings.merge import merge
from findings.records import SweepKind, SweepRecord, new_sweep_id
from findings.rematch import SeenLetter, SketchHit, record_rematch, seen_before
from findings.settled import Numbers, Settled, holds, number_of, numbers_of
from findings.sketches import (
    SketchCounts,
    judged_by,
    judged_clear,
    letters_by_content,
    refetched_since,
    sketch_batches,
    sketch_counts,
)
from findings.spool_folders import spool_root
from matchers.errors import SketchError
from matchers.pack import Pack
from matchers.sketch import Sketch, Sketcher
from matchers.sketch_matching import TEMPLATE_SHINGLES, Compared, SketchMatcher
from scope.model import Scope
from sweeps.plan import scope_digest

_DIGEST_BYTES: Final = 8


@dataclass(frozen=True, slots=True, repr=False)
class Comparison:
    """What sketches show of the letters that were asked for.

    Attributes:
        hits: contents with letters that a finding can be made of.
        little: contents with something of a letter, too little for that; the next sweep fetches them.
        altered: sketches that could not be opened.
        counts: how far sketches reach.
        settled: which verdicts stand with this pack.
    """

    hits: tuple[SketchHit, ...]
    little: int
    altered: int
    counts: SketchCounts
    settled: Settled

    @property
    def is_complete(self) -> bool:
        """Was there a sketch of the latest content of every place?"""
        return not self.counts.missing and not self.altered


@dataclass(frozen=True, slots=True, repr=False)
class Rematch:
    """What a rematch came to.

    Attributes:
        sweep_id: what it is recorded as; empty where it found nothing new.
        found: findings that it made.
        comparison: what sketches showed.
    """

    sweep_id: str
    found: int
    comparison: Comparison


def rematch(scope: Scope, pack: Pack, version: str, wait_seconds: float = LOCK_WAIT_SECONDS) -> Rematch:
    """Compare, and record as a sweep what no finding says yet. Killed at any moment it can be run again.

    Raises:
        FindingsError: a sweep is under way, the database is missing, held or can not be used.
    """
    database = scope.database.file
    with SweepLock(spool_root(database)):
        if spool_root(database).exists():
            merge(spool_root(database), database, wait_seconds)
        key = load_or_create_database_key(scope.database.key, database_exists=database.exists())
        with open_reader(database, wait_seconds) as connection:
            comparison = compared(connection, database, pack)
        started = comparison.settled.made_at
        sweep = SweepRecord(
            sweep_id=new_sweep_id(started),
            scope_digest=scope_digest(scope),
            organisation=scope.organisation,
            authority=scope.authority.reference if scope.authority else "",
            started_at=started,
            stray_version=version,
            units=(),
            kind=SweepKind.REMATCH,
            pack_check=pack.pack_id,
        )
        found = record_rematch(database, key, sweep, comparison.hits, wait_seconds)
        comparison.settled.write(database)
    return Rematch(sweep.sweep_id if found else "", found, comparison)


def settle(database: Path, pack: Pack, wait_seconds: float = 0.0) -> bool:
    """Before a sweep: find out which verdicts stand with a pack that has changed. Nothing is recorded.

    Returns:
        Whether anything had to be compared.

    Raises:
        FindingsError: a sweep is under way, the database is held or can not be used; then everything is fetched.
    """
    if not database.exists() or Settled.latest_generation(database) == pack.manifest.generation:
        return False
    with SweepLock(spool_root(database)), open_reader(database, wait_seconds) as connection:
        compared(connection, database, pack).settled.write(database)
    return True


def seen(
    database: Path, pack: Pack, letter_ids: Collection[str], wait_seconds: float = 0.0
) -> tuple[Comparison, list[SeenLetter]]:
    """Where these letters were seen, as sketches say. Nothing is written.

    Raises:
        FindingsError: the database is missing, held or can not be used.
    """
    with open_reader(database, wait_seconds) as connection:
        comparison = compared(connection, database, pack, letter_ids)
        return comparison, seen_before(connection, comparison.hits)


def compared(
    connection: Connection, database: Path, pack: Pack, letter_ids: Collection[str] | None = None
) -> Comparison:
    """Hold all sketches against a pack: against the letters named, or those that came since it was last done."""
    return _Comparing(connection, Settled.latest(database), pack, letter_ids).run()


class _Comparing:
    def __init__(self, connection: Connection, before: Settled, pack: Pack, letter_ids: Collection[str] | None) -> None:
        self._connection = connection
        self._before = before
        self._pack = pack
        self._made_at = datetime.now(UTC)
        self._ids, self._digests = _letters_of(pack)
        if letter_ids is None:
            self._new = frozenset(np.flatnonzero(~np.isin(self._digests, before.letters)).tolist())
        else:
            self._new = frozenset(self._ids[each] for each in letter_ids if each in self._ids)
        self._known = letters_by_content(connection)
        self._judged = judged_by(connection, pack.pack_id) if letter_ids is None else before.letters[:0]
        self._clear = judged_clear(connection)
        self._refused = set(np.setdiff1d(before.refused, refetched_since(connection, before.made_at)).tolist())
        self._hits: list[SketchHit] = []
        self._stands: list[str] = []
        self._little = 0
        self._altered = 0

    def run(self) -> Comparison:
        sketcher, matcher = Sketcher(self._pack), SketchMatcher(self._pack)
        for batch in sketch_batches(self._connection, sketcher.space):
            opened = [(sha256, sketch) for sha256, sketch in self._opened(sketcher, batch)]
            found = matcher.compared(
                [sketch for _, sketch in opened], [self._known.get(sha256, ()) for sha256, _ in opened]
            )
            for (sha256, sketch), shown in zip(opened, found, strict=True):
                self._take(matcher, sha256, sketch, shown)
        refused = np.unique(np.array(sorted(self._refused), dtype=np.uint64))
        return Comparison(
            tuple(self._hits),
            self._little,
            self._altered,
            sketch_counts(self._connection, sketcher.space),
            Settled(
                self._pack.manifest.generation,
                self._made_at,
                np.setdiff1d(numbers_of(self._stands), refused),
                refused,
                np.unique(self._digests),
            ),
        )

    def _opened(self, sketcher: Sketcher, batch: Sequence[tuple[str, bytes]]) -> Iterator[tuple[str, Sketch]]:
        for sha256, content in batch:
            try:
                yield sha256, sketcher.opened(content, sha256)
            except SketchError:
                self._altered += 1
                self._refused.add(int(number_of(sha256)))

    def _take(self, matcher: SketchMatcher, sha256: str, sketch: Sketch, shown: Compared) -> None:
        if holds(self._judged, sha256):
            self._stands.append(sha256)
            return
        known = self._known.get(sha256, frozenset())
        fresh = [match for match in shown.matches if match.number in self._new and match.letter_id not in known]
        told = [(match.file, matcher.told(match, match.verdict)) for match in fresh if match.verdict]
        if told:
            self._hits.append(SketchHit(sha256, tuple(told)))
        elif fresh:
            self._little += 1
        if fresh or self._is_doubtful(sha256, sketch, shown) or not all(each in self._ids for each in known):
            self._refused.add(int(number_of(sha256)))
        else:
            self._stands.append(sha256)

    def _is_doubtful(self, sha256: str, sketch: Sketch, shown: Compared) -> bool:
        """Does the sketch show too little of the document, or is it on a template that was not known?"""
        is_ours = shown.template >= TEMPLATE_SHINGLES and holds(self._clear, sha256)
        return sketch.is_partial or sketch.is_too_long or is_ours


def _letters_of(pack: Pack) -> tuple[dict[str, int], Numbers]:
    """Number of each letter by its id, and a keyed digest of its id and content by its number."""
    key = pack.keyring.current.subkey("settled")
    ids, digests = {}, np.zeros(pack.letters, dtype=np.uint64)
    for number in range(pack.letters):
        letter = pack.letter(number)
        ids[letter.letter_id] = number
        told = letter.letter_id.encode() + b"\0" + letter.sizes.content
        digests[number] = int.from_bytes(hashlib.blake2b(told, digest_size=_DIGEST_BYTES, key=key).digest(), "big")
    return ids, digests
