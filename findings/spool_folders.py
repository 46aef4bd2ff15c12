"""How a spool lies on disk, for those who write it and for the merge that reads it.

<database>.spool/
    sweep.lock, merge.lock
    sweep-<id>/               appears whole, by a rename
        sweep.json            the record, without its units
        plan.parquet          the units that were planned
        <unit>.open/          being written; worth nothing until its worker or the sweep publishes it
            opened.json       the unit's record
            part-000001/      up to one Parquet file per table; appears whole
            state.sqlite      the source's state and rows that are in no part yet; an interrupted unit keeps it
        <unit>/               published: parts and unit.json; waits for the merge
        <unit>.stopped/       the same of a unit that a stop cut short; merged with the end, and open again after that
        <unit>.merged         an empty file: merged and removed; a resumed sweep does not run it again
        <unit>.lease          which machine works on it, where several share the folder
        <unit>.places         places of its findings, to be asked for again, and paths to compare with
        <kind>.leads          addresses of buckets that were met, for the units of a kind that come later
        end.json              the sweep has ended, or was stopped
        stopped.json          the same once it is in the database: the sweep waits for the run that goes on with it
    quarantine/<sweep>/       what could not be read
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from documents.buckets import BucketLead
from findings.durable_files import read_json, sync_folder
from findings.errors import SpoolError
from findings.parts import part_name
from findings.planned_units import PlannedUnits
from findings.records import (
    CanaryPlace,
    StopCause,
    SweepEnd,
    SweepKind,
    SweepRecord,
    SweepState,
    UnitOutcome,
    UnitRecord,
    UnitState,
)
from scope.canary_ids import CANARY_PREFIX

# 2: parts may hold rows of kinds that the first release did not know, and would have set aside as damaged.
# 3: units that a stop cut short lie apart from those that are finished, and a stopped sweep goes on after its merge.
SPOOL_FORMAT = 3
READABLE_FORMATS = frozenset([1, 2, SPOOL_FORMAT])
OPEN = ".open"
STOPPED = ".stopped"
MERGED = ".merged"
OPENED_FILE = "opened.json"
QUARANTINE = "quarantine"
_SWEEP = "sweep-"
# Ids become names of files, so they hold nothing that a path could be made of.
_ID = re.compile(r"[A-Za-z0-9_-]{1,120}")


def spool_root(database: Path) -> Path:
    """The spool of a database lies beside it: same disk, same backup, same owner."""
    return database.with_name(database.name + ".spool")


@dataclass(frozen=True, slots=True)
class SweepFolder:
    """The folder of one sweep. Says what is there; writes nothing."""

    path: Path

    @classmethod
    def of(cls, root: Path, sweep_id: str) -> SweepFolder:
        """Where a sweep's folder is, or would be."""
        return cls(root / (_SWEEP + checked_id(sweep_id)))

    @property
    def sweep_id(self) -> str:
        """The sweep's id, from the folder's name."""
        return self.path.name.removeprefix(_SWEEP)

    @property
    def header_file(self) -> Path:
        """The sweep's record."""
        return self.path / "sweep.json"

    @property
    def plan_file(self) -> Path:
        """The planned units."""
        return self.path / "plan.parquet"

    @property
    def end_file(self) -> Path:
        """How the sweep ended; there once it has."""
        return self.path / "end.json"

    @property
    def stopped_file(self) -> Path:
        """How the sweep was stopped; there from the merge of that stop until it goes on."""
        return self.path / "stopped.json"

    def leads_file(self, name: str) -> Path:
        """Addresses of buckets for units of one kind; made once for a sweep, removed with its folder."""
        return self.path / f"{checked_id(name)}.leads"

    def places_file(self, unit_id: str) -> Path:
        """Places that earlier sweeps know in a unit; made for each run of a sweep, removed with its folder."""
        return self.path / f"{checked_id(unit_id)}.places"

    def open_unit(self, unit_id: str) -> Path:
        """A unit while its worker writes."""
        return self.path / (checked_id(unit_id) + OPEN)

    def unit(self, unit_id: str) -> Path:
        """A unit that is published."""
        return self.path / checked_id(unit_id)

    def stopped_unit(self, unit_id: str) -> Path:
        """A unit that a stop cut short."""
        return self.path / (checked_id(unit_id) + STOPPED)

    def marker(self, unit_id: str) -> Path:
        """What stays of a unit after its merge."""
        return self.path / (checked_id(unit_id) + MERGED)

    def lease(self, unit_id: str) -> Path:
        """Who works on a unit, where several machines share this folder."""
        return self.path / (checked_id(unit_id) + ".lease")

    def published(self) -> list[str]:
        """Ids of units that wait for a merge, in order of their names."""
        return sorted(path.name for path in self.path.iterdir() if path.is_dir() and _ID.fullmatch(path.name))

    def cut_short(self) -> list[str]:
        """Ids of units that a stop cut short: gone on with if the sweep is resumed, merged if it ends."""
        return self.with_ending(STOPPED)

    def cut_short_before_3(self) -> list[str]:
        """The same in a spool of the formats 1 and 2, where they lay among the finished ones."""
        told = {unit_id: read_unit_file(self.unit(unit_id)) for unit_id in self.published()}
        return [unit_id for unit_id, held in told.items() if held and held[1].state is UnitState.INTERRUPTED]

    def left_open(self) -> list[str]:
        """Ids of units whose worker has not ended, or was killed."""
        return self.with_ending(OPEN)

    def with_ending(self, ending: str) -> list[str]:
        """What stands before this ending in the names of files and folders, in order."""
        with suppress(FileNotFoundError), os.scandir(self.path) as found:  # names alone: a glob takes 3 s of a million
            return sorted(entry.name.removesuffix(ending) for entry in found if entry.name.endswith(ending))
        return []

    def finished(self) -> frozenset[str]:
        """Ids of units that this run of the sweep need not begin."""
        return frozenset(self.each_finished())

    def each_finished(self) -> Iterator[str]:
        """The same, one after another: a million take no memory so."""
        with os.scandir(self.path) as found:  # names alone, in 1 s, where a Path of each takes 5 s
            for entry in found:
                if unit_id := _finished_by(entry):
                    yield unit_id

    def is_finished(self, unit_id: str) -> bool:
        """The same of one unit, without a look at the others."""
        return self.marker(unit_id).exists() or self.unit(unit_id).is_dir() or self.stopped_unit(unit_id).is_dir()

    def plan(self) -> PlannedUnits:
        """The planned units. Raises SpoolError if the plan can not be read."""
        return PlannedUnits.of_file(self.plan_file)


