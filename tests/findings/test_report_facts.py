"""What a report is made of, as the database has it."""

from __future__ import annotations

from datetime import timedelta

from documents.exposure import Exposure, Transport, Truth
from documents.records import Skipped, SkipReason
from findings.chosen import Chosen
from findings.database import open_writer
from findings.records import FindingState, Presence, TriageDecision
from findings.report_facts import report_facts
from findings.results import TriageEvent
from matchers.verdicts import AnchorState
from tests.findings.conftest import HOST, Estate, letter, set_triage

OPEN = "/1/open.pdf"
CLOSED = "/1/closed.pdf"


def sweeps(estate: Estate) -> list[str]:
    """One finding stays, one goes; a third place is never read."""
    way = Exposure(transport=Transport.HTTP, listed=Truth.YES)
    told = []
    for number in range(3):
        stays = (estate.document(OPEN, exposure=way), letter())
        goes = (estate.document(CLOSED), letter("L-42"))
        gone = Skipped(f"{HOST}{CLOSED}", SkipReason.NOT_FOUND)
        told.append(estate.sweep(stays, goes if number == 0 else gone, Skipped(f"{HOST}/1/z", SkipReason.ENCRYPTED)))
    return told


def test_findings_with_all_that_is_known_of_them(estate: Estate) -> None:
    ids = sweeps(estate)
    facts = report_facts(estate.database, Chosen(everything=True))
    stays, goes = sorted(facts.findings, key=lambda each: each.row.url, reverse=True)
    assert stays.exposure is not None
    assert (stays.exposure.transport, stays.exposure.listed) == (Transport.HTTP, Truth.YES)
    assert (stays.unit_kind, stays.anchors) == ("open_directory", {"nhs_number": AnchorState.AGREE})
    assert (stays.ended_at, stays.ended_basis) == (None, None)
    assert goes.row.state is FindingState.GONE
    assert goes.ended_at is not None
    assert goes.ended_at > goes.row.last_seen
    assert goes.ended_basis == "not_found"
    assert "Planted" not in repr(facts)
    assert facts.answers == {
        ids[0]: {Presence.PRESENT: 2},
        ids[1]: {Presence.PRESENT: 1, Presence.GONE: 1},
        ids[2]: {Presence.PRESENT: 1, Presence.GONE: 1},
    }


def test_standing_counts_all_whatever_is_listed(estate: Estate) -> None:
    sweeps(estate)
    (finding,) = report_facts(estate.database, Chosen()).findings
    set_triage(
        estate.database,
        finding.row.finding_id,
        TriageEvent(TriageDecision.FALSE_POSITIVE, "a leaflet", "J. Example", estate.now, None),
    )
    facts = report_facts(estate.database, Chosen())
    assert facts.findings == ()
    assert facts.standing == {(FindingState.OPEN, True): 1, (FindingState.GONE, False): 1}
    assert facts.answers == {}


def test_sweeps_say_what_they_read_and_what_they_did_not(estate: Estate) -> None:
    ids = sweeps(estate)
    facts = report_facts(estate.database, Chosen())
    assert [sweep.sweep_id for sweep in facts.sweeps] == ids
    assert [(each.documents, each.unseen, each.refused, each.units_unfinished) for each in facts.sweeps] == [
        (2, 1, 0, 0),
        (1, 1, 1, 0),
        (1, 1, 1, 0),
    ]
    assert [unit.sweep_id for unit in facts.reach] == [ids[-1]]
    assert facts.sweeps[0].organisation == "Example Hospital"


def test_there_may_be_no_sweep_yet(estate: Estate) -> None:
    estate.sweep()
    facts = report_facts(estate.database, Chosen())
    assert (facts.findings, facts.standing) == ((), {})
    assert len(facts.sweeps) == 1


def test_proof_that_was_destroyed_is_none(estate: Estate) -> None:
    sweeps(estate)
    (before,) = report_facts(estate.database, Chosen()).findings
    assert (before.sealed_id, before.sealed_at) == (None, None)
    with open_writer(estate.database) as connection:
        for number, destroyed in enumerate([None, estate.now]):
            connection.execute(
                "INSERT INTO sealed_evidence (evidence_id, event_number, fetched_at, captured_by, reason, sha256, "
                "sha1, size, sealed_sha256, sealed_size, recipients, destroyed_at) "
                "VALUES (?, ?, ?, 'J. Example', 'asked', 'ab', 'AB', 1, 'cd', 2, ['age1'], ?)",
                [f"E-{number}", number, estate.now + timedelta(hours=number), destroyed],
            )
            values = [f"E-{number}", before.row.finding_id]
            connection.execute("INSERT INTO sealed_findings (evidence_id, finding_id) VALUES (?, ?)", values)
    (after,) = report_facts(estate.database, Chosen()).findings
    assert (after.sealed_id, after.sealed_at) == ("E-0", estate.now)
