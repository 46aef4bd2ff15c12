"""Which findings a filter means, and the order in which they come."""

from __future__ import annotations

from datetime import timedelta

import pytest

from documents.records import Skipped, SkipReason
from findings.chosen import Chosen
from findings.query import findings
from findings.records import FindingState, TriageDecision
from findings.results import TriageEvent
from matchers.verdicts import Judgement, Verdict
from tests.findings.conftest import HOST, START, Estate, letter, set_triage


@pytest.fixture
def varied(estate: Estate) -> Estate:
    """a.pdf gone; b.pdf put aside; c.pdf a shared passage; d.pdf new; t.pdf a template; r.pdf gone and back."""
    first = [(estate.document(f"/1/{name}.pdf"), letter(f"L-{name}")) for name in "abr"]
    passage = letter("L-c", Verdict.SHARED_PASSAGE)
    lasting = [
        (estate.document("/1/b.pdf"), letter("L-b")),
        (estate.document("/1/c.pdf"), passage),
        (estate.document("/1/t.pdf"), Judgement(Verdict.SAME_TEMPLATE, (), ())),
    ]
    estate.sweep(*first, *lasting[1:])
    for _ in range(2):
        estate.sweep(*(Skipped(f"{HOST}/1/{name}.pdf", SkipReason.NOT_FOUND) for name in "ar"), *lasting)
    news = [(estate.document(f"/1/{name}.pdf"), letter(f"L-{name}")) for name in "dr"]
    estate.sweep(*news, *lasting, Skipped(f"{HOST}/1/a.pdf", SkipReason.NOT_FOUND))
    aside = next(row for row in findings(estate.database, Chosen()) if row.letter_id == "L-b")
    event = TriageEvent(TriageDecision.FALSE_POSITIVE, "", "J. Example", estate.now + timedelta(hours=2))
    set_triage(estate.database, aside.finding_id, event)
    return estate


def names(estate: Estate, chosen: Chosen) -> str:
    return "".join(row.url[-5] for row in findings(estate.database, chosen))


def test_what_is_chosen_comes_worst_first(varied: Estate) -> None:
    assert names(varied, Chosen()) == "rdct", "back again, new, then by verdict"
    assert names(varied, Chosen(everything=True)) == "rdctab", "gone behind, put aside last"


CASES = [
    (Chosen(states=frozenset({FindingState.NEW})), "d"),
    (Chosen(states=frozenset({FindingState.GONE, FindingState.NEW})), "da"),
    (Chosen(states=frozenset({FindingState.OPEN})), "ctb"),
    (Chosen(triage=frozenset({TriageDecision.FALSE_POSITIVE})), "b"),
    (Chosen(triage=frozenset({TriageDecision.TO_TRIAGE})), "rdcta"),
    (Chosen(verdicts=frozenset({Verdict.SHARED_PASSAGE, Verdict.SAME_TEMPLATE})), "ct"),
    (Chosen(letter_id="L-d"), "d"),
    (Chosen(letter_id="L-a"), ""),
    (Chosen(letter_id="L-a", everything=True), "a"),
    (Chosen(host="FILES.example.org", states=frozenset({FindingState.NEW})), "d"),
    (Chosen(host="files.example"), ""),
    (Chosen(supplier="example transcription LTD", letter_id="L-d"), "d"),
    (Chosen(supplier="another"), ""),
    (Chosen(since=START + timedelta(days=3, hours=12)), "rd"),
    (Chosen(since=START + timedelta(days=30)), ""),
]


def test_each_filter_chooses(varied: Estate) -> None:
    for chosen, expected in CASES:
        assert names(varied, chosen) == expected, chosen


HOSTILE = ["'; DROP TABLE findings; --", "%", "\udc80", "\x00", "\u202e", "x" * 1_000_000]


def test_text_of_a_filter_is_only_text(varied: Estate) -> None:
    for text in HOSTILE:
        for chosen in (Chosen(host=text), Chosen(supplier=text), Chosen(letter_id=text)):
            assert findings(varied.database, chosen) == ()
    assert names(varied, Chosen()) == "rdct"


def test_a_host_is_named_with_its_port_or_without(estate: Estate) -> None:
    condition, values = Chosen(host="h.example").condition()
    hosts = ["h.example", "h.example:8080", "H.example:8443", "h.example.org", "other"]
    given = ", ".join(f"('{host}', 'new', false)" for host in hosts)
    estate.sweep()
    told = f"SELECT host FROM (VALUES {given}) AS given(host, state, settled) WHERE {condition}"
    for value in values:
        told = told.replace("?", f"'{value}'", 1)
    assert {row[0] for row in estate.ask(told)} == {"h.example", "h.example:8080", "H.example:8443"}


def test_what_is_gone_and_closed_too_is_named_by_either(varied: Estate) -> None:
    gone = next(row for row in findings(varied.database, Chosen(letter_id="L-a", everything=True)))
    event = TriageEvent(TriageDecision.CLOSED, "", "J. Example", varied.now + timedelta(hours=3))
    set_triage(varied.database, gone.finding_id, event)
    assert names(varied, Chosen(states=frozenset({FindingState.GONE}))) == "a"
    assert names(varied, Chosen(triage=frozenset({TriageDecision.CLOSED}))) == "a"
    assert names(varied, Chosen(letter_id="L-a")) == "", "not to be acted on, and not named"
