"""From the spool into the database: idempotent, in short transactions, oldest sweep first.

A unit's rows and its line in the ledger are committed together. Whatever a kill leaves, the next merge sees from the
ledger what has been done, and does the rest. The database locked, a disk full: the spool stays as it is.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import duckdb

from findings.asking import asked
from findings.canaries import put_places, stage_canaries
from findings.database import LOCK_WAIT_SECONDS, Connection, open_writer, stored_key_check
from findings.deriving import STEPS, UNSEEN_STEPS, derive, derive_units
from findings.durable_files import FILE_MODE, private_folder, read_json, storage_errors, sync_folder
from findings.errors import DatabaseLockedError, SpoolError
from findings.memory_folder import MemoryTaking
from findings.merge_tables import UnitRows, stage_end, stage_units
from findings.part_checks import is_whole_part, row_count
from findings.parts import COLUMNS
from findings.records import SweepEnd, UnitOutcome, UnitRecord, UnitState
from findings.schema import Transaction
from findings.spool_folders import (
    QUARANTINE,
    READABLE_FORMATS,
    SPOOL_FORMAT,
    SweepFolder,
    lost_parts,
    open_again,
    read_end,
    read_unit_file,
    remove_whole,
    sweep_folders,
    waits_in,
)
from findings.statements import sql_text
from findings.vault.mirror import take_in
from findings.vault.store import vault_folder

# Units and rows of one transaction: each goes through all places that are known, which takes 3 s of ten million, and a
# million rows fit into the memory below.
UNITS_AT_ONCE: Final = 1_000
ROWS_AT_ONCE: Final = 1_000_000
# What DuckDB may hold in memory while it merges; the rest goes to files beside the database. Python and what DuckDB
# does not count come on top, 250 MB: benchmarks/findings.
MERGE_MEMORY: Final = "600MB"
# More threads take more memory, and a merge is bound by few.
MERGE_THREADS: Final = 4
# The log is taken into the file when the merge has ended, not in between: that writes whole columns anew.
_LOG_SIZE: Final = "1GB"
MERGE_LOCK_NAME: Final = "merge.lock"
_RETRY_SECONDS: Final = 0.1
_UNIT_STEPS: Final = (
    *("superseded", "units", "documents", "matches", "skips", "host_checks", "reach", "entries", "recounted"),
    *("findings", "confirmed", "planted", "incidents", "reopened"),
    *("buckets", "leads", "sketches", "touched"),
    "ledger",
)
_END_STEPS: Final = ("unreached", "changes", "canaries", "settled", "unseen", "expired", "answered", "end")


@dataclass(frozen=True, slots=True)
class MergeReport:
    """What a merge did.

    Attributes:
        units: units merged now.
        sweeps: ids of sweeps whose end was merged now; nothing of them is in the spool any more.
        quarantined: what could not be read; it lies there, and the database says which unit is in doubt.
        left: what was not taken in, with the reason: sweeps of another format or key, a vault's log that differs.
    """

    units: int = 0
    sweeps: tuple[str, ...] = ()
    quarantined: tuple[Path, ...] = ()
    left: tuple[str, ...] = ()


@dataclass(slots=True)
class _Progress:
    units: int = 0
    sweeps: list[str] = field(default_factory=list)
    quarantined: list[Path] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    all_memory: str = ""  # what DuckDB takes where nobody limits it


def merge(
    root: Path, database: Path, wait_seconds: float = LOCK_WAIT_SECONDS, units_at_once: int = UNITS_AT_ONCE
) -> MergeReport:
    """Merge all that is finished in the spool `root` into `database`, which is made if need be.

    Raises:
        DatabaseLockedError: another process held the database all the time; the spool is kept for the next merge.
        SpoolError: the disk gives up.
        SchemaNewerError, DatabaseUnusableError: see there.
    """
    progress = _Progress()
    with storage_errors(root):
        if waits_in(root):
            with one_merge(root, database, wait_seconds), open_writer(database, wait_seconds) as connection:
                progress.all_memory = _settle(connection)
                memories = MemoryTaking(database, connection)
                memories.begin()
                for sweep in sweep_folders(root):
                    _SweepMerge(connection, root, sweep, progress, memories).run(units_at_once)
                memories.end()
                if take_in(connection, vault_folder(database)).differs:
                    progress.left.append("the vault's log is not the one known here; `stray evidence verify` says more")
    return MergeReport(progress.units, tuple(progress.sweeps), tuple(progress.quarantined), tuple(progress.left))


def _settle(connection: Connection) -> str:
    """Give the merge its limits; what the limit of memory was before."""
    all_memory = str(connection.execute("SELECT current_setting('memory_limit')").fetchall()[0][0])
    connection.execute(f"SET memory_limit = '{MERGE_MEMORY}'")
    connection.execute(f"SET threads = {min(MERGE_THREADS, os.cpu_count() or 1)}")
    connection.execute(f"SET checkpoint_threshold = '{_LOG_SIZE}'")
    return all_memory


class _SweepMerge:
    """The merge of one sweep's folder."""

    def __init__(
        self, connection: Connection, root: Path, sweep: SweepFolder, progress: _Progress, memories: MemoryTaking
    ) -> None:
        self._connection = connection
        self._memories = memories
        self._quarantine = root / QUARANTINE / sweep.sweep_id
        self._sweep = sweep
        self._progress = progress

    def run(self, units_at_once: int) -> None:
        header = read_json(self._sweep.header_file)
        if header is None:
            self._set_aside(self._sweep.path, self._quarantine.parent / self._sweep.path.name)
            return
        if reason := self._unfit(header):
            self._progress.left.append(f"{self._sweep.sweep_id}: {reason}")
            return
        if self._sweep.stopped_file.exists() and not self._sweep.end_file.exists():
            return  # all of it is in the database, and nothing is done to it until it goes on
        self._begin(header)
        end = read_end(self._sweep)  # first of all: once a sweep has ended, nothing is published any more
        self._take_back(end)
        cut_short = frozenset(self._cut_short(header, end))
        waiting = [unit_id for unit_id in self._sweep.published() if unit_id not in cut_short]
        if end is not None:
            waiting += self._sweep.cut_short()
        for batch in self._batches(waiting, units_at_once):
            self._merge_units(batch)
        self._end(end)

    def _cut_short(self, header: dict[str, Any], end: SweepEnd | None) -> list[str]:
        """Units of an older spool that lie among the finished ones, and are gone on with."""
        return self._sweep.cut_short_before_3() if end is None and header["format"] != SPOOL_FORMAT else []

    def _take_back(self, end: SweepEnd | None) -> None:
        """A sweep that was stopped goes on, or has ended anew: what its stop had said holds no longer."""
        query = (
            "SELECT ended_at FROM sweeps JOIN merged_spools USING (sweep_id) "
            "WHERE sweep_id = ? AND unit_id = ''"
        )  # fmt: skip
        told = asked(self._connection, query, [self._sweep.sweep_id])
        if not told or (end is not None and told[0]["ended_at"] == end.ended_at):
            return
        with Transaction(self._connection):
            named = "CREATE OR REPLACE TEMP TABLE taken_back AS SELECT sweep_id FROM sweeps WHERE sweep_id = ?"
            self._connection.execute(named, [self._sweep.sweep_id])
            self._connection.execute(sql_text("merging", "taken_back.sql"))
            derive(self._connection, UNSEEN_STEPS)

    def _unfit(self, header: dict[str, Any]) -> str | None:
        if header.get("format") not in READABLE_FORMATS:
            return "written by another version of Stray"
        known = stored_key_check(self._connection)
        if known not in (None, header.get("key_check")):
            return "written with another database key"
        return None

    def _begin(self, header: dict[str, Any]) -> None:
        with Transaction(self._connection):
            self._connection.execute("INSERT OR IGNORE INTO meta VALUES ('key_check', ?)", [header["key_check"]])
            self._connection.execute(
                "INSERT OR IGNORE INTO sweeps (sweep_id, kind, state, started_at, organisation, authority, "
                "scope_digest, pack_check, stray_version) VALUES (?, ?, 'running', ?, ?, ?, ?, ?, ?)",
                [
                    header["sweep_id"],
                    header["kind"],
                    datetime.fromisoformat(header["started_at"]),
                    header["organisation"],
                    header["authority"],
                    header["scope_digest"],
                    header["pack_check"],
                    header["stray_version"],
                ],
            )
            stage_canaries(self._connection, header)
            put_places(self._connection)

    def _batches(self, unit_ids: list[str], units_at_once: int) -> Iterator[dict[str, UnitRows | None]]:
        """What is merged in one transaction; None for a unit that is in the database, or that nothing is known of."""
        merged, cut_short = self._merged_before(), self._cut_short_before()
        batch: dict[str, UnitRows | None] = {}
        rows = 0
        for unit_id in unit_ids:
            unit = None if unit_id in merged and unit_id not in cut_short else self._examined(unit_id)
            if unit and unit.outcome.ended_at == cut_short.get(unit_id):
                unit = None  # as it was merged before
            batch[unit_id] = unit
            rows += unit.rows if unit else 0
            if len(batch) >= units_at_once or rows >= ROWS_AT_ONCE:
                yield batch
                batch, rows = {}, 0
        if batch:
            yield batch

    def _merge_units(self, batch: dict[str, UnitRows | None]) -> None:
        if units := [unit for unit in batch.values() if unit]:
            self._take(lambda: stage_units(self._connection, self._sweep.sweep_id, units), _UNIT_STEPS, STEPS)
            self._progress.units += len(units)
        for unit_id in batch:
            if self._sweep.unit(unit_id).exists():
                self._sweep.marker(unit_id).touch(mode=FILE_MODE)
        sync_folder(self._sweep.path)
        forgotten = self._must_read_again() if units else []
        for unit_id, unit in batch.items():
            self._clear(unit_id, unit.damaged if unit else None)
        self._memories.forget(forgotten)

    def _take(self, stage: Callable[[], None], steps: tuple[str, ...], derived: tuple[str, ...]) -> None:
        try:
            self._take_once(stage, steps, derived)
        except duckdb.OutOfMemoryException:  # rather more memory than rows that are never merged
            self._connection.execute(f"SET memory_limit = '{self._progress.all_memory}'")
            self._take_once(stage, steps, derived)

    def _take_once(self, stage: Callable[[], None], steps: tuple[str, ...], derived: tuple[str, ...]) -> None:
        stage()
        with Transaction(self._connection):
            self._memories.stamp()
            for step in steps:
                self._connection.execute(sql_text("merging", f"{step}.sql"))
            derive(self._connection, derived)
            derive_units(self._connection)

    def _must_read_again(self) -> list[str]:
        """Units whose memory knows more than the database, or less than a recheck has seen.

        Those that speak of findings which the database does not have, or has no more; and those in which a recheck met
        other bytes: it has no memory of its own, and a server that says "not modified" would be believed.
        """
        rows = self._connection.execute(sql_text("merging", "read_again.sql"), [self._sweep.sweep_id]).fetchall()
        return [str(row[0]) for row in rows]

    def _merged_before(self) -> frozenset[str]:
        rows = self._connection.execute(
            "SELECT unit_id FROM merged_spools WHERE sweep_id = ?", [self._sweep.sweep_id]
        ).fetchall()
        return frozenset(str(row[0]) for row in rows)

    def _cut_short_before(self) -> dict[str, datetime]:
        """Units that are in the database as far as they had come when they were stopped, and when that was."""
        query = (
            "SELECT unit_id, ended_at FROM units JOIN merged_spools USING (sweep_id, unit_id) "
            "WHERE sweep_id = ? AND state = 'interrupted'"
        )  # fmt: skip
        rows = asked(self._connection, query, [self._sweep.sweep_id])
        return {row["unit_id"]: row["ended_at"] for row in rows}

    def _examined(self, unit_id: str) -> UnitRows | None:
        """A unit's record and its readable files. None if not even the record can be had: then it is set aside."""
        folder = self._folder_of(unit_id)
        told = read_unit_file(folder)
        if told is None and folder.exists():
            told = self._from_plan(unit_id)
        if told is None:
            self._memories.forget([unit_id])
            self._set_aside(folder, self._quarantine / unit_id)
            return None
        parts = sorted(part for part in folder.glob("part-*") if part.is_dir())
        damaged = (*(part for part in parts if not is_whole_part(part)), *lost_parts(folder))
        whole = [path for part in parts if part not in damaged for path in part.iterdir()]
        files = {table: [path for path in whole if path.stem == table] for table in COLUMNS}
        return UnitRows(*told, files, damaged, sum(row_count(path) for path in whole))

    def _folder_of(self, unit_id: str) -> Path:
        folder = self._sweep.unit(unit_id)
        return folder if folder.exists() else self._sweep.stopped_unit(unit_id)

    def _from_plan(self, unit_id: str) -> tuple[UnitRecord, UnitOutcome] | None:
        """Without its own record a unit is known from the plan, and counts as failed."""
        header = read_json(self._sweep.header_file)
        try:
            planned = {unit.unit_id: unit for unit in self._sweep.plan()}
        except SpoolError:
            return None
        if header is None or unit_id not in planned:
            return None
        started = datetime.fromisoformat(header["started_at"])
        return planned[unit_id], UnitOutcome(UnitState.FAILED, started, started, error="unit_record_unreadable")

    def _clear(self, unit_id: str, damaged: tuple[Path, ...] | None) -> None:
        """What is in the database leaves the spool; its marker stays, so that a resumed sweep does not run it again.

        One that was cut short stays until it is known whether it goes on. `damaged` is None for a unit that an earlier
        merge, killed, had not cleared.
        """
        folder = self._sweep.unit(unit_id)
        if not folder.exists():
            return
        if damaged is None:
            damaged = tuple(part for part in folder.glob("part-*") if not is_whole_part(part))
        self._memories.take(unit_id, folder, is_whole=not damaged)
        for part in damaged:
            self._set_aside(part, self._quarantine / unit_id / part.name)
        remove_whole(folder)

    def _end(self, end: SweepEnd | None) -> None:
        if end is None:
            if self._sweep.end_file.exists() and read_end(self._sweep) is None:
                self._set_aside(self._sweep.end_file, self._quarantine / self._sweep.end_file.name)
            return
        if "" not in self._merged_before():
            plan = self._plan()
            stage = lambda: stage_end(self._connection, self._sweep.sweep_id, end, plan)  # noqa: E731
            self._take(stage, _END_STEPS, UNSEEN_STEPS)
        self._progress.sweeps.append(self._sweep.sweep_id)
        if end.goes_on:
            open_again(self._sweep)
            self._sweep.end_file.rename(self._sweep.stopped_file)  # the last of all: it says that all else is done
            sync_folder(self._sweep.path)
        else:
            remove_whole(self._sweep.path)

    def _plan(self) -> Sequence[UnitRecord]:
        try:
            return self._sweep.plan()
        except SpoolError:
            self._set_aside(self._sweep.plan_file, self._quarantine / self._sweep.plan_file.name)
            return ()

    def _set_aside(self, path: Path, place: Path) -> None:
        if not path.exists():
            return
        private_folder(place.parent)
        if place.exists():
            place = place.with_name(f"{place.name}-{time.time_ns()}")
        path.rename(place)
        self._progress.quarantined.append(place)


@contextmanager
def one_merge(root: Path, database: Path, wait_seconds: float) -> Iterator[None]:
    """Two merges of one spool, in threads or processes, come one after the other."""
    until = time.monotonic() + wait_seconds
    descriptor = os.open(private_folder(root) / MERGE_LOCK_NAME, os.O_RDWR | os.O_CREAT, FILE_MODE)
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    holder = os.pread(descriptor, 20, 0)
                    raise DatabaseLockedError(database, int(holder) if holder.isdigit() else None) from None
            time.sleep(_RETRY_SECONDS)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)
