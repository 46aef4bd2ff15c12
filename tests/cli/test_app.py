"""The page over HTTP: next, decide, next; two tabs; a stale page; a held database; hostile text in every field."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from findings.chosen import Chosen
from findings.database import open_writer
from findings.query import finding, findings
from findings.records import TriageDecision
from findings.results import TriageEvent
from matchers.verdicts import Verdict
from tests.cli.page_session import Running, running
from tests.findings.conftest import Estate, letter, set_triage

NOW = datetime(2026, 3, 9, tzinfo=UTC)
HOSTILE = "\"'><script>alert(1)</script>{{7*7}}\x1b[2J\u202e\x00"
CONFIRMED = TriageEvent(TriageDecision.CONFIRMED, "", "B. Example", NOW)


@pytest.fixture(scope="module")
def swept_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with two known letters and a shared passage; tests take a copy."""
    estate = Estate(tmp_path_factory.mktemp("three") / "findings.duckdb")
    sure = [(estate.document(f"/1/Smith-Jane-{name}.pdf"), letter(f"L-{name}")) for name in "ab"]
    estate.sweep(*sure, (estate.document("/1/c.pdf"), letter("L-c", Verdict.SHARED_PASSAGE)))
    return estate.database.parent


@pytest.fixture
def three(swept_once: Path, tmp_path: Path) -> Estate:
    """Of the test's own, after one sweep."""
    folder = tmp_path / "swept"
    shutil.copytree(swept_once, folder)
    return Estate(folder / "findings.duckdb", days=1)


def ids(estate: Estate) -> list[str]:
    return [row.finding_id for row in findings(estate.database, Chosen(everything=True))]


def events(estate: Estate) -> list[tuple[object, ...]]:
    return estate.ask("SELECT decision, note, decided_by, valid_until FROM triage_events ORDER BY event_number")


def form_of(page: Running, finding_id: str) -> dict[str, str]:
    """The form of a finding as it is shown now."""
    shown = page.ask(f"{page.home}f/{finding_id}")
    assert shown.status == 200
    return {name: shown.hidden(name) for name in ("form_token", "act_id", "mark")}


def test_next_decide_next_until_none_waits(three: Estate) -> None:
    with running(three.database) as page:
        page.enter()
        assert "3 findings, 3 to decide on" in page.ask(page.home).text
        place = page.ask(f"{page.home}work").headers["location"]
        seen = []
        while place != page.home:
            seen.append(place.rpartition("/")[2])
            done = page.ask(place, {**form_of(page, seen[-1]), "decision": "false_positive", "note": "leaflet"})
            assert done.status == 303
            place = done.headers["location"]
        assert seen == ids(three)
        listed = page.ask(page.home).text
        assert "Recorded." in listed
        assert "Nothing to act on" in listed
    assert events(three) == [("false_positive", "leaflet", "J. Example", None)] * 3


def test_places_are_masked_and_history_is_told(three: Estate) -> None:
    first = ids(three)[0]
    set_triage(three.database, first, TriageEvent(TriageDecision.REPORTED, "told", "B. Example", NOW, assigned_to="C"))
    with running(three.database) as page:
        page.enter()
        text = page.ask(page.home).text + page.ask(f"{page.home}f/{first}").text
    assert "Smith" not in text
    assert "files.example.org" in text
    assert "B. Example" in text
    assert "reported, assigned to C" in text
    assert "312 distinctive characters" in text
    with running(three.database, reveal=True) as page:
        page.enter()
        revealed = page.ask(page.home).text
    assert "Smith-Jane-a.pdf" in revealed
    assert "places in clear" in revealed


def test_a_form_that_is_sent_twice_is_recorded_once(three: Estate) -> None:
    with running(three.database) as page:
        page.enter()
        first = ids(three)[0]
        form = {**form_of(page, first), "decision": "confirmed"}
        assert [page.ask(f"{page.home}f/{first}", form).status for _ in range(2)] == [303, 303]
    assert len(events(three)) == 1


def test_a_form_that_comes_back_changed_is_not_said_to_be_recorded(three: Estate) -> None:
    with running(three.database) as page:
        page.enter()
        first, second, _ = ids(three)
        form = {**form_of(page, first), "decision": "false_positive"}
        assert page.ask(f"{page.home}f/{first}", form).status == 303
        back = page.ask(f"{page.home}f/{first}", {**form, "decision": "confirmed"})
        other = page.ask(f"{page.home}f/{second}", {**form, "decision": "closed", "mark": ""})
        assert (back.status, other.status) == (409, 409)
        assert "Recorded. " + first[:8] + ": confirmed" not in back.text + page.ask(page.home).text
    assert [event[0] for event in events(three)] == ["false_positive"]


