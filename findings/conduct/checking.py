"""Does the conduct log hold together? Names what is missing, altered, cut, swapped or put in; changes nothing."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from fetching.conduct_pieces import ENDING
from findings.conduct.folder import (
    BUNDLE,
    Piece,
    bundle_names,
    members_of,
    open_pieces,
    parsed,
    plain_bytes,
    read_piece,
    whose,
)
from findings.conduct.made import Made
from findings.durable_files import storage_errors
from findings.vault.chain import Action, Head, breaks_of, digest_of, event_of, head_of
from findings.vault.log import EvidenceLog


class Fault(StrEnum):
    """What is wrong."""

    LOG_ALTERED = "log_altered"
    LOG_CUT = "log_cut"
    MISSING = "missing"
    ALTERED = "altered"
    BROKEN_BEFORE = "broken_before"  # altered after it was written and before it was taken into the chain
    NOT_IN_LOG = "not_in_log"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, and where: a line of the log, a bundle, or a piece in it."""

    fault: Fault
    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found.

    Attributes:
        head: of the chain; whoever notes it elsewhere can tell later whether the log was cut or written anew.
        bundles, pieces, lines: in the chain and there.
        purged: bundles that were let go, on record.
        waiting: pieces that are not in the chain yet: being written, or left by a kill until the next sweep.
        unfinished: pieces whose process was killed; what they hold is there, a torn last line is told.
        torn: bytes of torn lines.
        faults: what is wrong; none where all is well.
    """

    head: Head
    bundles: int
    pieces: int
    lines: int
    purged: int
    waiting: int
    unfinished: int
    torn: int
    faults: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle as the chain has it."""

    line: int
    file: str
    sha256: str
    pieces: int
    lines: int
    first: str
    last: str


def check(root: Path, noted: Head | None = None, made: Sequence[Made] = ()) -> Checked:
    """Look at all of it.

    Args:
        root: the folder.
        noted: a head that was noted elsewhere, which the log has to hold.
        made: what the database says was asked for: an end that was cut off with its bundles shows by that alone.

    Raises:
        SpoolError: the folder can not be read.
    """
    log = EvidenceLog(root)
    with storage_errors(root), log.quiet():
        lines = log.lines()
        there = bundle_names(root)
        waiting = open_pieces(root)
        bundles, purged = bundles_of(lines)
        faults = [*_log_faults(lines, noted)]
        kept = [bundle for bundle in bundles if bundle.file not in purged]
        pieces: list[Piece] = []
        logged = _Logged(
            {_sweep_of(name) for name in purged}, {(whose(root, path), _unit_of(path)) for path in waiting}
        )
        for bundle in kept:
            found, wrong = _examined(root, bundle)
            pieces += found
            faults += wrong
            if wrong:
                logged.unsure.add(_sweep_of(bundle.file))
            logged.units.update((_sweep_of(bundle.file), piece.name.rpartition(".")[0]) for piece in found)
        named = {bundle.file for bundle in bundles}
        faults += [Finding(Fault.NOT_IN_LOG, name, "no line of the log names it") for name in sorted(there - named)]
        faults += _unlogged(made, logged, min((bundle.first for bundle in bundles if bundle.first), default=""))
        left = [piece for path in waiting if (piece := _left(path, faults)) is not None]
    seen = [*pieces, *left]
    return Checked(
        head=head_of(lines),
        bundles=len(kept),
        pieces=len(pieces),
        lines=sum(piece.lines for piece in pieces),
        purged=len(purged),
        waiting=len(waiting),
        unfinished=sum(not piece.is_whole for piece in seen),
        torn=sum(piece.torn for piece in seen),
        faults=tuple(faults),
    )


def bundles_of(lines: Sequence[bytes]) -> tuple[list[Bundle], set[str]]:
    """What the chain says there is, and names of what was let go."""
    bundles: list[Bundle] = []
    purged: set[str] = set()
    for number, line in enumerate(lines, 1):
        event = event_of(line)
        details: Any = event.deed.details if event else {}
        if event is not None and event.deed.action is Action.CONDUCT:
            texts = [str(details.get(name, "")) for name in ("file", "sha256", "first", "last")]
            counts = [value if isinstance(value := details.get(name), int) else 0 for name in ("pieces", "lines")]
            bundles.append(Bundle(number, texts[0], texts[1], counts[0], counts[1], texts[2], texts[3]))
        elif event is not None and event.deed.action is Action.CONDUCT_PURGED:
            purged.update(map(str, details.get("files", ())))
    return bundles, purged


@dataclass(frozen=True, slots=True)
class _Logged:
    """Sweeps of which the log need not hold all any more, and units (with their sweep) of which it holds something."""

    unsure: set[str]
    units: set[tuple[str, str]]


