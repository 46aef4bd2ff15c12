"""Findings to show, with places that name a patient and try to steer a terminal."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from documents.buckets import BucketAccess, FoundBy
from documents.exposure import IndexBasis, TlsState, Transport, Truth
from documents.records import SkipReason
from findings.chosen import Chosen
from findings.records import (
    BucketState,
    FindingState,
    Presence,
    Severity,
    SweepKind,
    SweepState,
    TriageDecision,
    UnitState,
)
from findings.report_facts import ReportedFinding, ReportFacts, SweepFacts
from findings.results import BucketStanding, FindingExposure, FindingRow, MetBucket, UnitReach
from matchers.verdicts import AnchorState, Verdict
from reports.overview import VERDICTS

SEEN = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
# A name that could be a patient's; then an ANSI colour, a right-to-left override, rich's markup and a bell.
HOSTILE = "Planted-Jane\x1b[31m\u202efdp.[bold]x[/bold]\x07\u2028"

_NOTHING = BucketAccess("http://h/b/", "s3", "b")


@pytest.fixture
def row() -> FindingRow:
    return FindingRow(
        finding_id="0123456789abcdef0123456789abcdef",
        state=FindingState.NEW,
        triage=TriageDecision.TO_TRIAGE,
        settled=False,
        verdict=Verdict.KNOWN_LETTER,
        letter_id="L-41",
        url=f"http://files.example.org:8080/letters/2026/{HOSTILE}.pdf?user=Planted-Jane",
        member=f"bundle.zip!/{HOSTILE}.pdf",
        host="files.example.org:8080",
        tier="processor",
        supplier="Example Transcription Ltd",
        containment=0.999,
        coverage=0.5,
        evidence=312.0,
        first_seen=SEEN,
        last_seen=SEEN.replace(day=9),
        answered_at=SEEN.replace(day=9),
        basis="matched",
        history="PP",
        sha256="ab" * 32,
        size=12345,
        media_type="application/pdf",
        server_modified=None,
        unit_id="open_directory-0001",
        first_sweep="20260301T083000Z-00000000",
        last_sweep="20260309T083000Z-00000000",
        incident_id="5f" * 12,
    )


@pytest.fixture
def bucket() -> BucketStanding:
    truths = {name: Truth.UNKNOWN for name in BucketAccess.__slots__ if isinstance(getattr(_NOTHING, name), Truth)}
    return BucketStanding(
        bucket_id="s3/aws/letters",
        url="https://s3.eu-west-2.amazonaws.com/letters/",
        provider="s3",
        name="letters",
        account="",
        state=BucketState.UNKNOWN,
        known_state=BucketState.LISTABLE,
        since=SEEN,
        known_at=SEEN.replace(day=9),
        **truths | {"versions_visible": Truth.YES},
        website_url="",
        rights=("s3:ListBucket",),
        region="eu-west-2\x1b[31m",
        endpoint="https://s3.eu-west-2.amazonaws.com",
        account_id="",
        owner_id="",
        tenant_id="",
        found_by=FoundBy.SEARCH,
        score=40,
        reasons=("known_letters", "name_has_keyword"),
        letters=3,
        findings=4,
        first_seen=SEEN,
        seen_at=SEEN.replace(day=9),
    )


@pytest.fixture
def met_bucket() -> MetBucket:
    return MetBucket(
        bucket_id="s3/aws/letters",
        url="https://s3.eu-west-2.amazonaws.com/letters/",
        provider="s3",
        name="letters",
        account="",
        objects=2,
        with_credential=1,
        met_in=("html", "script"),
        pages=1,
        parent=f"http://www.example.org/{HOSTILE}.html",
        first_seen=SEEN,
        last_seen=SEEN,
        state=None,
        score=None,
    )


WAY = FindingExposure(
    fetched_at=SEEN,
    transport=Transport.HTTP,
    tls=TlsState.NONE,
    auth_above=Truth.NO,
    listed=Truth.YES,
    folder_listed=Truth.YES,
    indexable=Truth.YES,
    index_basis=IndexBasis.NOTHING_FORBIDS,
    robots_disallow=Truth.NO,
    parent=f"http://files.example.org:8080/letters/{HOSTILE}/",
    reached_by=("http://files.example.org:8080/", f"http://files.example.org:8080/letters/{HOSTILE}/"),
    found_as=None,
    requested_url=f"http://files.example.org:8080/go/{HOSTILE}",
    server="nginx",
    etag=None,
    server_modified=None,
    size=12345,
    is_current=Truth.UNKNOWN,
)


# The same without a name: what suppliers and reasons may hold is shown as it is, and must not steer either.
STEERING = HOSTILE.replace("Planted-Jane", "Sons")


def many(row: FindingRow) -> tuple[ReportedFinding, ...]:
    """One finding for each way that state, decision and verdict can stand; texts from outside are hostile."""
    found = []
    ways = itertools.product(FindingState, TriageDecision, VERDICTS)
    for number, (state, triage, verdict) in enumerate(ways):
        known = verdict is not Verdict.SAME_TEMPLATE
        changed = replace(
            row,
            finding_id=f"{number:032x}",
            state=state,
            triage=triage,
            settled=triage in SETTLED,
            verdict=verdict,
            severity=list(Severity)[number % len(Severity)],
            severity_reasons=(f"known letter {STEERING}",),
            categories=("fertility",),
            persons=1,
            incident_id=f"{number % 7:012x}",
            letter_id=f"L-{number % 11}" if known else None,
            containment=0.5 if known else None,
            coverage=0.5 if known else None,
            evidence=312.0 if known else None,
            url=row.url.replace("/2026/", f"/2026/{number}/"),
            host=("files.example.org:8080", "www.example.org")[number % 2],
            tier=("processor", "own")[number % 2],
            supplier=(f"=1+1</script><img src=x>{STEERING}", None)[number % 2],
            history={FindingState.GONE: "PGG", FindingState.UNKNOWN: "PU"}.get(state, "PP"),
            basis="timed_out" if state is FindingState.UNKNOWN else "matched",
            assigned_to=("J. Example", None)[number % 2],
            due=date(2026, 3, 5 + number % 9) if number % 3 else None,
        )
        ended = SEEN.replace(day=20) if state is FindingState.GONE else None
        found.append(
            ReportedFinding(
                changed, WAY, "open_directory", ("312 distinctive characters",), {"nhs_number": AnchorState.AGREE},
                2.5, frozenset({f"p{number % 5}"}), ended, "not_found" if ended else None,
            )
        )  # fmt: skip
    return tuple(found)


SETTLED = (TriageDecision.FALSE_POSITIVE, TriageDecision.ACCEPTED_UNTIL, TriageDecision.CLOSED)


def swept(number: int, **changes: Any) -> SweepFacts:
    """The sweep of one day."""
    day = SEEN + timedelta(days=7 * number)
    sweep_id = f"{day:%Y%m%dT%H%M%SZ}-{number:08x}"
    told = SweepFacts(
        sweep_id, SweepKind.SWEEP, SweepState.FINISHED, day, day + timedelta(hours=1), "Example Hospital",
        "IG-2026-014", "0.1.0", 120, 3, 4, 5, 2, 0,
    )  # fmt: skip
    return replace(told, **changes)


def unit_reach(host: str = "files.example.org:8080", **changes: Any) -> UnitReach:
    """What the latest sweep saw of one target."""
    told = UnitReach(
        sweep_id="s", unit_id="u", kind="open_directory", start_url=f"http://{host}/letters/{HOSTILE}/", host=host,
        supplier="Example Transcription Ltd", state=UnitState.FINISHED, requests=130, bytes=9999, documents=120,
        undetermined=3, not_selected=5, names=0, names_unknown=0, skipped=9,
        skipped_by_reason={SkipReason.ENCRYPTED: 4, SkipReason.NOT_FOUND: 5},
    )  # fmt: skip
    return replace(told, **changes)


def facts_of(findings: Sequence[ReportedFinding], chosen: Chosen | None = None) -> ReportFacts:
    """All that a report is made of, with three sweeps behind it."""
    sweeps = tuple(swept(number) for number in range(3))
    answers = {sweep.sweep_id: {Presence.PRESENT: len(findings), Presence.UNKNOWN: 1} for sweep in sweeps}
    standing: dict[tuple[FindingState, bool], int] = Counter((each.row.state, each.row.settled) for each in findings)
    reach = (unit_reach(), unit_reach("www.example.org", state=UnitState.INTERRUPTED))
    return ReportFacts(chosen or Chosen(), tuple(findings), standing, sweeps, answers if findings else {}, reach)
