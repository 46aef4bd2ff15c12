"""Findings to show, with places that name a patient and try to steer a terminal."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from findings.records import FindingState, TriageDecision
from findings.results import FindingRow
from matchers.verdicts import Verdict

SEEN = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
# A name that could be a patient's; then an ANSI colour, a right-to-left override, rich's markup and a bell.
HOSTILE = "Planted-Jane\x1b[31m\u202efdp.[bold]x[/bold]\x07\u2028"


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
    )