def _unlogged(made: Sequence[Made], logged: _Logged, first: str) -> Iterator[Finding]:
    """Sweeps with units that asked for something of which the log has nothing; not those from before it began."""
    missing: dict[str, list[Made]] = {}
    begins = None
    with suppress(ValueError):
        begins = datetime.fromisoformat(first).astimezone(UTC)
    for each in made:
        is_older = begins is not None and each.started_at < begins
        if not is_older and each.sweep_id not in logged.unsure and (each.sweep_id, each.unit_id) not in logged.units:
            missing.setdefault(each.sweep_id, []).append(each)
    for sweep_id, units in missing.items():
        requests = sum(each.requests for each in units)
        what = f"the database has {requests} requests of {len(units)} of its units, the log none: cut off or not here"
        yield Finding(Fault.LOG_CUT, f"sweep {sweep_id}", what)


def _sweep_of(file: str) -> str:
    return Path(file).parent.name


def _unit_of(path: Path) -> str:
    """Of an open piece: its name is that of the unit, the time and a number, or the unit's alone in older releases."""
    name = path.name.partition(ENDING)[0]
    return name.rpartition(".")[0].rpartition(".")[0] or name


def _log_faults(lines: Sequence[bytes], noted: Head | None) -> Iterator[Finding]:
    breaks = {found.number: found.what for found in breaks_of(lines)}
    for number, what in breaks.items():
        # A line that a power cut tore is followed by one that holds on to it; one that was altered later is not.
        torn = what == "unreadable" and number < len(lines) and number + 1 not in breaks
        if not torn and not (what == "unreadable" and number == len(lines)):
            yield Finding(Fault.LOG_ALTERED, f"log.jsonl, line {number}", what.replace("_", " "))
    if noted is not None and noted.number:
        held = digest_of(lines[noted.number - 1]) if noted.number <= len(lines) else ""
        if held != noted.digest:
            what = (
                "does not hold the head that was noted" if held else f"ends before line {noted.number}, which was noted"
            )
            yield Finding(Fault.LOG_CUT, "log.jsonl", what)


def _examined(root: Path, bundle: Bundle) -> tuple[list[Piece], list[Finding]]:
    """The pieces of a bundle, and what is wrong with it."""
    path = root / bundle.file
    if ".." in Path(bundle.file).parts or Path(bundle.file).is_absolute():
        return [], [Finding(Fault.LOG_ALTERED, f"log.jsonl, line {bundle.line}", "names a file elsewhere")]
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        what = f"{bundle.pieces} pieces with {bundle.lines} lines, {bundle.first} to {bundle.last}, are gone"
        return [], [Finding(Fault.MISSING, bundle.file, what)]
    told, texts, cut = _unpacked(content)
    pieces = [read_piece(text, name) for text, (name, _) in zip(texts, told, strict=False)]
    faults = [
        Finding(Fault.BROKEN_BEFORE, f"{bundle.file}, {piece}", f"not as it was sealed from line {piece.broken} on")
        for piece in pieces
        if piece.broken
    ]
    if digest_of(content) == bundle.sha256:
        return pieces, faults
    altered = [name for (name, digest), piece in zip(told, pieces, strict=False) if piece.sha256 != digest]
    missing = [name for name, _ in told[len(pieces) :]]
    faults += [Finding(Fault.ALTERED, f"{bundle.file}, {name}", "is not what was taken in") for name in altered]
    faults += [
        Finding(Fault.MISSING, f"{bundle.file}, {name}", f"the bundle is {cut or 'shorter'}") for name in missing
    ]
    if not altered and not missing:
        faults.append(Finding(Fault.ALTERED, bundle.file, f"is not what was taken in{cut and f': {cut}'}"))
    return pieces, faults


def _unpacked(content: bytes) -> tuple[list[tuple[str, str]], list[bytes], str]:
    """Names and digests that a bundle says it holds, the texts that it does hold, and why there are no more."""
    texts: list[bytes] = []
    cut = ""
    try:
        for plain in members_of(content):
            texts.append(plain)  # noqa: PERF402 - those before one that is altered count
    except ValueError as error:
        cut = str(error)
    manifest = parsed(texts[0]) if texts else None
    told = manifest.get("pieces", []) if manifest is not None and BUNDLE in manifest else []
    named = [
        (f"{piece.get('name')}, piece {piece.get('number')}", str(piece.get("sha256")))
        for piece in told
        if isinstance(piece, dict)
    ]
    return named, texts[1:], cut


def _left(path: Path, faults: list[Finding]) -> Piece | None:
    """A piece that waits, and what is wrong with it; None where it is being written."""
    with suppress(FileNotFoundError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        finally:
            os.close(descriptor)
        where = f"{whose(path.parent.parent, path)}, {path.name}"
        try:
            piece = read_piece(plain_bytes(path), path.name)
        except ValueError:
            faults.append(Finding(Fault.BROKEN_BEFORE, where, "can not be unpacked"))
            return None
        if piece.broken:
            what = f"not as it was sealed from line {piece.broken} on"
            faults.append(Finding(Fault.BROKEN_BEFORE, where, what))
        return piece
    return None


def pieces_in(root: Path, bundle: Bundle) -> Iterator[bytes]:
    """The texts of a bundle's pieces, as far as they can be read."""
    with suppress(FileNotFoundError):
        yield from _unpacked((root / bundle.file).read_bytes())[1]
