"""A small estate to sweep: its units, its documents, its spool and its database."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from documents.body import Body
from documents.records import Document, Entry, EntryKind, Skipped
from findings.database import open_writer
from findings.keys import DatabaseKey
from findings.merge import merge
from findings.records import (
    SweepEnd,
    SweepKind,
    SweepRecord,
    SweepState,
    UnitOutcome,
    UnitRecord,
    UnitState,
    new_sweep_id,
)
from findings.results import TriageEvent
from findings.rows import Judged
from findings.spool import SweepSpool, UnitSpool
from findings.spool_folders import spool_root
from findings.triage import act
from matchers.verdicts import AnchorState, Judgement, LetterMatch, Span, Verdict

START = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
HOST = "http://files.example.org"
CLEAR = Judgement(Verdict.CLEAR, (), ())


def unit_record(number: int = 1) -> UnitRecord:
    """One unit of the estate."""
    return UnitRecord(
        f"open_directory-{number:04d}",
        "open_directory",
        f"{HOST}/{number}/",
        "files.example.org",
        "processor",
        "IG-2026-014",
        "Example Transcription Ltd",
    )


def letter(letter_id: str = "L-41", verdict: Verdict = Verdict.KNOWN_LETTER) -> Judgement:
    """A judgement that names one letter."""
    match = LetterMatch(
        letter_id,
        verdict,
        0.74,
        0.9,
        312.0,
        {"nhs_number": AnchorState.AGREE},
        (Span("", (10, 400), (0, 390)),),
    )
    return Judgement(verdict, (match,), ("312 distinctive characters of letter L-41",))


def set_triage(database: Path, finding_id: str, event: TriageEvent) -> None:
    """One act on one finding."""
    act(database, [finding_id], event)


@dataclass
class Estate:
    """Sweeps are a day apart, so that their order is plain."""

    database: Path
    key: DatabaseKey = field(default_factory=lambda: DatabaseKey(bytes(range(32))))
    days: int = 0

    @property
    def root(self) -> Path:
        return spool_root(self.database)

    @property
    def now(self) -> datetime:
        return START + timedelta(days=self.days)

    def begin(self, *units: UnitRecord, kind: SweepKind = SweepKind.SWEEP) -> SweepSpool:
        """A new sweep of these units, a day after the one before."""
        self.days += 1
        record = SweepRecord(
            new_sweep_id(self.now),
            "scope-1",
            "Example Hospital",
            "IG-2026-014",
            self.now,
            "0.1.0",
            units or (unit_record(),),
            kind,
        )
        return SweepSpool.create(self.root, record, self.key)

    def open_unit(self, sweep: SweepSpool, number: int = 1) -> UnitSpool:
        return sweep.for_worker().unit(unit_record(number), clock=lambda: self.now)

    def outcome(self, state: UnitState = UnitState.FINISHED) -> UnitOutcome:
        return UnitOutcome(state, self.now, self.now + timedelta(minutes=5), 7, 4096)

    def end(self, state: SweepState = SweepState.FINISHED) -> SweepEnd:
        return SweepEnd(self.now + timedelta(hours=1), state)

    def document(self, path: str, content: bytes = b"bytes", **changes: Any) -> Document:
        """A fetched file below the host."""
        body = Body.from_chunks([content], limit=1 << 20)
        body.close()  # what is kept of a document is its digest, never its bytes
        given: dict[str, Any] = {"headers": {"Last-Modified": "Tue, 01 Jul 2025 10:00:00 GMT"}}
        return Document(f"{HOST}{path}", body, self.now + timedelta(minutes=1), **given | changes)

    def entry(self, path: str, **changes: Any) -> Entry:
        return Entry(f"{HOST}{path}", EntryKind.FILE, path.rpartition("/")[2], **changes)

    def sweep(self, *found: Document | Entry | Skipped | tuple[Document, Judgement], merged: bool = True) -> str:
        """A whole sweep of the one unit: documents (clear unless judged), places listed, skips."""
        sweep = self.begin()
        unit = self.open_unit(sweep)
        fetched_at = self.now + timedelta(minutes=1)
        for what in found:
            match what:
                case Skipped():
                    unit.skipped(what)
                case Entry():
                    unit.entry(what)
                case Document():
                    unit.document(replace(what, fetched_at=fetched_at), Judged("text/plain", CLEAR))
                case (document, judgement):
                    unit.document(replace(document, fetched_at=fetched_at), Judged("application/pdf", judgement))
        unit.finish(self.outcome())
        sweep.finish(self.end())
        if merged:
            merge(self.root, self.database)
        return sweep.record.sweep_id

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Rows, as a notebook would ask for them."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def contents(self) -> str:
        """A digest of all that sweeps put into the database, whatever the order of rows; not of times of merging."""
        digest = hashlib.sha256()
        for table in (
            "sweeps",
            "units",
            "entries",
            "documents",
            "skips",
            "matches",
            "findings",
            "sightings",
            "evidence",
        ):
            rows = self.ask(f"SELECT * FROM {table}")
            digest.update(repr([table, sorted(repr(row) for row in rows)]).encode())
        return digest.hexdigest()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """To make one takes longer than most tests."""
    path = tmp_path_factory.mktemp("empty") / "findings.duckdb"
    with open_writer(path):
        pass
    return path.read_bytes()


@pytest.fixture
def fresh_estate(tmp_path: Path) -> Estate:
    """Without a database."""
    return Estate(tmp_path / "findings.duckdb")


@pytest.fixture
def estate(fresh_estate: Estate, empty_database: bytes) -> Estate:
    """With an empty database."""
    fresh_estate.database.touch(mode=0o600)
    fresh_estate.database.write_bytes(empty_database)
    return fresh_estate
