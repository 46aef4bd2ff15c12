"""When a takedown is looked at again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from findings.due import LOOKED_AT_AGAIN, looks_due, next_look
from findings.records import TriageDecision
from findings.results import TriageEvent
from tests.findings.conftest import START, Estate, letter, set_triage


@pytest.mark.parametrize(
    ("answered", "expected"),
    [
        (timedelta(0), timedelta(hours=1)),
        (timedelta(hours=1), timedelta(hours=6)),
        (timedelta(hours=2), timedelta(hours=6)),
        (timedelta(days=8), timedelta(days=30)),
        (timedelta(days=90), None),
    ],
)
def test_the_next_look_is_the_first_that_no_answer_came_after(answered: timedelta, expected: timedelta | None) -> None:
    assert next_look(START, START + answered) == (START + expected if expected else None)


def test_looks_that_were_missed_are_made_good_by_one() -> None:
    late = START + timedelta(days=5)
    assert next_look(START, START) == START + LOOKED_AT_AGAIN[0]
    assert next_look(START, late) == START + timedelta(days=7)


def test_only_what_was_reported_or_taken_down_is_looked_at_again(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()), (estate.document("/1/b.pdf"), letter("L-42")))
    ids = [str(row[0]) for row in estate.ask("SELECT finding_id FROM findings ORDER BY url")]
    assert looks_due(estate.database) == ()
    since = estate.now + timedelta(hours=2)
    set_triage(estate.database, ids[0], TriageEvent(TriageDecision.TAKEN_DOWN, "asked", "j.example", since))
    set_triage(estate.database, ids[1], TriageEvent(TriageDecision.CONFIRMED, "", "j.example", since))
    (due,) = looks_due(estate.database)
    assert (due.finding_id, due.since, due.next_look) == (ids[0], since, since + timedelta(hours=1))
