"""Is the vault as it was left? Holds log, sealed files, the database's copy and noted heads against each other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from findings.errors import EvidenceError, EvidenceKeyError
from findings.vault.chain import Action, Break, Event, Head, breaks_of, digest_of, event_of, head_of
from findings.vault.mirror import Mirror, altered_rows
from findings.vault.sealing import unseal
from findings.vault.store import SEALED, Kept, Vault, kept_of
from findings.vault.warc import read_back, warc_date


class Trouble(StrEnum):
    """What can be wrong."""

    # Of the log.
    LOG_CUT = "log_cut"
    LOG_REWRITTEN = "log_rewritten"
    LINE_ALTERED = "line_altered"
    CHAIN_BROKEN = "chain_broken"
    HEAD_DIFFERS = "head_differs"
    LINE_TORN = "line_torn"
    LINE_MALFORMED = "line_malformed"
    TIME_RUNS_BACK = "time_runs_back"
    # Of sealed files.
    FILE_MISSING = "file_missing"
    FILE_CUT = "file_cut"
    FILE_ALTERED = "file_altered"
    FILE_SWAPPED = "file_swapped"
    FILE_NOT_LOGGED = "file_not_logged"
    DESTROYED_STILL_THERE = "destroyed_still_there"
    CONTENT_DIFFERS = "content_differs"
    NOT_OPENED = "not_opened"
    # Of the database.
    DATABASE_DIFFERS = "database_differs"


# What a kill, a power cut or a clock can do as well as a person: not sound, and not shown to be tampered with.
DOUBTS: Final = frozenset(
    [
        Trouble.LINE_TORN,
        Trouble.FILE_NOT_LOGGED,
        Trouble.DESTROYED_STILL_THERE,
        Trouble.NOT_OPENED,
    ]
)

# A clock that is kept right steps back by this much at times: chronyd and ntpd step once they are off by 0.1 to 1 s.
CLOCK_SLACK: Final = timedelta(seconds=2)
# Told, and no fault of the evidence: order is by number.
REMARKS: Final = frozenset([Trouble.TIME_RUNS_BACK])

EXPLAINED: Final[Mapping[Trouble, str]] = {
    Trouble.LOG_CUT: "lines are missing at the end of the log: more were known",
    Trouble.LOG_REWRITTEN: "this line is not the one that the database knows",
    Trouble.LINE_ALTERED: "this line can not be read, and the database knows it whole",
    Trouble.CHAIN_BROKEN: "this line does not follow from the one before it: one was altered, removed, added or moved",
    Trouble.HEAD_DIFFERS: "the log at this line is not the one whose head was noted",
    Trouble.LINE_TORN: "this line can not be read: a power cut while it was written, or it was altered",
    Trouble.LINE_MALFORMED: "this line is whole, and says what no line of stray says: it was altered or put there",
    Trouble.TIME_RUNS_BACK: "this line bears an earlier time than the one before it: a clock was set back",
    Trouble.FILE_MISSING: "the sealed file is missing",
    Trouble.FILE_CUT: "the sealed file is shorter than it was",
    Trouble.FILE_ALTERED: "the sealed file has been altered",
    Trouble.FILE_SWAPPED: "the sealed file is another piece of evidence under this name",
    Trouble.FILE_NOT_LOGGED: "no line tells of this file: a capture was killed before its line, or it was put there",
    Trouble.DESTROYED_STILL_THERE: "it was destroyed, on record, and is there: killed in between, or it was put back",
    Trouble.CONTENT_DIFFERS: "what was sealed is not what the log and the database say",
    Trouble.NOT_OPENED: "no key given opens it, so its content was not looked at",
    Trouble.DATABASE_DIFFERS: "the database says something else of it than the log",
}


@dataclass(frozen=True, slots=True)
class Noticed:
    """One thing that is wrong. `line` is a number of the log, `evidence_id` the file's; 0 and empty where neither."""

    trouble: Trouble
    line: int = 0
    evidence_id: str = ""
    detail: str = ""

    @property
    def weight(self) -> str:
        """`broken`, `doubt` where it need not be anybody's doing, or `remark`."""
        if self.trouble in REMARKS:
            return "remark"
        return "doubt" if self.trouble in DOUBTS else "broken"


