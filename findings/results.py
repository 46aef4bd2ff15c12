"""What the database answers with: one record per kind of answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from documents.buckets import FoundBy
from documents.exposure import IndexBasis, TlsState, Transport, Truth
from documents.records import SkipReason
from findings.gaps import Gap
from findings.reach_records import ReachTold
from findings.records import (
    BucketState,
    FindingState,
    Presence,
    RelationKind,
    Reopened,
    Severity,
    SweepKind,
    SweepState,
    TriageDecision,
    UnitState,
)
from matchers.verdicts import AnchorState, Span, Verdict


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding as it stands. `url` and `member` are in clear: who shows them masks them, and `repr` leaves them out.

    Attributes:
        triage: the decision that holds today; `reopened` says why an earlier one no longer does.
        settled: put aside by a person.
        letter_id: None where the verdict is about a template.
        containment, coverage, evidence: when last present; None where the verdict is about a template.
        first_seen, last_seen: when we saw it present; exposed at least in between.
        answered_at, basis: when the latest answer was had, and what it rests on.
        history: answers, oldest first: P present, G not there (one sweep's answer), U unknown.
        server_modified: the server's Last-Modified; not the date of exposure.
        assigned_to, due: who is to see to it, and by which day; None where nobody said.
        latest_event: number of its latest event of triage; 0 where there is none.
        severity_reasons: each rule that holds, with its points.
        categories: what of special protection the document speaks of, when last present.
        persons: registered people of the letter; 0 where it is not known whose it is.
        incident_id: of what it is handled with; see `findings/batches.py`.
        why: what the state rests on, in words.
        canary: of a canary letter, planted or elsewhere; None for all others.
    """

    finding_id: str
    state: FindingState
    triage: TriageDecision
    settled: bool
    verdict: Verdict
    letter_id: str | None
    url: str = field(repr=False)
    member: str = field(repr=False)
    host: str
    tier: str
    supplier: str | None
    containment: float | None
    coverage: float | None
    evidence: float | None
    first_seen: datetime
    last_seen: datetime
    answered_at: datetime
    basis: str
    history: str
    sha256: str
    size: int
    media_type: str
    server_modified: datetime | None
    unit_id: str
    first_sweep: str
    last_sweep: str
    reopened: Reopened | None = None
    assigned_to: str | None = None
    due: date | None = None
    latest_event: int = 0
    severity: Severity = Severity.HIGH
    severity_reasons: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    persons: int = 0
    incident_id: str | None = None
    why: str = ""
    canary: str | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """One sweep's answer for one finding, and the state that it had after it."""

    sweep_id: str
    seen_at: datetime
    presence: Presence
    basis: str
    state: FindingState


@dataclass(frozen=True, slots=True)
class TriageEvent:
    """One act of one person on one finding; `decision` alone, or any of the others, or several at once.

    Attributes:
        decision: None where nothing was decided: a note, an assignment, a due date.
        note: why, in the words of who decided; names of patients do not belong in it.
        decided_by: who did it; `stray` where a sweep reopened the finding.
        decided_at: aware.
        valid_until: the last day of `ACCEPTED_UNTIL`; None for all others.
        assigned_to: who is to see to it; empty for nobody any more; None leaves it as it is.
        due: day by which it is to be dealt with; None leaves it as it is.
        without_due: takes the due day away.
        reopened: why a sweep reopened it; None where a person acted.
        act_id: the same for all findings of one act. Given by the database, as are all that follow.
        event_number: order in which events were recorded.
        sha256, verdict: what the finding was then; None where that is not known.
    """

    decision: TriageDecision | None
    note: str
    decided_by: str
    decided_at: datetime
    valid_until: date | None = None
    assigned_to: str | None = None
    due: date | None = None
    without_due: bool = False
    reopened: Reopened | None = None
    act_id: str = field(default="", compare=False)
    event_number: int = field(default=0, compare=False)
    sha256: str | None = field(default=None, compare=False)
    verdict: Verdict | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class FindingExposure:
    """How a finding lies open, as last fetched; see the view `exposure`. Places are in clear; `repr` leaves them out.

    Attributes:
        transport: None where a sweep of an older Stray fetched it; then all else is unknown.
        folder_listed: a listing shows it, or would.
        parent, reached_by: what named it, and the way there.
        found_as, requested_url: the address as found, and as asked for, where they differ from its own.
        etag, server: the server's words.
        is_current: of a bucket's object; unknown for everything else.
    """

    fetched_at: datetime
    transport: Transport | None
    tls: TlsState
    auth_above: Truth
    listed: Truth
    folder_listed: Truth
    indexable: Truth
    index_basis: IndexBasis | None
    robots_disallow: Truth
    parent: str | None = field(repr=False)
    reached_by: tuple[str, ...] = field(repr=False)
    found_as: str | None = field(repr=False)
    requested_url: str | None = field(repr=False)
    server: str | None
    etag: str | None
    server_modified: datetime | None
    size: int
    is_current: Truth


