"""How far a sweep saw, in records: shares, limits, what is otherwise than before, canary letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from findings.records import FindingState


class ReachChangeKind(StrEnum):
    """How a unit of a sweep is otherwise than in the sweeps before; see the view `reach_changes`."""

    FELL = "fell"
    REFUSES = "refuses"
    TRUNCATED = "truncated"
    LIMIT = "limit"
    BROKE = "broke"
    BACK = "back"
    LEFT_SCOPE = "left_scope"


@dataclass(frozen=True, slots=True)
class SweepReach:
    """How far one sweep saw; see the view `sweep_reach`.

    Attributes:
        units_empty: of the finished ones, those that gave no place and no document.
        entries: places met; None for a sweep of an older Stray.
        share_seen: fetched and unchanged documents, of these and skipped places; None where there was nothing.
    """

    units: int = 0
    units_finished: int = 0
    units_empty: int = 0
    units_failed: int = 0
    units_interrupted: int = 0
    units_not_reached: int = 0
    units_cut_short: int = 0
    entries: int | None = None
    fetched: int = 0
    unchanged: int = 0
    skipped: int = 0
    not_selected: int = 0
    undetermined: int = 0
    share_seen: float | None = None
    requests: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class ReachChange:
    """One unit that is otherwise than before. Its start is what the operator wrote into the scope.

    Attributes:
        detail: what before and now count, or which limit, or the state.
        explained: of a fall, places of which the server itself said that they are not there.
        is_suspicious: nothing explains it, and nobody has accepted it: the sweep is incomplete.
    """

    unit_id: str
    start_url: str
    host: str
    supplier: str | None
    change: ReachChangeKind
    detail: str
    before: int
    now: int
    explained: int
    is_suspicious: bool
    is_accepted: bool
    before_sweep: str


@dataclass(frozen=True, slots=True)
class LimitReached:
    """A limit that cut a unit short, what was left, and what it would have taken where that is known."""

    unit_id: str
    start_url: str
    host: str
    supplier: str | None
    limit_name: str
    places_left: int
    needed_at_least: int | None


@dataclass(frozen=True, slots=True)
class CanaryCheck:
    """One canary letter in one sweep; `last_found` is None where no sweep ever found it."""

    canary_id: str
    label: str
    host: str
    letter_id: str | None
    unit_id: str
    outcome: str
    basis: str
    last_found: datetime | None

    @property
    def is_missing(self) -> bool:
        """Is the sweep broken by it?"""
        return self.outcome != "found"


@dataclass(frozen=True, slots=True)
class StrayCanary:
    """A canary letter that lies where nobody planted it: somebody copied it.

    Attributes:
        planted: labels and hosts of the places where it was planted.
    """

    finding_id: str
    letter_id: str
    host: str
    planted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReachTold:
    """All that one sweep has to say of how far it saw.

    Attributes:
        replaced: findings that nobody has put aside, in whose places it met something else: by itself that never ends.
        moved: of its new findings, how many had lain at another place before, by the state of the finding there.
    """

    whole: SweepReach = SweepReach()
    limits: tuple[LimitReached, ...] = ()
    changes: tuple[ReachChange, ...] = ()
    canaries: tuple[CanaryCheck, ...] = ()
    strays: tuple[StrayCanary, ...] = ()
    replaced: int = 0
    moved: Mapping[FindingState, int] = field(default_factory=dict)

    @property
    def missing(self) -> tuple[CanaryCheck, ...]:
        """Canary letters that were to be found and were not."""
        return tuple(canary for canary in self.canaries if canary.is_missing)

    @property
    def suspicious(self) -> tuple[ReachChange, ...]:
        """Falls that nothing explains."""
        return tuple(change for change in self.changes if change.is_suspicious)
