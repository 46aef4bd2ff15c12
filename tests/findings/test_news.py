"""A finding is new once, and back once for each time that it had gone."""

from __future__ import annotations

from documents.records import Skipped, SkipReason
from findings.news import news_of, still_news
from findings.query import open_findings
from findings.records import FindingState, TriageDecision
from findings.results import TriageEvent
from findings.told import mark_told
from tests.findings.conftest import HOST, Estate, letter, set_triage

PLACE = "/1/a.pdf"


def sweep(estate: Estate, answer: str) -> str:
    """One sweep that was told."""
    if answer == "P":
        sweep_id = estate.sweep((estate.document(PLACE), letter()))
    else:
        sweep_id = estate.sweep(
            Skipped(f"{HOST}{PLACE}", {"G": SkipReason.NOT_FOUND}.get(answer, SkipReason.TIMED_OUT))
        )
    assert mark_told(estate.database, sweep_id)
    return sweep_id


def test_news_of_each_sweep(estate: Estate) -> None:
    told = []
    for answer in "PPGGPPGGUP":
        sweep_id = sweep(estate, answer)
        told.append([(each.event.value, each.key.split(":")[2]) for each in news_of(estate.database, sweep_id)])
    assert told == [[("new", "0")], [], [], [], [("reappeared", "1")], [], [], [], [], [("reappeared", "2")]]


def test_a_sweep_that_nobody_was_told_of_is_news_under_the_same_key(estate: Estate) -> None:
    first = estate.sweep((estate.document(PLACE), letter()))
    second = estate.sweep((estate.document(PLACE), letter()))
    keys = [[each.key for each in news_of(estate.database, sweep_id)] for sweep_id in (first, second)]
    assert keys[0] == keys[1]
    assert len(keys[0]) == 1


def test_what_failed_is_news_as_long_as_it_holds(estate: Estate) -> None:
    (news,) = news_of(estate.database, sweep(estate, "P"))
    keys = frozenset([news.key, "0" * 32 + ":new:0"])
    assert still_news(estate.database, keys) == (news,)
    assert still_news(estate.database, frozenset()) == ()
    sweep(estate, "G")
    assert still_news(estate.database, keys) == (news,)
    sweep(estate, "G")
    assert still_news(estate.database, keys) == ()  # gone
    sweep(estate, "P")
    assert still_news(estate.database, keys) == ()  # back, which is other news


def test_what_a_person_has_put_aside_is_no_news(estate: Estate) -> None:
    sweep_id = sweep(estate, "P")
    (row,) = open_findings(estate.database)
    event = TriageEvent(TriageDecision.FALSE_POSITIVE, "a leaflet", "J. Example", estate.now, None)
    set_triage(estate.database, row.finding_id, event)
    assert news_of(estate.database, sweep_id) == ()
    assert row.state is FindingState.NEW
