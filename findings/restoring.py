"""The way back from a back-up. What was there before is set aside, never deleted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from findings.backup import BESIDE, DATABASE, Backup, check_backup, copy_file, merged_units
from findings.copying import log_of
from findings.database import LOCK_WAIT_SECONDS, database_errors, open_for_upkeep, private_files
from findings.durable_files import FOLDER_MODE, private_folder, storage_errors, sync_folder
from findings.errors import BackupError, DatabaseUnusableError
from findings.lock import SweepLock
from findings.merge import one_merge
from findings.rewriting import locked
from findings.spool_folders import MERGED, SweepFolder, spool_root, sweep_folders


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of it.

    Attributes:
        backup: what was put back.
        aside: where all that was there before lies; None where there was nothing.
        sweeps: spooled sweeps that were set aside too: part of them was only in the database that was replaced.
        kept: files beside the database that were there already and stay as they are.
    """

    backup: Backup
    aside: Path | None
    sweeps: tuple[str, ...]
    kept: int


def restore(
    folder: Path, database: Path, at: datetime, wait_seconds: float = LOCK_WAIT_SECONDS, *, replace: bool = False
) -> Restored:
    """Put a back-up in the place of a database, or where there is none; after every file of it has been checked.

    Killed at any moment, either database is there and whole, and the same call does it again.

    Raises:
        BackupError: it is not whole; or there is a database and it is not to be replaced.
        SweepRunningError, DatabaseLockedError: somebody uses the database that is to be replaced.
        SpoolError: the disk is full; all is as it was.
    """
    backup = check_backup(folder)
    root = spool_root(database)
    aside = database.with_name(f"{database.name}.before-restore-{at:%Y%m%dT%H%M%SZ}")
    fresh = database.with_name(database.name + ".restored.tmp")
    with storage_errors(database.parent), private_files():
        if database.exists() and not replace:
            raise BackupError(f"{database} is there already; --replace sets it aside")
        private_folder(root)
        with SweepLock(root, "restore"), one_merge(root, database, wait_seconds), _held(database, wait_seconds):
            try:
                copy_file(folder / DATABASE, fresh)
                sweeps = _set_aside_sweeps(root, fresh, aside)
                # First what lies beside it: a database that is there is never without its evidence.
                kept = _put_beside(folder / BESIDE, database)
                _set_aside(database, aside)
                fresh.replace(database)
                sync_folder(database.parent)
            finally:
                fresh.unlink(missing_ok=True)
    return Restored(backup, aside if aside.exists() else None, sweeps, kept)


@contextmanager
def _held(database: Path, wait_seconds: float) -> Iterator[None]:
    """Nobody opens the database that is to be replaced."""
    if not database.exists():
        yield
        return
    _take_in_log(database)
    with locked(database, wait_seconds):
        yield


def _take_in_log(database: Path) -> None:
    """What a killed writer left goes into the file: two files can not be set aside in one step.

    One that is damaged or in use is left as it is.
    """
    if log_of(database).exists():
        with suppress(DatabaseUnusableError), database_errors(database), open_for_upkeep(database) as connection:
            connection.execute("FORCE CHECKPOINT")


def _set_aside(database: Path, aside: Path) -> None:
    """The database keeps its name until the other takes it; its log goes first, or the other would take it in."""
    log = log_of(database)
    there = [path for path in (database, log) if path.exists()]
    for path in there:
        _folder(aside)
        try:
            (aside / path.name).hardlink_to(path)
        except OSError:
            copy_file(path, aside / path.name)
    if there:
        sync_folder(aside)
    log.unlink(missing_ok=True)  # only now that both lie there


def _set_aside_sweeps(root: Path, restored: Path, aside: Path) -> tuple[str, ...]:
    """Sweeps that go on from units which the restored database does not have; else those would never be run again."""
    gone = [sweep for sweep in sweep_folders(root) if _merged(sweep) - merged_units(restored, sweep.sweep_id)]
    for sweep in gone:
        spool = _folder(aside / root.name)
        sweep.path.rename(spool / sweep.path.name)
    return tuple(sweep.sweep_id for sweep in gone)


def _merged(sweep: SweepFolder) -> frozenset[str]:
    return frozenset(path.name.removesuffix(MERGED) for path in sweep.path.glob(f"*{MERGED}"))


def _put_beside(source: Path, database: Path) -> int:
    """Logs and sealed evidence; a file that is there already is at least as new, and stays."""
    kept = 0
    for at, _, names in os.walk(source):
        for name in names:
            path = Path(at, name)
            target = database.parent / f"{database.name}.{path.relative_to(source)}"
            if target.exists():
                kept += 1
            else:
                aside = target.with_name(target.name + ".tmp")
                copy_file(path, aside)
                aside.rename(target)
    return kept


def _folder(path: Path) -> Path:
    path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    with suppress(OSError):
        sync_folder(path.parent)
    return path
