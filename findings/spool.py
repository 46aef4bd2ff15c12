"""The spool: where units leave what they found until it is merged. Kill it at any moment: nothing is half there."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Self

from documents.records import Skipped, SkipReason
from fetching.store import Store
from findings.durable_files import FOLDER_MODE, private_folder, read_json, storage_errors, sync_folder, write_json
from findings.errors import DatabaseKeyError, SpoolError
from findings.keys import DatabaseKey
from findings.parts import PartWriter
from findings.planned_units import PlanOnDisk, write_plan
from findings.records import (
    Begun,
    SweepEnd,
    SweepKind,
    SweepRecord,
    UnitOutcome,
    UnitRecord,
    UnitState,
)
from findings.spool_folders import (
    OPENED_FILE,
    READABLE_FORMATS,
    SPOOL_FORMAT,
    SweepFolder,
    end_file_of,
    header_of,
    open_again,
    read_end,
    read_opened,
    record_of,
    sweep_folders,
)
from findings.unit_spool import UnitSpool
from findings.unit_store import UnitStore, has_state

__all__ = ["LeftIn", "SweepSpool", "UnitSpool", "now_utc"]


def now_utc() -> datetime:
    """The time that rows are stamped with."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class SweepSpool:
    """One sweep's folder. Small and without open files, so that it can be handed to worker processes.

    The sweeping process holds a `SweepLock` as long as it uses one.
    """

    folder: SweepFolder
    record: SweepRecord
    key: DatabaseKey

    @classmethod
    def create(cls, root: Path, record: SweepRecord, key: DatabaseKey) -> Self:
        """Begin a sweep.

        Raises:
            SpoolError: the folder can not be written, or a sweep of this id is there.
        """
        folder = SweepFolder.of(root, record.sweep_id)
        aside = folder.path.with_name(folder.path.name + ".tmp")
        with storage_errors(root):
            private_folder(root)
            if folder.path.exists():
                raise SpoolError("a sweep with this id has been spooled already")
            for half_made in root.glob("sweep-*.tmp"):  # killed right here, earlier
                shutil.rmtree(half_made)
            aside.mkdir(mode=FOLDER_MODE)
            new = SweepFolder(aside)
            write_plan(new.plan_file, record.units)
            write_json(new.header_file, header_of(record, key.check_value()))
            aside.rename(folder.path)
            sync_folder(root)
        return cls(folder, record, key)

    @classmethod
    def of_sweep(cls, root: Path, sweep_id: str, key: DatabaseKey) -> Self:
        """One sweep's spool for a worker: without the plan, which may have a million units.

        Raises:
            SpoolError: there is no such sweep, or it has another format.
            DatabaseKeyError: it was written with another key.
        """
        folder = SweepFolder.of(root, sweep_id)
        with storage_errors(root):
            header = read_json(folder.header_file)
        if header is None or header.get("format") not in READABLE_FORMATS:
            raise SpoolError("the sweep's record can not be read")
        if header.get("key_check") != key.check_value():
            raise DatabaseKeyError("the sweep was spooled with another database key; put that key back")
        return cls(folder, record_of(header, ()), key)

    @classmethod
    def all_unfinished(cls, root: Path, key: DatabaseKey, but: str = "") -> list[Self]:
        """Sweeps that have not ended, oldest first: killed, or stopped to be resumed. Unreadable ones are left out.

        The one of the id `but` is left out too, unopened.

        Raises:
            DatabaseKeyError: one was written with another key.
        """
        with storage_errors(root):
            folders = [each for each in sweep_folders(root) if each.sweep_id != but and _is_unfinished(each)]
            spools = [cls._opened(folder, key) for folder in folders]
        return [spool for spool in spools if spool is not None]

    @classmethod
    def unfinished(
        cls, root: Path, scope_digest: str, key: DatabaseKey, kind: SweepKind = SweepKind.SWEEP
    ) -> Self | None:
        """The newest sweep of this scope and kind that has not ended and whose plan is there; None if there is none."""
        same = [each for each in cls.all_unfinished(root, key) if each.is_of(scope_digest, kind) and each.record.units]
        return same[-1] if same else None

    def is_of(self, scope_digest: str, kind: SweepKind) -> bool:
        """Is it of this scope and kind?"""
        return (self.record.scope_digest, self.record.kind) == (scope_digest, kind)

    def reopen(self) -> None:
        """Go on with it: no end is on record any more, and units that a stop cut short are open again.

        Only while nobody merges.
        """
        with storage_errors(self.folder.path):
            for told in (self.folder.end_file, self.folder.stopped_file):  # first: without an end no merge takes them
                told.unlink(missing_ok=True)
            sync_folder(self.folder.path)
            open_again(self.folder)

    @classmethod
    def _opened(cls, folder: SweepFolder, key: DatabaseKey) -> Self | None:
        header = read_json(folder.header_file)
        if header is None or header.get("format") not in READABLE_FORMATS:
            return None
        if header.get("key_check") != key.check_value():
            raise DatabaseKeyError("an unfinished sweep was spooled with another database key; put that key back")
        try:
            plan: Sequence[UnitRecord] = PlanOnDisk.of_file(folder.plan_file)
        except SpoolError:
            plan = ()  # not gone on with; the merge of its end sets the plan aside and reports it
        try:
            opened = cls(folder, record_of(header, plan), key)
        except SpoolError:
            return None
        if header["format"] != SPOOL_FORMAT:  # what is written from now on an older Stray can not read
            for unit_id in folder.cut_short_before_3():
                folder.unit(unit_id).rename(folder.stopped_unit(unit_id))
            write_json(folder.header_file, header | {"format": SPOOL_FORMAT})
        return opened

    def for_worker(self) -> Self:
        """The same, light enough to be sent with every unit: without the plan."""
        return replace(self, record=replace(self.record, units=()))

    def finished_units(self) -> frozenset[str]:
        """Ids of units that need not run again: published, whether merged yet or not."""
        with storage_errors(self.folder.path):
            return self.folder.finished()

    def unit(self, record: UnitRecord, clock: Callable[[], datetime] = now_utc) -> UnitSpool:
        """Begin a unit, or go on with it, in the process that works on it.

        What its source had saved is kept, with the records that belong to it; all else that a killed worker left is
        dropped. `UnitSpool.begun` tells which.

        Raises:
            SpoolError: the unit has been finished, or the folder can not be written.
        """
        if self.folder.is_finished(record.unit_id):
            raise SpoolError("this unit has been finished already")
        opened = self.folder.open_unit(record.unit_id)
        begun = Begun.NEW
        if has_state(opened):
            try:
                parts = PartWriter(opened)
                store = UnitStore(opened, parts)
                if store.is_begun:
                    spool = UnitSpool(self, record, clock, parts, store)
                    spool.begun = Begun.RESUMED
                    return spool
                store.close()
            except SpoolError:
                begun = Begun.AFRESH
        with storage_errors(self.folder.path):
            shutil.rmtree(opened, ignore_errors=True)
            opened.mkdir(mode=FOLDER_MODE)
            write_json(opened / OPENED_FILE, {"record": record.as_row(), "opened_at": clock().isoformat()})
        parts = PartWriter(opened)
        spool = UnitSpool(self, record, clock, parts, UnitStore(opened, parts))
        spool.begun = begun
        return spool

    def settle_unit(
        self,
        record: UnitRecord,
        outcome: UnitOutcome,
        reason: SkipReason = SkipReason.UNIT_FAILED,
        left: Callable[[Store], Iterable[Skipped]] = lambda _: (),
    ) -> bool:
        """Publish what a unit's worker had written before it ended without finishing: parts, and a skip for the rest.

        Only when that process is known to have ended. Without a worker's folder, only the skip is published. `left`
        tells from a unit's state what it had still to look at.

        Returns:
            False if the worker had finished the unit after all; then nothing is changed.
        """
        if self.folder.is_finished(record.unit_id):
            return False
        with storage_errors(self.folder.path):
            opened = self.folder.open_unit(record.unit_id)
            opened.mkdir(mode=FOLDER_MODE, exist_ok=True)
        parts = PartWriter(opened)
        store = None
        if has_state(opened):
            with suppress(SpoolError):
                store = UnitStore(opened, parts)
                cost = store.kept("cost") or {}
                outcome = replace(outcome, requests=cost.get("requests", 0), bytes=cost.get("bytes", 0))
        spool = UnitSpool(self, record, lambda: outcome.ended_at, parts, store)
        spool.skipped(Skipped(record.start_url, reason, outcome.error))
        if store is not None:
            for skipped in left(store):
                spool.skipped(skipped)
        spool.finish(outcome)
        return True

    def finish(self, end: SweepEnd, left: LeftIn = lambda _record, _store: ()) -> None:
        """The sweep has ended. Units still open are settled as interrupted; planned ones never begun stay on record.

        Only when no worker of this sweep runs any more. `left` is as `settle_unit` has it.
        """
        with storage_errors(self.folder.path):
            left_open = [read_opened(self.folder.open_unit(unit_id)) for unit_id in self.folder.left_open()]
        for opened in left_open:
            if opened:  # a folder without its record was killed before its first row
                record, opened_at = opened
                stopped = UnitOutcome(UnitState.INTERRUPTED, opened_at, end.ended_at)
                self.settle_unit(record, stopped, SkipReason.INTERRUPTED, partial(left, record))
        with storage_errors(self.folder.path):
            write_json(self.folder.end_file, end_file_of(end))


LeftIn = Callable[[UnitRecord, Store], Iterable[Skipped]]


def _is_unfinished(folder: SweepFolder) -> bool:
    end = read_end(folder)
    return end is None or end.goes_on
