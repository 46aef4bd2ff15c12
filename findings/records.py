"""What a sweep tells of itself and of its units, and the closed sets that the database speaks in."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from scope.reasons import SkipReason

if TYPE_CHECKING:
    from scope.units import Unit  # reads tables of services, which no answer of the database needs


class SweepKind(StrEnum):
    """What the sweep was for."""

    SWEEP = "sweep"
    RECHECK = "recheck"
    TIP_OFF = "tip_off"
    REMATCH = "rematch"


class SweepState(StrEnum):
    """How far a sweep came. `RUNNING` in the database is a sweep that has not ended, or was killed and not resumed."""

    RUNNING = "running"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"


class StopCause(StrEnum):
    """Why a sweep ended before it had looked at everything."""

    ASKED = "asked"  # Ctrl-C, or a service manager
    WINDOW = "window_closed"
    STOP_FILE = "stop_file"
    AUTHORITY = "authority_expired"
    OPT_OUT = "opt_out"
    SCOPE = "scope_changed"
    KILLED = "killed"  # a later command found it so


def reason_of(cause: StopCause | None) -> SkipReason:
    """What stands on record of places that the sweep did not come to."""
    return SkipReason.AUTHORITY_EXPIRED if cause is StopCause.AUTHORITY else SkipReason.INTERRUPTED


class UnitState(StrEnum):
    """How a unit ended."""

    FINISHED = "finished"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    NOT_REACHED = "not_reached"


class Begun(StrEnum):
    """How a unit's worker found it: never begun, to be gone on with, or with a state that can not be used."""

    NEW = "new"
    RESUMED = "resumed"
    AFRESH = "afresh"


class EntryOutcome(StrEnum):
    """What became of a place that was known to be there, when it was last met."""

    FETCHED = "fetched"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    NOT_SELECTED = "not_selected"


class Presence(StrEnum):
    """One sweep's answer for one finding. `GONE` is one definitive negative, not yet the state `gone`."""

    PRESENT = "present"
    GONE = "gone"
    UNKNOWN = "unknown"


class FindingState(StrEnum):
    """Derived from all answers so far; the rule stands in `deriving/rules.sql`."""

    NEW = "new"
    OPEN = "open"
    REAPPEARED = "reappeared"
    UNKNOWN = "unknown"
    GONE = "gone"


class BucketState(StrEnum):
    """What anyone can do at a bucket, derived from all answers; the rule stands in `views/bucket_history.sql`."""

    LISTABLE = "listable"
    READABLE = "readable"
    NOT_LISTABLE = "not_listable"
    EXISTS = "exists"
    UNKNOWN = "unknown"
    CLOSED = "closed"
    ABSENT = "absent"


class TriageDecision(StrEnum):
    """What a person decided; `TO_TRIAGE` where nobody has yet."""

    TO_TRIAGE = "to_triage"
    CONFIRMED = "confirmed"
    FALSE_POSITIVE = "false_positive"
    ACCEPTED_UNTIL = "accepted_until"
    REPORTED = "reported"
    TAKEN_DOWN = "taken_down"
    CLOSED = "closed"