@dataclass(frozen=True, slots=True)
class Examined:
    """What came of it.

    Attributes:
        events: lines of the log.
        files: sealed files that are as they were left.
        opened: of these, how many were opened and hold what the log says.
        destroyed: files that are gone, on record.
        head: of the log as it is.
        anchored: up to which line the database, or a noted head, vouches for the log; 0 where nothing does.
        noticed: all that is wrong.
    """

    events: int
    files: int
    opened: int
    destroyed: int
    head: Head
    anchored: int
    noticed: tuple[Noticed, ...]

    @property
    def is_sound(self) -> bool:
        """Nothing is wrong, nor in doubt."""
        return all(noticed.weight == "remark" for noticed in self.noticed)

    @property
    def is_broken(self) -> bool:
        """Something is missing or not what it was."""
        return any(noticed.weight == "broken" for noticed in self.noticed)


def examine(
    vault: Vault,
    mirror: Mirror | None = None,
    heads: Sequence[Head] = (),
    identities: Sequence[Any] = (),
    only: frozenset[str] | None = None,
) -> Examined:
    """Look at all of a vault. Reads, and writes nothing.

    Args:
        vault: a vault, or an export.
        mirror: what the database knows; None without one.
        heads: of the log, as noted earlier, outside.
        identities: private keys; with them each file is opened in memory and held against the log.
        only: ids that ought to be there, of an export of a few; None for all.

    Raises:
        SpoolError: the folder can not be read.
    """
    with vault.log.quiet():
        lines = vault.log.lines()
        names = sorted(path.name.removesuffix(SEALED) for path in vault.folder.glob(f"*{SEALED}"))
    events = [event for line in lines if (event := event_of(line)) is not None]
    kept = [one for one in kept_of(events) if only is None or one.evidence_id in only]
    noticed = [*_of_the_log(lines, mirror), *_of_heads(lines, heads), *_of_captures(events)]
    if mirror is not None:
        noticed += [*_of_the_copy(events, mirror), *_of_the_database(kept, events, mirror)]
    sound, opened = 0, 0
    digests = {one.sealed_sha256: one.evidence_id for one in kept}
    for one in kept:
        content, troubles = _of_a_file(vault, one, digests)
        if content is not None and not troubles:
            sound += 1
            if identities:
                troubles = [*_of_the_content(content, one, identities, mirror)]
                opened += not troubles
        noticed += troubles
    noticed += _unlogged(names, events)
    anchored = max([mirror.head.number if mirror else 0, *(head.number for head in heads)], default=0)
    destroyed = sum(one.destroyed for one in kept)
    return Examined(len(lines), sound, opened, destroyed, head_of(lines), anchored, tuple(noticed))


def _of_the_log(lines: Sequence[bytes], mirror: Mirror | None) -> Iterator[Noticed]:
    known = mirror.lines if mirror else {}
    last = max(known, default=0)
    if last > len(lines):
        yield Noticed(Trouble.LOG_CUT, len(lines), detail=f"it has {len(lines)}, the database knows {last}")
    for broken in breaks_of(lines):
        yield _judged(broken, known)
    for number, line in sorted(known.items()):
        if number <= len(lines) and lines[number - 1] != line and event_of(lines[number - 1]) is not None:
            yield Noticed(Trouble.LOG_REWRITTEN, number)
    previous = None
    for number, line in enumerate(lines, 1):
        event = event_of(line)
        if event and previous and event.at < previous - CLOCK_SLACK:
            yield Noticed(Trouble.TIME_RUNS_BACK, number)
        previous = event.at if event else previous


def _judged(broken: Break, known: Mapping[int, bytes]) -> Noticed:
    if broken.what in ("misnumbered", "does_not_follow"):
        return Noticed(Trouble.CHAIN_BROKEN, broken.number)
    if broken.number in known:
        return Noticed(Trouble.LINE_ALTERED, broken.number)
    return Noticed(Trouble.LINE_MALFORMED if broken.what == "malformed" else Trouble.LINE_TORN, broken.number)


def _of_captures(events: Sequence[Event]) -> Iterator[Noticed]:
    """Lines that tell of a capture, and not of which file: nothing could be held against them."""
    for event in events:
        if event.deed.action is Action.CAPTURED and not kept_of([event]):
            yield Noticed(Trouble.LINE_MALFORMED, event.number)