def test_of_two_tabs_the_second_is_told_and_keeps_its_note(three: Estate) -> None:
    with running(three.database) as page:
        page.enter()
        first = ids(three)[0]
        tabs = [form_of(page, first) for _ in range(2)]
        path = f"{page.home}f/{first}"
        assert page.ask(path, {**tabs[0], "decision": "confirmed"}).status == 303
        second = page.ask(path, {**tabs[1], "decision": "false_positive", "note": "a long thought"})
        assert second.status == 409
        assert "It changed after you saw it" in second.text
        assert "a long thought" in second.text
        assert len(events(three)) == 1
        again = {name: second.hidden(name) for name in ("form_token", "act_id", "mark")}
        assert page.ask(path, {**again, "decision": "false_positive"}).status == 303
    assert [event[0] for event in events(three)] == ["confirmed", "false_positive"]


def test_a_page_that_a_sweep_made_stale_decides_nothing(three: Estate) -> None:
    with running(three.database) as page:
        page.enter()
        stale = {name: form_of(page, name) for name in ids(three)}
        three.sweep((three.document("/1/Smith-Jane-a.pdf", b"others"), letter("L-a")))
        changed = three.ask("SELECT finding_id FROM findings WHERE letter_id = 'L-a'")[0][0]
        answers = {
            name: page.ask(f"{page.home}f/{name}", {**form, "decision": "closed"}).status
            for name, form in stale.items()
        }
    assert answers[changed] == 409
    assert len(events(three)) == list(answers.values()).count(303)


def test_a_database_that_is_held_loses_nothing(three: Estate) -> None:
    with running(three.database, wait_seconds=0.2) as page:
        page.enter()
        first = ids(three)[0]
        form = {**form_of(page, first), "decision": "confirmed", "note": "mine"}
        with held(three.database):
            answer = page.ask(f"{page.home}f/{first}", form)
            listed = page.ask(page.home)
        assert (answer.status, listed.status) == (503, 503)
        assert "is held open by" in answer.text
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', answer.text.partition("<main>")[2]))
        assert {name: html.unescape(fields[name]) for name in form} == form, "sent once more, it is the same act"
        assert page.ask(f"{page.home}f/{first}", fields).status == 303
    assert events(three) == [("confirmed", "mine", "J. Example", None)]


@contextmanager
def held(database: Path) -> Iterator[None]:
    """Held by another process that writes, as by a merge."""
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1, flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "1\n"
        try:
            yield
        finally:
            assert other.stdin is not None
            other.stdin.close()


# What a form may not say, with what is answered.
WRONG: list[tuple[dict[str, str], str]] = [
    ({"decision": "accepted_until", "until": "2999-01-01"}, "needs a reason"),
    ({"decision": "accepted_until", "note": "why"}, "needs its last day"),
    ({"decision": "accepted_until", "note": "why", "until": "2020-01-01"}, "has passed"),
    ({"decision": "accepted_until", "note": "why", "until": "tomorrow"}, "is written like"),
    ({"decision": "burn"}, "there is no such decision"),
    ({}, "nothing is done"),
    ({"decision": "closed", "note": "x" * 4001}, "at most 4000 characters"),
    ({"decision": "closed", "act_id": "x"}, "not made here"),
    ({"decision": "closed", "assigned_to": "x" * 201}, "at most 200"),
]


def test_what_does_not_hold_together_is_said_and_stays_typed(three: Estate) -> None:
    with running(three.database) as page:
        page.enter()
        first = ids(three)[0]
        for fields, said in WRONG:
            answer = page.ask(f"{page.home}f/{first}", {**form_of(page, first), **fields})
            assert answer.status == 422, said
            assert said in answer.text
            assert fields.get("note", "") in answer.text
            assert events(three) == [], said


def test_assignment_and_due_day_are_set_changed_and_taken_away(three: Estate) -> None:
    with running(three.database) as page:
        page.enter()
        first = ids(three)[0]
        for assigned, due in (("B. Example", "2026-01-01"), ("B. Example", ""), ("", "")):
            form = {**form_of(page, first), "assigned_to": assigned, "due": due}
            assert page.ask(f"{page.home}f/{first}", form).status == 303
            row = finding(three.database, first).row
            assert ((row.assigned_to or ""), (row.due.isoformat() if row.due else "")) == (assigned, due)
            overdue = "overdue" in page.ask(f"{page.home}?assigned=b.%20example").text.partition("<table")[2]
            assert overdue == bool(due)
    assert [event[0] for event in events(three)] == [None] * 3


