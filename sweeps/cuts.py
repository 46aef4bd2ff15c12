"""Where units were cut: kept as each is cut, and for the sweeps after this one, so that pieces stay what they are.

<database>.spool/sweep-<id>/<unit>.bound   where this unit ends, the rest being one of its own: written before it counts
<database>.spool/sweep-<id>/<whole>.spent  what the pieces of one unit have spent together: they share its limits
<database>.memory/cuts.json                bounds of all units by the id of the whole; a key may name a patient
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Final

from fetching.budget import NOTHING_SPENT, Cost
from findings.durable_files import (
    FOLDER_MODE,
    private_folder,
    read_json,
    storage_errors,
    sync_folder,
    write_json,
    written_aside,
)
from findings.records import UnitRecord
from findings.spool_folders import OPENED_FILE, SweepFolder
from scope.pieces import Bounds, Piece, key_order, piece_of
from scope.units import Unit

BOUND: Final = ".bound"
SPENT: Final = ".spent"
_MEMORY: Final = ".memory"
_FILE: Final = "cuts.json"
# The file is one JSON object, each unit in a line of its own: with a million bounds it has 50 MB.
_FIRST: Final = b"{\n"


def bound_file(folder: SweepFolder, unit_id: str) -> Path:
    """Where a unit's cut stands."""
    return folder.path / f"{folder.unit(unit_id).name}{BOUND}"


class UnitCut:
    """The cut of one unit, for the process that works on it."""

    def __init__(self, folder: SweepFolder, unit: Unit) -> None:
        self._folder = folder
        self._unit = unit
        self._file = bound_file(folder, unit.unit_id)
        self._piece = unit.piece or Piece(unit.unit_id, 1)

    @property
    def piece(self) -> Piece:
        """The unit's keys; up to the bound where it was cut before its process was killed."""
        bound = _bound_in(self._file)
        if bound is None:
            return self._piece
        return Piece(self._piece.whole, self._piece.number, self._piece.after, bound)

    def __call__(self, bound: str | None) -> None:
        """See `Errand.cut`. On disk once this returns."""
        line = None if bound is None else Bounds([bound]).line.decode()
        with storage_errors(self._file.parent):
            write_json(self._file, {"whole": self._piece.whole, "bound": line})
        if bound is not None:
            self._open_rest(bound)

    def _open_rest(self, bound: str) -> None:
        """Put the rest on record as a unit that was begun: if the sweep ends before it is, that is told."""
        rest = Piece(self._piece.whole, self._piece.number + 1, bound, self._piece.until)
        record = UnitRecord.from_unit(piece_of(replace(self._unit, unit_id=rest.whole), rest))
        opened = self._folder.open_unit(record.unit_id)
        with storage_errors(self._folder.path):
            opened.mkdir(mode=FOLDER_MODE, exist_ok=True)
            told = {"record": record.as_row(), "opened_at": datetime.now(UTC).isoformat()}
            write_json(opened / OPENED_FILE, told)
            sync_folder(self._folder.path)


def later_piece(folder: SweepFolder, unit: Unit, number: int) -> Piece | None:
    """What a unit that has ended left to another; None where it was not cut."""
    bound = _bound_in(bound_file(folder, unit.unit_id))
    piece = unit.piece or Piece(unit.unit_id, 1)
    if bound is None or bound == piece.until:
        return None
    return Piece(piece.whole, number, bound, piece.until)


def known_cuts(database: Path, folder: SweepFolder | None = None) -> dict[str, Bounds]:
    """Bounds by the id of the whole: those of earlier sweeps, and those of this one."""
    found = {whole: bounds for whole, line in _held(_memory(database) / _FILE) if (bounds := _bounds(line))}
    return with_cuts_of(folder, found) if folder else found


def with_cuts_of(folder: SweepFolder, cuts: Mapping[str, Bounds]) -> dict[str, Bounds]:
    """The same bounds, with what this sweep has cut since, and without what it found to lie in no order."""
    found = dict(cuts)
    made: dict[str, list[str]] = {}
    for file in _bound_files(folder):
        whole, bound = _whole_in(file), _bound_in(file)
        if whole and bound is None:
            found.pop(whole, None)
        elif whole and bound:
            made.setdefault(whole, []).append(bound)
    for whole, more in made.items():
        found[whole] = Bounds(sorted({*found.get(whole, Bounds()), *more}, key=key_order))
    return found


def has_cut(folder: SweepFolder) -> bool:
    """Has this sweep cut a unit, or found that one can not be?"""
    return bool(_bound_files(folder))


def remember(database: Path, cuts: Mapping[str, Bounds], units: Iterable[str]) -> None:
    """Keep bounds for the next sweep, those of other scopes too. One unit is in memory at a time.

    Args:
        database: whose memory.
        cuts: what this sweep knows.
        units: ids of its wholes: what is not in `cuts` of them is forgotten.
    """
    folder = _memory(database)
    ours = {*units, *cuts}
    with storage_errors(folder):
        private_folder(folder)
        others = ((whole, line) for whole, line in _held(folder / _FILE) if whole not in ours and _bounds(line))
        mine = ((whole, bounds.line.decode()) for whole, bounds in cuts.items())
        with written_aside(folder / _FILE) as out:
            out.write(_FIRST)
            for number, (whole, line) in enumerate(chain(others, mine)):
                out.write((",\n" if number else "").encode() + f"{json.dumps(whole)}: {json.dumps(line)}".encode())
            out.write(b"\n}\n")
        sync_folder(folder)


def _held(path: Path) -> Iterator[tuple[str, object]]:
    """What the file says of each unit, read line by line; nothing where it is missing, and up to where it is damaged.

    Any JSON object is understood, as an older Stray wrote it in one line.
    """
    try:
        with path.open("rb") as file:
            if file.readline() != _FIRST:
                file.seek(0)
                yield from json.load(file).items()
                return
            for line in file:
                yield from json.loads(b"{" + line.rstrip(b",\n}") + b"}").items()
    except (FileNotFoundError, NotADirectoryError, ValueError, AttributeError):
        return


def spent_before(folder: SweepFolder, unit: Unit) -> Cost:
    """What other pieces of the same whole have spent. They are at one host, so never two at a time."""
    held = read_json(_spent_file(folder, unit)) or {}
    try:
        return Cost(**held)
    except TypeError:
        return NOTHING_SPENT


def note_spent(folder: SweepFolder, unit: Unit, cost: Cost) -> None:
    """Write down what all have spent, this one included."""
    with storage_errors(folder.path):
        write_json(_spent_file(folder, unit), asdict(cost))


def _spent_file(folder: SweepFolder, unit: Unit) -> Path:
    whole = unit.piece.whole if unit.piece else unit.unit_id
    return folder.path / f"{folder.unit(whole).name}{SPENT}"


def _memory(database: Path) -> Path:
    return database.with_name(database.name + _MEMORY)


def _bounds(line: object) -> Bounds | None:
    try:
        return Bounds.of_line(line.encode("ascii")) if isinstance(line, str) else None
    except ValueError:
        return None


def _bound_files(folder: SweepFolder) -> list[Path]:
    return [bound_file(folder, unit_id) for unit_id in folder.with_ending(BOUND)]


def _whole_in(file: Path) -> str:
    return str((read_json(file) or {}).get("whole", ""))


def _bound_in(file: Path) -> str | None:
    bounds = _bounds((read_json(file) or {}).get("bound"))
    return next(iter(bounds), None) if bounds else None