def sweep_folders(root: Path) -> list[SweepFolder]:
    """Every sweep in the spool, oldest first (ids sort by time)."""
    if not root.is_dir():
        return []
    folders = [SweepFolder(path) for path in root.glob(f"{_SWEEP}*") if path.is_dir()]
    return sorted((f for f in folders if _ID.fullmatch(f.sweep_id)), key=lambda f: f.sweep_id)


def spooled_matches(root: Path) -> int:
    """How many matches that make a finding wait in the spool, those of units under way included. Never raises.

    Rows, not findings: some may be known already. One column is read. What a merge takes away meanwhile, or can not be
    read, is not counted.
    """
    return sum(matches_in(folder) for folder in sweep_folders(root))


def matches_in(sweep: SweepFolder) -> int:
    """The same for one sweep. One that was stopped has them in the database."""
    return sum(_findings_in(path) for path in _parts(sweep, "matches"))


def spooled_confirmations(root: Path) -> int:
    """How many known findings the spool says to be there as they were. Never raises; see `spooled_matches`."""
    return sum(_rows_in(path) for folder in sweep_folders(root) for path in _parts(folder, "confirmations"))


def _parts(sweep: SweepFolder, table: str) -> list[Path]:
    if sweep.stopped_file.exists():
        return []
    try:
        paths = list(sweep.path.glob(f"*/part-*/{table}.parquet"))
    except OSError:
        return []
    return [path for path in paths if path.parent.suffix != ".tmp"]


def _rows_in(path: Path) -> int:
    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError):
        return 0


def spooled_leads(folder: SweepFolder) -> Iterator[BucketLead]:
    """Addresses of buckets that the sweep's units have met and no merge has taken yet; repetitions among them."""
    columns = list(BucketLead.__slots__)
    for path in sorted(folder.path.glob("*/part-*/leads.parquet")):
        try:
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(columns=columns):
                    for row in batch.to_pylist():
                        yield BucketLead(**row)
        except (pa.ArrowException, OSError, TypeError):
            continue  # merged meanwhile, or damaged: the merge says so


def _findings_in(path: Path) -> int:
    try:
        with pq.ParquetFile(path) as file:
            rows = file.read(columns=["finding_id", "letter_id"])
            pairs = zip(*(rows.column(name).to_pylist() for name in ("finding_id", "letter_id")), strict=True)
            return sum(bool(finding) and not (letter or "").startswith(CANARY_PREFIX) for finding, letter in pairs)
    except (pa.ArrowException, OSError, KeyError):
        return 0


def _finished_by(entry: os.DirEntry[str]) -> str:
    """The unit that this name in a sweep's folder tells to be finished, or nothing."""
    for ending in (MERGED, STOPPED):
        if entry.name.endswith(ending):
            return entry.name[: -len(ending)]
    return entry.name if _ID.fullmatch(entry.name) and entry.is_dir() else ""


def checked_id(name: str) -> str:
    """The id itself, fit to name a file. Raises SpoolError."""
    if not _ID.fullmatch(name):
        raise SpoolError("an id of a sweep or unit holds something else than letters, digits, - and _")
    return name


def header_of(record: SweepRecord, key_check: str) -> dict[str, Any]:
    """A sweep's record as `sweep.json` holds it."""
    return {
        "format": SPOOL_FORMAT,
        "key_check": key_check,
        "sweep_id": record.sweep_id,
        "kind": record.kind.value,
        "scope_digest": record.scope_digest,
        "organisation": record.organisation,
        "authority": record.authority,
        "pack_check": record.pack_check,
        "stray_version": record.stray_version,
        "started_at": record.started_at.isoformat(),
        "canaries": [asdict(canary) for canary in record.canaries],
    }


