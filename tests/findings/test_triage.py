"""Decisions are added, never changed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from findings.errors import DatabaseMissingError, FindingUnknownError, TriageError, TriageOverlapError
from findings.query import finding, open_findings
from findings.records import Reopened, TriageDecision
from findings.results import TriageEvent
from findings.triage import NAME_MOST, NOTE_MOST, act, mark_of, new_act_id
from matchers.verdicts import Judgement, Verdict
from tests.findings.conftest import START, Estate, letter, set_triage

AT = datetime(2026, 3, 5, 12, tzinfo=UTC)
FAR = date(2999, 1, 1)
CONFIRMED = TriageEvent(TriageDecision.CONFIRMED, "", "J. Example", AT)


def test_every_decision_is_kept_and_the_latest_counts(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    finding_id = open_findings(estate.database)[0].finding_id
    events = [
        TriageEvent(TriageDecision.CONFIRMED, 'it\'s ours; "quoted"', "J. Example", AT),
        TriageEvent(
            TriageDecision.ACCEPTED_UNTIL, "the supplier moves", "A. Example", AT + timedelta(days=1), date(2036, 3, 31)
        ),
        TriageEvent(TriageDecision.REPORTED, "ticket 7", "J. Example", AT + timedelta(days=2)),
    ]
    for event in events:
        set_triage(estate.database, finding_id, event)
    detail = finding(estate.database, finding_id)
    assert detail.triage_events == tuple(events)
    assert detail.row.triage is TriageDecision.REPORTED


@pytest.mark.parametrize("finding_id", ["", "\udc80", "0" * 33])
def test_what_is_no_finding_is_not_decided(estate: Estate, finding_id: str) -> None:
    estate.sweep()
    with pytest.raises(FindingUnknownError):
        set_triage(estate.database, finding_id, TriageEvent(TriageDecision.CONFIRMED, "", "J. Example", AT))


def test_of_two_decisions_at_once_the_one_made_last_counts(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    finding_id = open_findings(estate.database)[0].finding_id
    for decision in (TriageDecision.CONFIRMED, TriageDecision.REPORTED):
        set_triage(estate.database, finding_id, TriageEvent(decision, "", "J. Example", AT))
    assert finding(estate.database, finding_id).row.triage is TriageDecision.REPORTED


@pytest.mark.parametrize(
    "event",
    [
        TriageEvent(TriageDecision.ACCEPTED_UNTIL, "why", "J. Example", AT),
        TriageEvent(TriageDecision.ACCEPTED_UNTIL, " ", "J. Example", AT, date(2036, 4, 1)),
        TriageEvent(None, " ", "J. Example", AT),
        TriageEvent(None, "", "J. Example", AT, due=date(2026, 4, 1), without_due=True),
        TriageEvent(None, "x" * (NOTE_MOST + 1), "J. Example", AT),
        TriageEvent(None, "", "J. Example", AT, assigned_to="x" * (NAME_MOST + 1)),
        TriageEvent(TriageDecision.TO_TRIAGE, "", "J. Example", AT, reopened=Reopened.EXPIRED),
        TriageEvent(TriageDecision.CLOSED, "", "J. Example", AT, date(2026, 4, 1)),
        TriageEvent(TriageDecision.CLOSED, "", "  ", AT),
        TriageEvent(TriageDecision.CLOSED, "", "J. Example", AT.replace(tzinfo=None)),
    ],
)
def test_a_decision_that_does_not_hold_together_is_refused(estate: Estate, event: TriageEvent) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    with pytest.raises(TriageError):
        set_triage(estate.database, open_findings(estate.database)[0].finding_id, event)
    assert estate.ask("SELECT count(*) FROM triage_events") == [(0,)]


def test_a_decision_needs_a_finding(estate: Estate, tmp_path: Path) -> None:
    event = TriageEvent(TriageDecision.CONFIRMED, "", "J. Example", AT)
    with pytest.raises(DatabaseMissingError):
        set_triage(tmp_path / "none.duckdb", "00", event)
    estate.sweep()
    with pytest.raises(FindingUnknownError):
        set_triage(estate.database, "00", event)


def first_id(estate: Estate) -> str:
    return str(estate.ask("SELECT finding_id FROM findings ORDER BY finding_id LIMIT 1")[0][0])


def standing(estate: Estate, columns: str) -> list[tuple[object, ...]]:
    return estate.ask(f"SELECT {columns} FROM triage_standing")


def test_notes_assignments_and_due_days_stand_beside_the_decision(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    finding_id = first_id(estate)
    set_triage(estate.database, finding_id, replace(CONFIRMED, assigned_to="B. Example", due=date(2026, 3, 9)))
    set_triage(estate.database, finding_id, TriageEvent(None, "rang the supplier", "J. Example", AT))
    row = finding(estate.database, finding_id).row
    assert (row.triage, row.assigned_to, row.due) == (TriageDecision.CONFIRMED, "B. Example", date(2026, 3, 9))
    set_triage(estate.database, finding_id, TriageEvent(None, "", "J. Example", AT, assigned_to=" ", without_due=True))
    detail = finding(estate.database, finding_id)
    assert (detail.row.triage, detail.row.assigned_to, detail.row.due) == (TriageDecision.CONFIRMED, None, None)
    assert [event.note for event in detail.triage_events] == ["", "rang the supplier", ""]
    assert [event.verdict for event in detail.triage_events] == [Verdict.KNOWN_LETTER] * 3
    assert standing(estate, "latest_event = 3, events") == [(True, 3)]


def test_an_act_on_many_is_on_all_or_none(estate: Estate) -> None:
    estate.sweep(*((estate.document(f"/1/{name}.pdf"), letter()) for name in "abc"))
    ids = [row.finding_id for row in open_findings(estate.database)]
    with pytest.raises(FindingUnknownError):
        act(estate.database, [*ids, "00"], CONFIRMED)
    assert estate.ask("SELECT count(*) FROM triage_events") == [(0,)]
    recorded = act(estate.database, [*ids, ids[0]], CONFIRMED)
    assert recorded.findings == 3
    assert estate.ask("SELECT count(DISTINCT act_id), count(*) FROM triage_events") == [(1, 3)]
    with pytest.raises(TriageError, match="no finding is named"):
        act(estate.database, [], CONFIRMED)


def test_an_act_that_is_sent_twice_is_recorded_once(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    act_id, finding_id = new_act_id(), first_id(estate)
    assert [act(estate.database, [finding_id], CONFIRMED, act_id=act_id).repeated for _ in range(2)] == [False, True]
    assert estate.ask("SELECT act_id FROM triage_events") == [(act_id,)]


def test_an_id_that_stands_for_another_act_records_nothing_and_says_so(estate: Estate) -> None:
    estate.sweep(*((estate.document(f"/1/{name}.pdf"), letter()) for name in "ab"))
    act_id = new_act_id()
    ids = [row.finding_id for row in open_findings(estate.database)]
    act(estate.database, ids[:1], CONFIRMED, act_id=act_id)
    assert act(estate.database, ids[:1], replace(CONFIRMED, decided_at=AT + timedelta(hours=1)), act_id=act_id).repeated
    others = [
        (ids[:1], replace(CONFIRMED, decision=TriageDecision.CLOSED)),
        (ids[:1], replace(CONFIRMED, note="another")),
        (ids[:1], replace(CONFIRMED, due=date(2026, 4, 1))),
        (ids[1:], CONFIRMED),
        (ids, CONFIRMED),
    ]
    for finding_ids, event in others:
        with pytest.raises(TriageOverlapError):
            act(estate.database, finding_ids, event, act_id=act_id)
    assert estate.ask("SELECT count(*) FROM triage_events") == [(1,)]


def test_of_two_who_decide_at_once_the_second_is_told(estate: Estate) -> None:
    estate.sweep(*((estate.document(f"/1/{name}.pdf"), letter()) for name in "ab"))
    rows = open_findings(estate.database)
    marks = {row.finding_id: mark_of(row) for row in rows}
    act(estate.database, [rows[0].finding_id], CONFIRMED, marks={rows[0].finding_id: marks[rows[0].finding_id]})
    later = replace(CONFIRMED, decision=TriageDecision.FALSE_POSITIVE, decided_by="B. Example")
    with pytest.raises(TriageOverlapError) as raised:
        act(estate.database, list(marks), later, marks=marks)
    assert raised.value.finding_ids == (rows[0].finding_id,)
    assert estate.ask("SELECT decision FROM triage_events") == [("confirmed",)], "on the other one neither"


def test_a_sweep_that_sees_the_same_changes_no_mark_and_one_that_sees_else_does(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    marks = [mark_of(open_findings(estate.database)[0])]
    for content in (b"bytes", b"others"):
        estate.sweep((estate.document("/1/a.pdf", content), letter()))
        marks.append(mark_of(open_findings(estate.database)[0]))
    assert marks[0] == marks[1] != marks[2]


def reopening(
    estate: Estate, decision: TriageDecision, before: Judgement, *later: tuple[bytes, Judgement], until: date = FAR
) -> list[tuple[object, ...]]:
    """A decision on what one sweep saw, then further sweeps; what stands afterwards."""
    estate.sweep((estate.document("/1/a.pdf"), before))
    day = until if decision is TriageDecision.ACCEPTED_UNTIL else None
    at = estate.now + timedelta(hours=2)
    set_triage(estate.database, first_id(estate), TriageEvent(decision, "why", "J. Example", at, day))
    for content, judgement in later:
        estate.sweep((estate.document("/1/a.pdf", content), judgement))
    return standing(estate, "triage, reopened")


SHARED = letter(verdict=Verdict.SHARED_PASSAGE)
ACCEPTED, FALSE_POSITIVE = TriageDecision.ACCEPTED_UNTIL, TriageDecision.FALSE_POSITIVE


@pytest.mark.parametrize(
    ("decision", "later", "reopened"),
    [
        (ACCEPTED, [(b"bytes", SHARED)], None),
        (ACCEPTED, [(b"others", SHARED)], "content_changed"),
        (ACCEPTED, [(b"others", SHARED), (b"bytes", SHARED)], "content_changed"),  # changed back: it stays open
        (ACCEPTED, [(b"bytes", letter())], "stronger_verdict"),
        (FALSE_POSITIVE, [(b"others", SHARED)], None),
        (FALSE_POSITIVE, [(b"others", letter())], "stronger_verdict"),
        (TriageDecision.CONFIRMED, [(b"others", letter())], None),
        (TriageDecision.REPORTED, [(b"others", letter())], None),
        (TriageDecision.CLOSED, [(b"bytes", SHARED)], "seen_again"),
        (TriageDecision.TAKEN_DOWN, [(b"bytes", SHARED)], "seen_again"),
    ],
)
def test_each_sweep_looks_again_at_what_was_decided(
    estate: Estate, decision: TriageDecision, later: list[tuple[bytes, Judgement]], reopened: str | None
) -> None:
    expected = (decision.value, None) if reopened is None else ("to_triage", reopened)
    assert reopening(estate, decision, SHARED, *later) == [expected]
    events = estate.ask("SELECT decision, decided_by, reopened FROM triage_events ORDER BY event_number")
    assert events == [(decision.value, "J. Example", None), ("to_triage", "stray", reopened)][: 2 if reopened else 1]


@pytest.mark.parametrize("decided", [datetime(2999, 1, 1, tzinfo=UTC), START - timedelta(days=30, hours=-20)])
def test_under_a_wrong_clock_what_is_seen_after_it_was_closed_is_open_again(estate: Estate, decided: datetime) -> None:
    """A clock that ran ahead when it was closed, or one that was set back by a month for the decision and the sweep."""
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    set_triage(estate.database, first_id(estate), TriageEvent(TriageDecision.CLOSED, "", "J. Example", decided))
    if decided < START:
        estate.days -= 30
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    assert standing(estate, "triage, reopened") == [("to_triage", "seen_again")]


def test_more_of_the_letter_is_a_stronger_verdict(estate: Estate) -> None:
    more = replace(letter(), letters=(replace(letter().letters[0], containment=0.85),))
    assert reopening(estate, FALSE_POSITIVE, letter(), (b"others", more)) == [("to_triage", "stronger_verdict")]


def test_a_decision_after_a_reopening_holds(estate: Estate) -> None:
    assert reopening(estate, ACCEPTED, SHARED, (b"others", SHARED)) == [("to_triage", "content_changed")]
    set_triage(estate.database, first_id(estate), TriageEvent(ACCEPTED, "still", "J. Example", estate.now, FAR))
    estate.sweep((estate.document("/1/a.pdf", b"others"), SHARED))
    assert standing(estate, "triage, reopened, note") == [("accepted_until", None, "still")]


def test_an_acceptance_that_ends_is_reopened_on_record_by_the_next_sweep_once(estate: Estate) -> None:
    until = (START + timedelta(days=3)).date()
    assert reopening(estate, ACCEPTED, SHARED, until=until) == [("to_triage", "expired")]  # long past, today
    for day in range(2, 6):
        estate.sweep()
        assert standing(estate, "reopened_at IS NOT NULL") == [(day > 3,)]
    assert estate.ask("SELECT count(*) FROM triage_events") == [(2,)]


def test_a_clock_that_was_set_back_does_not_undo_the_latest_decision(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    for decision, at in ((TriageDecision.CONFIRMED, AT), (TriageDecision.CLOSED, START - timedelta(days=400))):
        set_triage(estate.database, first_id(estate), TriageEvent(decision, "", "J. Example", at))
    assert standing(estate, "triage") == [("closed",)], "recorded last, though before it was seen, by the clock"


@pytest.mark.parametrize("note", ["'; DROP TABLE findings; --", "\x1b[2J\u202e<script>", "a\udc80b", "x" * 1_000_000])
def test_a_note_is_kept_as_it_is(estate: Estate, note: str) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    set_triage(estate.database, first_id(estate), replace(CONFIRMED, note=note, assigned_to=note[:50]))
    event = finding(estate.database, first_id(estate)).triage_events[0]
    assert event.note == note.replace("\udc80", "\\udc80")
    assert len(estate.ask("SELECT * FROM findings")) == 1


_DECIDES = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from findings.records import TriageDecision
from findings.results import TriageEvent
from findings.triage import act
for number in range(1000):
    event = TriageEvent(TriageDecision.CONFIRMED, str(number), "J. Example", datetime.now(UTC))
    act(Path(sys.argv[1]), sys.argv[2:], event)
    print(number, flush=True)
"""


def test_killed_at_any_moment_each_act_is_whole_and_what_was_acknowledged_is_there(estate: Estate) -> None:
    estate.sweep(*((estate.document(f"/1/{name}.pdf"), letter()) for name in "abcd"))
    ids = [row.finding_id for row in open_findings(estate.database)]
    acknowledged = 0
    for rounds in range(1, 4):
        command = [sys.executable, "-c", _DECIDES, str(estate.database), *ids]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as deciding:
            assert deciding.stdout is not None
            for _ in range(2 * rounds):
                deciding.stdout.readline()
            deciding.kill()
            acknowledged += 2 * rounds + len(deciding.stdout.read().splitlines())
        acts = estate.ask("SELECT count(DISTINCT finding_id), count(*) FROM triage_events GROUP BY act_id")
        assert set(acts) == {(4, 4)}
        assert acknowledged <= len(acts) <= acknowledged + rounds
    assert open_findings(estate.database)[0].triage is TriageDecision.CONFIRMED