@dataclass(frozen=True, slots=True)
class Relation:
    """Another finding with the same content (view `copies`), and what was decided of it; each is triaged for itself.

    Attributes:
        basis: same_bytes or same_letter.
    """

    relation: RelationKind
    other_id: str
    basis: str
    state: FindingState
    triage: TriageDecision
    url: str = field(repr=False)
    member: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FindingDetail:
    """A finding with all that is known of it. Spans, anchors and reasons are those of its latest match.

    `exposure` is None where the database holds no document for it.
    """

    row: FindingRow
    sightings: tuple[Sighting, ...]
    triage_events: tuple[TriageEvent, ...]
    spans: tuple[Span, ...]
    anchors: Mapping[str, AnchorState]
    reasons: tuple[str, ...]
    exposure: FindingExposure | None = None
    gaps: tuple[Gap, ...] = ()
    relations: tuple[Relation, ...] = ()


@dataclass(frozen=True, slots=True)
class NameSearchReach:
    """How far a sweep's search for names came at one provider; see the view `name_search_reach`."""

    provider: str
    candidates: int
    existing: int
    absent: int
    unknown: int
    trusted_share: float
    requests: int
    lies: int
    throttled: int
    seconds: float


@dataclass(frozen=True, slots=True)
class BucketStanding:
    """What anyone can do at one bucket; see the view `bucket_states`. Its address is no secret of a patient's.

    Attributes:
        state: by the latest sweep that asked.
        known_state, since, known_at: by the latest that could tell; None where none could.
        rights: what the service itself says anyone may do.
        reasons: what `score` rests on.
        letters: found in it so far.
    """

    bucket_id: str
    url: str
    provider: str
    name: str
    account: str
    state: BucketState
    known_state: BucketState | None
    since: datetime | None
    known_at: datetime | None
    exists: Truth
    account_exists: Truth
    listable: Truth
    readable: Truth
    known_key_readable: Truth
    acl_readable: Truth
    versions_visible: Truth
    requester_pays: Truth
    public_access_blocked: Truth
    disabled: Truth
    website: Truth
    website_url: str
    rights: tuple[str, ...]
    region: str
    endpoint: str
    account_id: str
    owner_id: str
    tenant_id: str
    found_by: FoundBy
    score: int
    reasons: tuple[str, ...]
    letters: int
    findings: int
    first_seen: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class MetBucket:
    """A bucket whose address stands in what was crawled; see the view `buckets_met`.

    Attributes:
        objects: objects in it that were named.
        with_credential: addresses that carried a signature or token.
        pages: how many it was met in; `parent` is the latest.
        state, score: None where it was never asked about.
    """

    bucket_id: str
    url: str
    provider: str
    name: str
    account: str
    objects: int
    with_credential: int
    met_in: tuple[str, ...]
    pages: int
    parent: str | None = field(repr=False)
    first_seen: datetime
    last_seen: datetime
    state: BucketState | None
    score: int | None


@dataclass(frozen=True, slots=True)
class SweepSummary:
    """What one sweep came to: what an exit code and a last line need.

    Attributes:
        findings: of the findings that this sweep has an answer for and nobody has settled, how many stood in each state
            after it, for who has heard only what was told (`told.mark_told`): news that was never told counts as such
            again, beside `UNKNOWN` or `GONE` where this sweep did not see it. Every state is there, with 0 if need be.
        settled: findings with an answer that a person has put aside.
        documents: documents fetched and judged.
        verdicts: of these and of `unchanged`, how many per verdict.
        skips: places not looked at, per reason.
        units: units per state.
        buckets: buckets asked about, per state (view `bucket_history`).
        names: how the search for names went, per provider.
        reach: how far it saw.
        severities: of the findings that are new, open or reappeared, how many of which severity.
        unchanged: places that hold what they held when they were read last; not fetched, or the same bytes again.
    """

    sweep_id: str
    kind: SweepKind
    state: SweepState
    started_at: datetime
    ended_at: datetime | None
    findings: Mapping[FindingState, int]
    settled: int
    documents: int
    verdicts: Mapping[Verdict, int]
    skips: Mapping[SkipReason, int]
    units: Mapping[UnitState, int]
    buckets: Mapping[BucketState, int]
    names: tuple[NameSearchReach, ...]
    reach: ReachTold = field(default_factory=ReachTold)
    severities: Mapping[FindingState, Mapping[Severity, int]] = field(default_factory=dict)
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class ExposedLetter:
    """A letter that lies open; see the view `letters_exposed`."""

    letter_id: str
    places: int
    places_unknown: int
    hosts: tuple[str, ...]
    suppliers: tuple[str, ...]
    is_certain: bool
    largest_share: float
    first_seen: datetime
    last_seen: datetime
    severity: Severity
    persons: int
    categories: tuple[str, ...]
    incident_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnitReach:
    """What a sweep looked at, skipped and never got to in one unit; see the view `reach`.

    Attributes:
        entries: places met; None for a sweep of an older Stray.
        limits: those that cut it short, with the places that were left.
    """

    sweep_id: str
    unit_id: str
    kind: str
    start_url: str
    host: str
    supplier: str | None
    state: UnitState
    requests: int
    bytes: int
    documents: int
    undetermined: int
    not_selected: int
    names: int
    names_unknown: int
    skipped: int
    skipped_by_reason: Mapping[SkipReason, int]
    entries: int | None = None
    unchanged: int = 0
    limits: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DocumentToLookAt:
    """A document with too little text to judge; see the view `to_look_at`."""

    url: str = field(repr=False)
    member: str = field(repr=False)
    fetched_at: datetime
    media_type: str
    size: int
    sha256: str
    reasons: tuple[str, ...]
    sweep_id: str