def record_of(header: dict[str, Any], units: Sequence[UnitRecord]) -> SweepRecord:
    """The record back from `sweep.json`. Raises SpoolError if it is not one."""
    try:
        return SweepRecord(
            sweep_id=header["sweep_id"],
            scope_digest=header["scope_digest"],
            organisation=header["organisation"],
            authority=header["authority"],
            started_at=datetime.fromisoformat(header["started_at"]),
            stray_version=header["stray_version"],
            units=units,
            kind=SweepKind(header["kind"]),
            pack_check=header["pack_check"],
            canaries=tuple(CanaryPlace(**canary) for canary in header.get("canaries", ())),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise SpoolError(f"a sweep's record can not be read ({type(error).__name__})") from error


def unit_file_of(record: UnitRecord, outcome: UnitOutcome, parts: int) -> dict[str, Any]:
    """A unit's record, outcome and number of parts as `unit.json` holds them."""
    times = {"started_at": outcome.started_at.isoformat(), "ended_at": outcome.ended_at.isoformat()}
    return {"record": record.as_row(), "outcome": asdict(outcome) | times, "parts": parts}


def lost_parts(folder: Path) -> list[Path]:
    """Parts that `unit.json` counts and that are not there: a power cut took them. Older spools do not count."""
    held = read_json(folder / "unit.json") or {}
    number = held.get("parts")
    wanted = [folder / part_name(each) for each in range(1, number + 1)] if isinstance(number, int) else []
    return [part for part in wanted if not part.is_dir()]


def read_unit_file(folder: Path) -> tuple[UnitRecord, UnitOutcome] | None:
    """What `unit.json` says, or None where it can not be read."""
    held = read_json(folder / "unit.json")
    try:
        return _unit_file(held) if held else None
    except (KeyError, ValueError, TypeError):
        return None


def _unit_file(held: dict[str, Any]) -> tuple[UnitRecord, UnitOutcome]:
    outcome = dict(held["outcome"])
    for name in ("started_at", "ended_at"):
        outcome[name] = datetime.fromisoformat(outcome[name])
    outcome["state"] = UnitState(outcome["state"])
    return UnitRecord(**held["record"]), UnitOutcome(**outcome)


def open_again(folder: SweepFolder) -> None:
    """Let the units that a stop cut short be gone on with."""
    for unit_id in folder.cut_short():
        opened = folder.open_unit(unit_id)
        shutil.rmtree(opened, ignore_errors=True)
        folder.stopped_unit(unit_id).rename(opened)
    sync_folder(folder.path)


def remove_whole(folder: Path) -> None:
    """Remove a folder so that it is there whole or not at all, whenever we are killed."""
    gone = folder.with_name(folder.name + ".tmp")
    shutil.rmtree(gone, ignore_errors=True)
    folder.rename(gone)
    shutil.rmtree(gone)


def read_opened(folder: Path) -> tuple[UnitRecord, datetime] | None:
    """What `opened.json` says, or None where it is not there or can not be read."""
    held = read_json(folder / OPENED_FILE)
    try:
        return (UnitRecord(**held["record"]), datetime.fromisoformat(held["opened_at"])) if held else None
    except (KeyError, ValueError, TypeError):
        return None


def end_file_of(end: SweepEnd) -> dict[str, Any]:
    """How a sweep ended as `end.json` holds it."""
    cause = end.cause.value if end.cause else None
    return {"ended_at": end.ended_at.isoformat(), "state": end.state.value, "cause": cause, "goes_on": end.goes_on}


def read_end(folder: SweepFolder) -> SweepEnd | None:
    """How the sweep ended, or was stopped; None if it has not, if the file can not be read, and once it is merged."""
    return _end_in(folder.end_file)


def read_stop(folder: SweepFolder) -> SweepEnd | None:
    """How the sweep was stopped to be gone on with, whether that is in the database yet or not; else None."""
    held = _end_in(folder.end_file) or _end_in(folder.stopped_file)
    return held if held is not None and held.goes_on else None


def _end_in(path: Path) -> SweepEnd | None:
    held = read_json(path)
    try:
        if held is None:
            return None
        cause = StopCause(held["cause"]) if held.get("cause") else None
        ended_at, state = datetime.fromisoformat(held["ended_at"]), SweepState(held["state"])
        return SweepEnd(ended_at, state, cause, bool(held.get("goes_on")))
    except (KeyError, ValueError, TypeError):
        return None


def _has_work(sweep: SweepFolder) -> bool:
    return bool(sweep.published()) or sweep.end_file.exists() or read_json(sweep.header_file) is None


def waits_in(root: Path) -> bool:
    """Is there anything in the spool for a merge to take in or to set aside?"""
    return any(_has_work(sweep) for sweep in sweep_folders(root))
