"""How a database stands: who holds it, what waits for it, what it takes up. Looks only: merges and migrates nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from findings.asking import asked, utc
from findings.database import Connection, open_as_it_is, stored_key_check
from findings.durable_files import read_json
from findings.errors import DatabaseLockedError, DatabaseMissingError, FindingsError, SpoolError
from findings.held import Holder, database_holder, holder_of, is_locked
from findings.lock import LOCK_NAME
from findings.merge import MERGE_LOCK_NAME
from findings.records import SweepKind, SweepState
from findings.schema import applied_version, migrations
from findings.spool_folders import (
    QUARANTINE,
    READABLE_FORMATS,
    SweepFolder,
    matches_in,
    read_end,
    read_stop,
    spool_root,
    sweep_folders,
)

# Sweeps of which the latest are told.
LAST_SWEEPS: Final = 5


class SpoolState(StrEnum):
    """What a sweep in the spool is waiting for."""

    UNDER_WAY = "under_way"
    STOPPED = "stopped"  # killed or interrupted: `stray sweep` of the same scope goes on with it
    ENDED = "ended"  # all of it waits for a merge
    LEFT = "left"  # no merge of this Stray into this database will take it


@dataclass(frozen=True, slots=True)
class SpooledSweep:
    """A sweep that is not, or not wholly, in the database.

    Attributes:
        planned: its units; None where its plan can not be read.
        merged: units that are in the database.
        waiting: units that are finished and wait.
        open: units that are worked on, or were when it stopped.
        matches: of letters, among what waits and is worked on; some may be known already.
        reason: why no merge takes it, where none does.
        is_end_waiting: its end, or its stop, is not in the database yet.
    """

    sweep_id: str
    state: SpoolState
    started_at: datetime | None
    planned: int | None
    merged: int
    waiting: int
    open: int
    matches: int
    bytes: int
    reason: str = ""
    is_end_waiting: bool = False


@dataclass(frozen=True, slots=True)
class PastSweep:
    """A sweep in the database. `told_at` is None where nobody has been told its summary: the next one tells of it."""

    sweep_id: str
    kind: SweepKind
    state: SweepState
    started_at: datetime
    ended_at: datetime | None
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """All that `stray status` tells.

    Attributes:
        problem: why the database could not be read, empty where it could; what lies in the spool is told all the same.
        is_usable: false where no waiting helps: it is damaged, foreign or of a newer Stray.
        holder: who has it open.
        schema, known_schema: of the file, and of this Stray.
        sweeping, merging: who does so at present.
        bytes: by what lies there: the database, its log, its spool, and what else begins with its name.
        free_bytes: on its disk.
        spooled: oldest first.
        quarantined: unreadable files that were set aside.
        sweeps: the latest, latest first.
        findings: rows of findings; None where the database could not be read.
    """

    database: Path
    problem: str
    is_usable: bool
    holder: Holder | None
    schema: int | None
    known_schema: int
    sweeping: Holder | None
    sweeping_since: datetime | None
    merging: Holder | None
    bytes: Mapping[str, int]
    free_bytes: int | None
    spooled: tuple[SpooledSweep, ...]
    quarantined: int
    sweeps: tuple[PastSweep, ...] = ()
    findings: int | None = None


def standing(database: Path, wait_seconds: float = 0.0) -> Standing:
    """How things stand, as far as they can be told.

    Raises:
        DatabaseMissingError: there is neither a database nor a spool.
        SpoolError: the spool's folder can not be read.
    """
    root = spool_root(database)
    if not database.exists() and not root.exists():
        raise DatabaseMissingError(database)
    held = database_holder(database)  # before we open it ourselves
    lock = root / LOCK_NAME
    swept = read_json(lock) if is_locked(lock) else None
    sweeping = holder_of(_number(swept.get("pid"))) if swept is not None else None
    merging = root / MERGE_LOCK_NAME
    problem, told = _asked_of(database, wait_seconds)
    try:
        spooled = tuple(_spooled(folder, told.get("key_check"), sweeping) for folder in sweep_folders(root))
    except OSError as error:
        raise SpoolError(f"{root} can not be read: {error.strerror}") from error
    return Standing(
        database,
        problem,
        not told.get("unusable", False),
        held,
        told.get("schema"),
        migrations()[-1].version,
        sweeping,
        _time(swept.get("started")) if swept else None,
        holder_of(_number(_text(merging))) if is_locked(merging) else None,
        dict(_sizes(database)),
        _free(database),
        _one_under_way(root, spooled),
        sum(1 for path in (root / QUARANTINE).rglob("*") if path.is_file()),
        told.get("sweeps", ()),
        told.get("findings"),
    )


def _asked_of(database: Path, wait_seconds: float) -> tuple[str, dict[str, Any]]:
    """Why the database does not answer, and what it says if it does."""
    if not database.exists():
        return "it is made by the first merge", {}
    try:
        with open_as_it_is(database, wait_seconds) as connection:
            return "", {
                "schema": applied_version(connection),
                "key_check": stored_key_check(connection),
                "sweeps": _past_sweeps(connection),
                "findings": int(asked(connection, "SELECT count(*) AS count FROM findings")[0]["count"]),
            }
    except FindingsError as error:
        return str(error), {"unusable": not isinstance(error, DatabaseLockedError)}


def _past_sweeps(connection: Connection) -> tuple[PastSweep, ...]:
    # The first release did not record what has been told.
    knows = asked(connection, "SELECT 1 FROM duckdb_tables() WHERE table_name = 'told_sweeps'")
    told = "told_sweeps" if knows else "(SELECT sweep_id, ended_at AS told_at FROM sweeps)"
    rows = asked(
        connection,
        "SELECT sweep_id, kind, state, started_at, ended_at, told_at "  # noqa: S608 - constants
        f"FROM sweeps LEFT JOIN {told} AS told USING (sweep_id) ORDER BY started_at DESC, sweep_id DESC LIMIT ?",
        [LAST_SWEEPS],
    )
    return tuple(
        PastSweep(
            row["sweep_id"],
            SweepKind(row["kind"]),
            SweepState(row["state"]),
            utc(row["started_at"]),
            utc(row["ended_at"]) if row["ended_at"] else None,
            utc(row["told_at"]) if row["told_at"] else None,
        )
        for row in rows
    )


def _spooled(folder: SweepFolder, key_check: str | None, sweeping: Holder | None) -> SpooledSweep:
    header = read_json(folder.header_file)
    reason = _unfit(header, key_check)
    planned = None
    with suppress(SpoolError):
        planned = len(folder.plan())
    published, cut_short = folder.published(), folder.cut_short()
    is_end_waiting = folder.end_file.exists()
    if reason:
        state = SpoolState.LEFT
    elif read_stop(folder) is not None:
        state = SpoolState.STOPPED
    elif read_end(folder) is not None:
        state = SpoolState.ENDED
    else:
        state = SpoolState.UNDER_WAY if sweeping else SpoolState.STOPPED
    return SpooledSweep(
        folder.sweep_id,
        state,
        _time(header.get("started_at")) if header else None,
        planned,
        len(folder.finished()) - len(published) - len(cut_short),
        len(published) + (len(cut_short) if is_end_waiting else 0),
        len(folder.left_open()) + (0 if is_end_waiting else len(cut_short)),
        matches_in(folder),
        _bytes_below(folder.path),
        reason,
        is_end_waiting,
    )


def _unfit(header: Mapping[str, Any] | None, key_check: str | None) -> str:
    if header is None:
        return "its record can not be read; the next merge sets it aside"
    if header.get("format") not in READABLE_FORMATS:
        return "written by another version of Stray"
    if key_check is not None and header.get("key_check") != key_check:
        return "written with another database key"
    return ""


def _one_under_way(root: Path, spooled: tuple[SpooledSweep, ...]) -> tuple[SpooledSweep, ...]:
    """One sweep runs at a time: the one whose folder changed last; others that have not ended are stopped."""
    unended = [sweep for sweep in spooled if sweep.state is SpoolState.UNDER_WAY]
    changed = {sweep.sweep_id: _changed(SweepFolder.of(root, sweep.sweep_id).path) for sweep in unended}
    running = max(changed, key=lambda sweep_id: (changed[sweep_id], sweep_id), default=None)
    return tuple(
        replace(sweep, state=SpoolState.STOPPED)
        if sweep.state is SpoolState.UNDER_WAY and sweep.sweep_id != running
        else sweep
        for sweep in spooled
    )


def _sizes(database: Path) -> Iterator[tuple[str, int]]:
    """What lies beside the database under its name, by the rest of that name; the database itself is `database`."""
    with suppress(OSError):
        for path in sorted(database.parent.iterdir()):
            if path.name == database.name:
                yield "database", _bytes_below(path)
            elif path.name.startswith(database.name + "."):
                yield path.name.removeprefix(database.name + "."), _bytes_below(path)


def _bytes_below(path: Path) -> int:
    """Of a file, or of all files below a folder; what goes away meanwhile counts nothing."""
    total = 0
    with suppress(OSError):
        if not path.is_dir():
            return path.lstat().st_size
    for folder, _, names in os.walk(path):
        for name in names:
            with suppress(OSError):
                total += Path(folder, name).lstat().st_size
    return total


def _free(database: Path) -> int | None:
    with suppress(OSError):
        return shutil.disk_usage(database.parent).free
    return None


def _changed(path: Path) -> float:
    with suppress(OSError):
        return path.stat().st_mtime
    return 0.0


def _text(path: Path) -> str:
    with suppress(OSError, ValueError):
        return path.read_text(encoding="ascii")
    return ""


def _number(value: object) -> int | None:
    text = str(value).strip()
    return int(text) if text.isdigit() else None


def _time(value: object) -> datetime | None:
    with suppress(ValueError, TypeError):
        return datetime.fromisoformat(str(value)).astimezone(UTC)
    return None
