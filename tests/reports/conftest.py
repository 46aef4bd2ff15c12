"""Findings to show, with places that name a patient and try to steer a terminal."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from documents.buckets import BucketAccess, FoundBy
from documents.exposure import Truth
from findings.records import BucketState, FindingState, TriageDecision
from findings.results import BucketStanding, FindingRow, MetBucket
from matchers.verdicts import Verdict

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