def test_several_are_shown_with_their_number_before_they_are_decided(three: Estate) -> None:
    with running(three.database) as page:
        page.enter()
        shown = page.send("several?verdict=known_letter", {"all": "1", "decision": "closed", "note": "gone"})
        assert shown.status == 200
        assert "2 findings: closed" in shown.text
        assert "still there when last looked at: 2" in shown.text
        assert events(three) == []
        path = re.search(r'action="[^"]*/(several/[0-9a-f]{32})', shown.text)
        assert path
        assert page.send(path[1], {"count": "3"}).status == 422
        assert [page.send(path[1], {"count": "2"}).status for _ in range(2)] == [303, 303]
        assert events(three) == [("closed", "gone", "J. Example", None)] * 2
        ticked = page.send("several", {"ids": " ".join(ids(three)[2:]), "decision": "confirmed"})
        assert "1 finding: confirmed" in ticked.text
        assert page.send("several", {"decision": "confirmed"}).status == 422, "none is ticked"
        assert page.send(f"several/{'0' * 32}", {"count": "1"}).status == 422


def test_a_preview_that_has_gone_stale_records_nothing(three: Estate) -> None:
    with running(three.database) as page:
        page.enter()
        shown = page.send("several", {"all": "1", "decision": "closed"})
        path = re.search(r'action="[^"]*/(several/[0-9a-f]{32})', shown.text)
        assert path
        set_triage(three.database, ids(three)[0], CONFIRMED)
        answer = page.send(path[1], {"count": "3"})
        assert answer.status == 409
        assert "changed after you saw it" in answer.text
    assert len(events(three)) == 1


def test_hostile_text_in_every_field_stays_text(tmp_path: Path) -> None:
    estate = Estate(tmp_path / "findings.duckdb")
    place = estate.document("/1/%22%3E<script>alert(1)</script>.pdf")
    estate.sweep((place, letter(HOSTILE)))
    finding_id = ids(estate)[0]
    set_triage(estate.database, finding_id, TriageEvent(None, HOSTILE, HOSTILE, NOW, assigned_to=HOSTILE))
    set_triage(estate.database, finding_id, TriageEvent(None, "x" * 1_000_000, "B", NOW + timedelta(days=1)))
    with running(estate.database, reveal=True) as page:
        page.enter()
        texts = [page.ask(f"{page.home}{path}").text for path in ("", f"f/{finding_id}")]
        texts.append(page.send("several", {"all": "1", "note": HOSTILE, "assigned_to": "x"}).text)
        texts.append(page.ask(f"{page.home}?host=%22%3E%3Cscript%3Ealert(1)&since=0d").text)
        texts.append(page.ask(f"{page.home}?since=%3Cscript%3E").text)
        texts.append(page.ask(f"{page.home}f/%3Cscript%3E").text)
    for text in texts:
        assert "<script>alert" not in text
        assert not {"\x1b", "\u202e", "\x00"} & set(text)
        assert "49" not in re.findall(r"\{\{7\*7\}\}|\b49\b", text)
        assert len(text) < 60_000
    assert "998000 characters more" in texts[1]


def test_a_filter_that_means_nothing_is_said(three: Estate) -> None:
    with running(three.database) as page:
        page.enter()
        for query in ("?severity=huge", "?state=x", "?since=yesterday", "?verdict=clear%00"):
            assert page.ask(f"{page.home}{query}").status == 422, query
        assert page.ask(f"{page.home}f/ffffffffffff").status == 404
        assert page.ask(f"{page.home}?start=99999999999999999999&host=%F0%9F").status == 200


def test_a_database_that_is_gone_is_said(three: Estate) -> None:
    with running(three.database) as page:
        page.enter()
        three.database.unlink()
        assert page.ask(page.home).status == 503
        assert page.told == []


def test_a_crash_says_where_not_what(three: Estate) -> None:
    with running(three.database) as page:
        page.enter()
        with open_writer(three.database) as connection:
            connection.execute("ALTER TABLE findings DROP COLUMN member CASCADE")
        answer = page.ask(page.home)
    assert answer.status == 500
    assert "member" not in answer.text
    assert len(page.told) == 1
