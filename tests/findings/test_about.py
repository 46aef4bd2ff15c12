"""What is known of an address, a letter, a digest, a finding or an incident."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from documents.records import Skipped, SkipReason
from findings.about import about
from findings.chosen import Chosen
from findings.errors import DatabaseMissingError
from findings.query import findings
from findings.records import FindingState, TriageDecision
from findings.results import TriageEvent
from tests.findings.conftest import HOST, Estate, letter, set_triage


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Estate:
    """Letter L-1 at two places, one of them gone; L-2 beside it."""
    estate = Estate(tmp_path_factory.mktemp("about") / "findings.duckdb")
    lasting = ((estate.document("/1/x/a.pdf", b"one"), letter("L-1")), (estate.document("/1/x/b.pdf"), letter("L-2")))
    estate.sweep(*lasting, (estate.document("/1/y/a.pdf", b"one"), letter("L-1")))
    for _ in range(2):
        estate.sweep(*lasting, Skipped(f"{HOST}/1/y/a.pdf", SkipReason.NOT_FOUND))
    event = TriageEvent(TriageDecision.CONFIRMED, "", "J. Example", estate.now + timedelta(hours=2))
    first = next(row for row in findings(estate.database, Chosen(letter_id="L-1")))
    set_triage(estate.database, first.finding_id, event)
    return estate


def test_an_address_with_all_that_happened_to_it(told: Estate) -> None:
    for spelling in (f"{HOST}/1/y/a.pdf", "HTTP://Files.Example.org:80/1/y/a.pdf#top", f"  {HOST}/1/y/a.pdf\n"):
        known = about(told.database, spelling)
        assert known.subjects == ("address",)
        assert [(row.letter_id, row.state) for row in known.findings] == [("L-1", FindingState.GONE)]
        what = [each.what for each in known.happenings]
        assert (what.count("fetched"), what.count("skipped"), what.count("present"), what.count("gone")) == (1, 2, 1, 2)
        assert known.happenings == tuple(sorted(known.happenings, key=lambda each: (each.moment, each.what)))
        assert known.swept is not None
        assert known.swept.startswith("targets on its host: 1, swept last at 2026-03-")
        assert "y/a.pdf" not in repr(known)


def test_an_address_that_nobody_met_says_whether_its_host_was_swept(told: Estate) -> None:
    near = about(told.database, f"{HOST}/1/never.pdf")
    assert (near.subjects, near.findings, near.happenings) == ((), (), ())
    assert "swept last" in (near.swept or "")
    assert about(told.database, "https://elsewhere.example/a").swept == "its host has not been swept as a target"


def test_a_letter_everywhere_gone_places_too(told: Estate) -> None:
    known = about(told.database, "L-1")
    assert known.subjects == ("letter",)
    assert [row.state for row in known.findings] == [FindingState.OPEN, FindingState.GONE]
    assert [each.answer for each in known.happenings if each.what == "decided"] == ["confirmed"]


def test_ids_and_digests_by_their_beginning(told: Estate) -> None:
    row = findings(told.database, Chosen(letter_id="L-1"))[0]
    assert row.incident_id is not None
    by_finding = about(told.database, row.finding_id[:10].upper())
    assert (by_finding.subjects, by_finding.findings) == (("finding",), (row,))
    by_incident = about(told.database, row.incident_id)
    assert by_incident.subjects == ("incident",)
    assert {each.letter_id for each in by_incident.findings} == {"L-1", "L-2"}
    by_content = about(told.database, row.sha256)
    assert by_content.subjects == ("content",)
    assert len(by_content.findings) == 2
    assert [each.what for each in by_content.happenings].count("fetched") == 4


@pytest.mark.parametrize(
    "odd", ["", "%", "ab", "'; DROP TABLE findings; --", "\udc80", "://", "http://[", "\x00", "x" * 1_000_000, "\u202e"]
)
def test_what_is_nothing_we_know_is_told_as_that(odd: str, told: Estate) -> None:
    known = about(told.database, odd)
    assert (known.subjects, known.findings, known.happenings) == ((), (), ())


def test_a_missing_database_is_said(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissingError):
        about(tmp_path / "none.duckdb", "L-1")
