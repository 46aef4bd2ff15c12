"""A unit's spool: takes the records of one unit as they come, and publishes them when it ends."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from documents.buckets import BucketAccess, BucketLead, NamesSearched
from documents.records import Document, Entry, Skipped
from documents.unchanged import Unchanged
from findings.batches import belonging
from findings.bucket_rows import bucket_row, lead_row, name_search_row
from findings.durable_files import storage_errors, sync_folder, write_json
from findings.entry_batches import entry_batch
from findings.memory_terms import Terms
from findings.parts import PART_ROWS, PartWriter, Row
from findings.records import (
    Absence,
    Begun,
    HostCheck,
    UnitOutcome,
    UnitRecord,
    UnitState,
)
from findings.rows import (
    Judged,
    absence_row,
    confirmation_rows,
    document_row,
    fetched_place_row,
    host_check_row,
    inner_row,
    left_rows,
    letters_by_file,
    match_rows,
    sketch_rows,
    skip_row,
    template_rows,
)
from findings.spool_folders import (
    unit_file_of,
)
from findings.unit_memory import UnitMemory
from findings.unit_store import UnitStore, drop_state

if TYPE_CHECKING:
    from findings.spool import SweepSpool


class UnitSpool:
    """Takes one unit's records, in any thread of one process. Every method raises SpoolError if the disk gives up.

    Attributes:
        store: for the unit's source; None where the unit is settled and not worked on.
        memory: what earlier sweeps know of its places, and what the next one will; None where nothing is remembered.
        begun: what was there before.
    """

    def __init__(
        self,
        sweep: SweepSpool,
        record: UnitRecord,
        clock: Callable[[], datetime],
        parts: PartWriter,
        store: UnitStore | None,
    ) -> None:
        self._sweep = sweep
        self._record = record
        self._clock = clock
        self._folder = sweep.folder.open_unit(record.unit_id)
        self._parts = parts
        self._lock = threading.Lock()
        self.store = store
        self.memory: UnitMemory | None = None
        self.begun = Begun.NEW
        self._documents: int = (store.kept("documents") if store else None) or 0
        if store is not None:
            store.keep("documents", lambda: self._documents)

    def remember(self, held: Path | None, store: UnitStore, terms: Terms) -> UnitMemory:
        """Ask what earlier sweeps know of the unit's places, and keep what it learns for the next one."""
        self.memory = UnitMemory(held, store, self._sweep.key, terms)
        return self.memory

    def entry(self, entry: Entry) -> None:
        """A place is known to be there."""
        self.entries([entry])

    def entries(self, entries: Sequence[Entry]) -> None:
        """Places are known to be there: one page's or listing's."""
        with self._lock:
            sweep_id, unit_id = self._sweep.record.sweep_id, self._record.unit_id
            for start in range(0, len(entries), PART_ROWS):
                piece = entries[start : start + PART_ROWS]
                now = self._clock()
                self._parts.add_batch("entries", entry_batch(piece, now, self._sweep.key, sweep_id, unit_id))
                confirmed = [
                    row for entry in piece if entry.unchanged for row in confirmation_rows(entry.unchanged, now)
                ]
                if confirmed:
                    self._add(confirmations=confirmed)
            if self.memory is not None:
                self.memory.named(entries)

    def skipped(self, skipped: Skipped) -> None:
        """A place was not looked at, or only in part."""
        with self._lock:
            self._add(skips=[skip_row(skipped, self._clock())], left=left_rows(skipped))

    def document(self, document: Document, judged: Judged) -> tuple[str, ...]:
        """A document was fetched and judged. A file inside that holds a letter is a place of its own.

        Returns:
            The ids of the findings that this makes.
        """
        key, by_file = self._sweep.key, letters_by_file(judged)
        with self._lock:
            whole = document_row(document, judged, self._numbered())
            documents = [whole]
            matches = match_rows(whole, by_file.pop("", ()), document.url, key)
            matches += template_rows(whole, judged.judgement, document.url, key)
            for file in judged.files:
                if letters := by_file.pop(file.path, None):
                    documents.append(inner_row(whole, file, letters, self._numbered()))
                    matches += match_rows(documents[-1], letters, document.url, key)
            if matches:
                together = asdict(belonging(document.url, self._record, key))
                matches = [{**row, **together} for row in matches]
            place, sketches = [fetched_place_row(document)], sketch_rows(document, judged.sketch)
            self._add(entries=place, documents=documents, matches=matches, sketches=sketches)
        return tuple(row["finding_id"] for row in matches if row["finding_id"])

    def unchanged(self, document: Document, unchanged: Unchanged) -> None:
        """A document was fetched and holds the bytes that it held: it is not put on record again."""
        with self._lock:
            place = fetched_place_row(document, unchanged)
            self._add(entries=[place], confirmations=confirmation_rows(unchanged, document.fetched_at))

    def _numbered(self) -> int:
        self._documents += 1
        return self._documents

    def bucket(self, access: BucketAccess) -> None:
        """What is known of a bucket's access by now."""
        with self._lock:
            self._add(buckets=[bucket_row(access, self._clock())])

    def bucket_named(self, lead: BucketLead) -> None:
        """A bucket's address was met."""
        with self._lock:
            self._add(leads=[lead_row(lead, self._clock())])

    def names_searched(self, search: NamesSearched) -> None:
        """How a search for names has gone by now."""
        with self._lock:
            self._add(name_searches=[name_search_row(search, self._clock())])

    def host_checked(self, check: HostCheck) -> None:
        """What a path that is known to answer did."""
        with self._lock:
            self._add(host_checks=[host_check_row(check)])

    def absent(self, absence: Absence) -> None:
        """A listing that was read whole no longer names a place."""
        with self._lock:
            self._add(absences=[absence_row(absence)])

    def finish(self, outcome: UnitOutcome) -> None:
        """Publish the unit: from here on it is merged, and not run again.

        An interrupted one keeps its state: if the sweep is resumed, it goes on from there.
        """
        with self._lock:
            if self.memory is not None and outcome.state is not UnitState.INTERRUPTED:
                self.memory.write(self._folder)
            self._parts.write()
            if self.store is not None:
                self.store.close()
            unit_id, is_cut = self._record.unit_id, outcome.state is UnitState.INTERRUPTED
            published = self._sweep.folder.stopped_unit(unit_id) if is_cut else self._sweep.folder.unit(unit_id)
            with storage_errors(self._folder):
                for aside in self._folder.glob("*.tmp"):
                    shutil.rmtree(aside) if aside.is_dir() else aside.unlink()
                write_json(self._folder / "unit.json", unit_file_of(self._record, outcome, self._parts.number))
                self._folder.rename(published)
                sync_folder(self._sweep.folder.path)
                if not is_cut:
                    drop_state(published)

    def _add(self, **rows: list[Row]) -> None:
        owner = {"sweep_id": self._sweep.record.sweep_id, "unit_id": self._record.unit_id}
        self._parts.add({table: [{**row, **owner} for row in more] for table, more in rows.items()})