class Severity(StrEnum):
    """How soon somebody has to act on a finding, most urgent first; the rules are data: `severity_rules.toml`."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Reopened(StrEnum):
    """Why a decision no longer holds; the rule stands in `views/triage_standing.sql`."""

    STRONGER_VERDICT = "stronger_verdict"
    CONTENT_CHANGED = "content_changed"
    SEEN_AGAIN = "seen_again"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class UnitRecord:
    """A unit as the database keeps it. `start_url` is what the operator wrote into the scope.

    `parent` is the unit that it is a piece of; None where it was not cut, and for the first piece, which keeps its id.
    """

    unit_id: str
    kind: str
    start_url: str
    host: str
    tier: str
    authority: str
    supplier: str | None = None
    parent: str | None = None

    def as_row(self) -> dict[str, str | None]:
        """Column by column, for tables."""
        return asdict(self)

    @classmethod
    def from_unit(cls, unit: Unit) -> Self:
        """The record of a unit of the scope."""
        target = unit.target
        parent = unit.piece.whole if unit.piece and unit.piece.whole != unit.unit_id else None
        tier, authority, supplier = target.tier.value, target.authority, target.supplier
        return cls(unit.unit_id, unit.kind, unit.start_url, unit.host, tier, authority, supplier, parent)


@dataclass(frozen=True, slots=True)
class CanaryPlace:
    """A letter that the organisation has planted, and that each sweep of its unit must find.

    Attributes:
        canary_id: keyed hash of place and letter.
        letter_id: its id in the pack; None where the scope gives its digest.
        sha256: of the planted file; None where the scope gives the letter.
        label: what the scope calls it.
    """

    canary_id: str
    unit_id: str
    url: str = field(repr=False)
    letter_id: str | None
    sha256: str | None
    label: str


@dataclass(frozen=True, slots=True)
class SweepRecord:
    """A sweep at its start.

    Attributes:
        sweep_id: from `new_sweep_id`; sorts by time.
        scope_digest: tells whether an interrupted sweep is one of the same scope.
        units: everything planned, so that what was never reached is known too.
        pack_check: check value of the pack's key, or empty.
        canaries: letters that it must find.
    """

    sweep_id: str
    scope_digest: str
    organisation: str
    authority: str
    started_at: datetime
    stray_version: str
    units: Sequence[UnitRecord] = field(compare=False, repr=False)
    kind: SweepKind = SweepKind.SWEEP
    pack_check: str = ""
    canaries: tuple[CanaryPlace, ...] = ()


@dataclass(frozen=True, slots=True)
class SweepEnd:
    """How and when a sweep ended.

    Attributes:
        cause: of an end before its time.
        goes_on: a later run of the same scope goes on with it; what it found until now is merged and told all the same.
    """

    ended_at: datetime
    state: SweepState = SweepState.FINISHED
    cause: StopCause | None = None
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class UnitOutcome:
    """How a unit ended and what it cost. `error` is the class of what broke it, never its text."""

    state: UnitState
    started_at: datetime
    ended_at: datetime
    requests: int = 0
    bytes: int = 0
    error: str = ""


def new_sweep_id(started_at: datetime) -> str:
    """An id that sorts by time and is not given twice: `20260301T083000Z-1f2e3d4c`."""
    return f"{started_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"


class HostAnswer(StrEnum):
    """Did a path that is known to answer do so as before?

    `CHANGED`: that document is another one now, or none, which says nothing of its host. `UNKNOWN`: no answer.
    """

    AS_BEFORE = "as_before"
    CHANGED = "changed"
    OTHERWISE = "otherwise"
    UNKNOWN = "unknown"


class Turn(StrEnum):
    """When a host was checked: before a unit's places were asked for, or after; or the place of a finding itself."""

    BEFORE = "before"
    AFTER = "after"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class HostCheck:
    """What one canary path of a unit's host answered, or the place of a finding where something else is now.

    Attributes:
        detail: class or code of what was otherwise; nothing of a document.
        status: HTTP status; None where nothing answered.
        sha256, size: of what was answered; None likewise.
        checked_at: aware.
    """

    url: str = field(repr=False)
    turn: Turn
    answer: HostAnswer
    detail: str
    status: int | None
    sha256: str | None
    size: int | None
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class Absence:
    """A place of a finding that the listing which named it no longer names, though it was read whole.

    Attributes:
        rows: how many the listing has now.
        read_at: aware.
    """

    url: str = field(repr=False)
    listing: str = field(repr=False)
    rows: int
    read_at: datetime


class RelationKind(StrEnum):
    """What a finding is to another with the same content."""

    MOVED_FROM = "moved_from"
    MOVED_TO = "moved_to"
    COPY = "copy"