def _of_heads(lines: Sequence[bytes], heads: Sequence[Head]) -> Iterator[Noticed]:
    for head in heads:
        if head.number > len(lines):
            yield Noticed(Trouble.LOG_CUT, len(lines), detail=f"it has {len(lines)}, a noted head says {head.number}")
        elif head.number and digest_of(lines[head.number - 1]) != head.digest:
            yield Noticed(Trouble.HEAD_DIFFERS, head.number)


def _of_the_copy(events: Sequence[Event], mirror: Mirror) -> Iterator[Noticed]:
    """Lines that the database had taken in, and has no more."""
    last = mirror.head.number
    for event in events:
        if event.number <= last and event.number not in mirror.lines:
            yield Noticed(Trouble.DATABASE_DIFFERS, event.number, detail="its line is gone")


def _of_the_database(kept: Sequence[Kept], events: Sequence[Event], mirror: Mirror) -> Iterator[Noticed]:
    for one in kept:
        number = one.event.number
        said = mirror.sealed.get(one.evidence_id), mirror.findings.get(one.evidence_id, frozenset())
        if number in mirror.lines and said != (one.sealed_sha256, frozenset(one.finding_ids)):
            yield Noticed(Trouble.DATABASE_DIFFERS, number, one.evidence_id)
    for number, evidence_id, columns in altered_rows(events, mirror):
        if columns != "sealed_sha256":  # told above
            yield Noticed(Trouble.DATABASE_DIFFERS, number, evidence_id, columns)
    for evidence_id in sorted(mirror.sealed.keys() - {one.evidence_id for one in kept}):
        yield Noticed(Trouble.DATABASE_DIFFERS, 0, evidence_id, "the log does not tell of it")


def _of_a_file(vault: Vault, one: Kept, digests: Mapping[str, str]) -> tuple[bytes | None, list[Noticed]]:
    """Its bytes, where it is there, and what is wrong with it."""
    path = vault.path(one.evidence_id)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None, [] if one.destroyed else [_of(one, Trouble.FILE_MISSING)]
    except OSError as error:
        return None, [_of(one, Trouble.FILE_MISSING, error.strerror or type(error).__name__)]
    if one.destroyed:
        return None, [_of(one, Trouble.DESTROYED_STILL_THERE)]
    digest = hashlib.sha256(content).hexdigest()
    if digest == one.sealed_sha256:
        return content, []
    if digest in digests:
        return content, [_of(one, Trouble.FILE_SWAPPED, f"it is {digests[digest]}")]
    cut = len(content) < one.sealed_size
    return content, [_of(one, Trouble.FILE_CUT if cut else Trouble.FILE_ALTERED)]


def _of_the_content(content: bytes, one: Kept, identities: Sequence[Any], mirror: Mirror | None) -> Iterator[Noticed]:
    """What was sealed, held against the log: digests, time, findings; and against the database: the place."""
    try:
        warc = unseal(content, identities)
    except EvidenceKeyError:
        yield _of(one, Trouble.NOT_OPENED)
        return
    except EvidenceError as error:
        yield _of(one, Trouble.CONTENT_DIFFERS, str(error))
        return
    try:
        held = read_back(warc)
    except EvidenceError as error:
        yield _of(one, Trouble.CONTENT_DIFFERS, str(error))
        return
    details = one.event.deed.details
    if hashlib.sha256(held.body).hexdigest() != one.sha256 or len(held.body) != one.size:
        yield _of(one, Trouble.CONTENT_DIFFERS, "its bytes")
    if held.findings != one.finding_ids:
        yield _of(one, Trouble.CONTENT_DIFFERS, "its findings")
    if held.date != warc_date(datetime.fromisoformat(details["fetched_at"])):
        yield _of(one, Trouble.CONTENT_DIFFERS, "its time")
    places = mirror.urls.get(one.evidence_id) if mirror else None
    if places and not places & {held.url, held.asked}:
        yield _of(one, Trouble.CONTENT_DIFFERS, "its address")


def _unlogged(names: Sequence[str], events: Sequence[Event]) -> Iterator[Noticed]:
    told = {event.deed.evidence_id for event in events if event.deed.action is Action.CAPTURED}
    for name in names:
        if name not in told:
            yield Noticed(Trouble.FILE_NOT_LOGGED, evidence_id=name)


def _of(one: Kept, trouble: Trouble, detail: str = "") -> Noticed:
    return Noticed(trouble, one.event.number, one.evidence_id, detail)
