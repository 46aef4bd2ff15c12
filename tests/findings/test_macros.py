"""What a responder asks in one line: views and macros over a small estate of which the truth is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import duckdb
import pytest

from documents.records import Document, Entry, EntryKind, Skipped, SkipReason
from findings.asking import asked
from findings.database import Connection, open_reader
from findings.records import Severity, TriageDecision
from findings.results import TriageEvent
from findings.schema import MACROS, VIEWS
from matchers.verdicts import Judgement, Verdict
from tests.findings.conftest import HOST, START, Estate, letter, set_triage

Found = Entry | Skipped | tuple[Document, Judgement]


def about(letter_id: str, *people: str, verdict: Verdict = Verdict.KNOWN_LETTER) -> Judgement:
    judged = letter(letter_id, verdict)
    return replace(judged, letters=tuple(replace(each, people=people) for each in judged.letters))


def fill(estate: Estate) -> None:
    """Four sweeps. Letters and who they are about: A (p1), B (p1, p2), C (p3, a passage only), D (nobody known)."""

    def there(path: str, judged: Judgement) -> Found:
        return estate.document(path, path.encode()), judged

    def missing(path: str) -> Found:
        return Skipped(f"{HOST}{path}", SkipReason.NOT_FOUND)

    day_one = there("/1/day/2026-02-28/a.pdf", about("A", "p1"))
    day_two = there("/1/day/2026-03-01/b.pdf", about("B", "p1", "p2"))
    lasting = [
        day_two,
        there("/1/other/c.pdf", about("C", "p3", verdict=Verdict.SHARED_PASSAGE)),
        there("/1/other/form.pdf", Judgement(Verdict.SAME_TEMPLATE, (), ())),
        estate.entry("/1/other/huge.zip"),
        Skipped(f"{HOST}/1/other/huge.zip", SkipReason.TOO_LARGE),
    ]
    gone, back = "/1/old/gone.pdf", "/1/old/back.pdf"
    estate.sweep(day_one, *lasting, there(gone, about("A", "p1")), there(back, about("A", "p1")))
    for _ in range(2):
        estate.sweep(day_one, *lasting, missing(gone), missing(back))
    estate.sweep(day_one, *lasting, missing(gone), there(back, about("A", "p1")), there("/1/new/d.pdf", about("D")))


@pytest.fixture(scope="module")
def filled_estate(tmp_path_factory: pytest.TempPathFactory) -> Estate:
    estate = Estate(tmp_path_factory.mktemp("filled") / "findings.duckdb")
    fill(estate)
    return estate


@pytest.fixture
def filled(filled_estate: Estate) -> Iterator[Connection]:
    with open_reader(filled_estate.database) as connection:
        yield connection


def ask(connection: Connection, query: str, *values: object) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in asked(connection, query, values)]


def test_every_view_and_macro_answers_and_is_among_the_questions(filled: Connection) -> None:
    told = {row["ask"]: row["answer"] for row in asked(filled, "FROM questions")}
    assert set(told) == set(VIEWS) | {f"{name}(…)" for name in MACROS if name != "folder_of"}
    assert all(told.values())
    for view in VIEWS:
        asked(filled, f"FROM {view}")


def test_worst_first_is_in_reading_order(filled: Connection) -> None:
    rows = ask(filled, "SELECT severity, state, split_part(url, '/', -1), persons FROM worst_first")
    assert {row[1:] for row in rows} == {
        ("reappeared", "back.pdf", 1),
        ("new", "d.pdf", 0),
        ("open", "a.pdf", 1),
        ("open", "b.pdf", 2),
        ("open", "c.pdf", 1),
        ("open", "form.pdf", 0),
    }
    states = ["reappeared", "new", "open"]
    places = [(list(Severity).index(Severity(severity)), states.index(state)) for severity, state, *_ in rows]
    assert places == sorted(places)


def test_how_many_people_sure_possible_and_unopened(filled: Connection) -> None:
    assert asked(filled, "FROM people_exposed") == [
        {
            "persons_confirmed": 2,
            "persons_possible": 1,
            "letters_confirmed": 3,
            "letters_possible": 1,
            "letters_of_unknown_person": 1,
            "letters_not_in_pack": 1,
            "listed_unopened": 1,
            "listed_skipped": 1,
        }
    ]


def test_an_incident_gathers_numbered_folders_and_tells_its_place(filled: Connection) -> None:
    rows = ask(
        filled,
        "SELECT replace(place, ?, ''), status, findings_open, findings_new, findings, letters_open, persons, batches "
        "FROM incidents ORDER BY place",
        HOST,
    )
    assert rows == [
        ("/1/day/", "open", 2, 0, 2, 2, 2, 2),
        ("/1/new/", "open", 1, 1, 1, 1, 0, 1),
        ("/1/old/", "open", 1, 1, 2, 1, 1, 1),
        ("/1/other/", "open", 2, 0, 2, 1, 1, 1),
    ]
    order = ask(filled, "SELECT severity, findings_new = 0 FROM incidents")
    places = [(list(Severity).index(Severity(severity)), is_known) for severity, is_known in order]
    assert places == sorted(places), "the worst first, then what is new"


def test_an_incident_by_the_beginning_of_its_id(filled: Connection) -> None:
    ((incident_id,),) = ask(filled, "SELECT incident_id FROM incidents WHERE contains(place, '/old/')")
    for macro in ("incident", "batch"):
        rows = ask(filled, f"SELECT state, split_part(url, '/', -1) FROM {macro}(?)", incident_id[:10].upper())
        assert rows == [("reappeared", "back.pdf"), ("gone", "gone.pdf")]
    happened = ask(filled, "SELECT what, findings, letters FROM timeline(?)", incident_id)
    assert happened == [
        ("new", 2, 1),
        ("unknown", 2, 1),
        ("gone", 2, 1),
        ("gone", 1, 1),
        ("reappeared", 1, 1),
    ]


def test_a_letter_and_a_person_everywhere(filled: Connection) -> None:
    rows = ask(filled, "SELECT state, split_part(url, '/', -1), gone_at IS NOT NULL FROM letter('A')")
    assert rows == [("reappeared", "back.pdf", False), ("open", "a.pdf", False), ("gone", "gone.pdf", True)]
    assert ask(filled, "FROM letter('no such')") == []
    ((person,),) = ask(filled, "SELECT person_ids[1] FROM findings WHERE letter_id = 'A' LIMIT 1")
    assert ask(filled, "SELECT letter_id, count(*) FROM person(?) GROUP BY ALL ORDER BY ALL", person) == [
        ("A", 3),
        ("B", 1),
    ]


def test_a_place_a_content_and_a_folder(filled: Connection) -> None:
    place = f"{HOST}/1/old/back.pdf"
    told = [(row["what"].split()[0], row["answer"]) for row in asked(filled, "FROM place(?)", [place])]
    assert told.count(("fetched", "known_letter")) == 2
    assert told.count(("skipped", "not_found")) == 2
    assert [answer for what, answer in told if what == "finding"] == ["new", "unknown", "gone", "reappeared"]
    ((digest,),) = ask(filled, "SELECT DISTINCT sha256 FROM documents WHERE url = ?", place)
    rows = ask(filled, "SELECT url, verdict, letter_ids, is_open, fetches FROM content(?)", digest[:12].upper())
    assert rows == [(place, "known_letter", ["A"], True, 2)]
    rows = ask(
        filled, "SELECT split_part(url, '/', -1), outcome, verdict, skipped_because FROM folder(?)", f"{HOST}/1/other/"
    )
    assert rows == [
        ("c.pdf", "fetched", "shared_passage", None),
        ("form.pdf", "fetched", "same_template", None),
        ("huge.zip", "skipped", None, "too_large"),
    ]


def test_news_since_a_day_and_what_was_open_on_it(filled: Connection) -> None:
    last = f"{START.date().replace(day=5)}"
    rows = ask(filled, "SELECT what, split_part(url, '/', -1) FROM news_since(?)", last)
    assert rows == [("reappeared", "back.pdf"), ("new", "d.pdf")]
    before = f"{START.date().replace(day=4)}"
    gone = ask(filled, "SELECT split_part(url, '/', -1) FROM news_since(?) WHERE what = 'gone'", before)
    assert gone == [("gone.pdf",)]
    assert ask(filled, "SELECT count(*) FROM open_on(?)", last) == [(4,)]
    assert ask(filled, "SELECT count(*) FROM open_on(?)", f"{START.date().replace(day=2)}") == [(0,)]


def test_hosts_suppliers_and_how_reachable(filled: Connection) -> None:
    assert ask(filled, "SELECT host, findings, letters, persons, findings_new, incidents FROM hosts_at_risk") == [
        ("files.example.org", 6, 4, 3, 2, 4)
    ]
    assert ask(filled, "SELECT supplier, tiers, findings, letters, hosts FROM suppliers_at_risk") == [
        ("Example Transcription Ltd", ["processor"], 6, 4, ["files.example.org"])
    ]
    assert ask(filled, "SELECT sum(findings)::INTEGER FROM reachability") == [(6,)]
    assert ask(filled, "SELECT count(*) FROM reachable") == [(6,)]


def test_blind_spots_are_those_of_the_latest_sweep(filled: Connection) -> None:
    assert ask(filled, "SELECT what, reason, number FROM blind_spots") == [
        ("places", "not_found", 1),
        ("places", "too_large", 1),
    ]


def test_what_is_put_aside_counts_nowhere_and_stays_in_its_incident(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), about("A", "p1")))
    ((finding_id,),) = estate.ask("SELECT finding_id FROM findings")
    set_triage(estate.database, finding_id, TriageEvent(TriageDecision.FALSE_POSITIVE, "", "J. Example", estate.now))
    with open_reader(estate.database) as connection:
        assert ask(connection, "SELECT status, findings, findings_settled, findings_open FROM incidents") == [
            ("settled", 1, 1, 0)
        ]
        assert ask(connection, "SELECT persons_confirmed, letters_confirmed FROM people_exposed") == [(0, 0)]
        assert ask(connection, "SELECT what, answer FROM place(?) WHERE what = 'decision'", f"{HOST}/1/a.pdf") == [
            ("decision", "false_positive")
        ]


HOSTILE = ["'; DROP TABLE findings; --", "%", "x" * 1_000_000, "\u202e", "\x1b[31m", ""]


@pytest.mark.parametrize("macro", [name for name in MACROS if name not in ("folder_of", "news_since", "open_on")])
def test_an_argument_is_only_text(filled: Connection, macro: str) -> None:
    for text in HOSTILE:
        asked(filled, f"FROM {macro}(?)", [text])


def test_views_answer_from_another_database_too(filled_estate: Estate) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{filled_estate.database}' AS theirs (READ_ONLY)")
        for view in VIEWS:
            connection.execute(f"FROM theirs.{view}").fetchall()
        connection.execute("USE theirs")
        assert len(connection.execute("FROM letter('A')").fetchall()) == 3


def test_an_exposure_has_a_basis_for_each_bound(estate: Estate) -> None:
    place, later = "/1/a.pdf", "/1/b.pdf"
    estate.sweep(Skipped(f"{HOST}{place}", SkipReason.NOT_FOUND), estate.document(later, b"same"))
    known_then = estate.now
    denied_at = estate.ask("SELECT skipped_at FROM skips")[0][0]
    estate.sweep((estate.document(place), letter("A")), (estate.document(later, b"same"), letter("B")))
    for _ in range(2):
        estate.sweep(Skipped(f"{HOST}{place}", SkipReason.NOT_FOUND), (estate.document(later, b"same"), letter("B")))
    with open_reader(estate.database) as connection:
        one, other = asked(connection, "FROM exposure_timeline ORDER BY url")
    assert (one["exposed_from_at_earliest"], one["exposed_from_at_earliest_basis"]) == (denied_at, "not_found")
    assert one["exposed_from_at_earliest"] < one["exposed_from_at_latest"] <= one["exposed_to_at_least"]
    assert one["exposed_to_at_least"] < one["exposed_to_at_most"]
    assert (one["exposed_from_basis"], one["exposed_to_at_most_basis"]) == ("first_seen_present", "not_found")
    assert (other["exposed_from_basis"], other["exposed_from_at_latest"].date()) == (
        "same_content_fetched",
        known_then.date(),
    )
    assert (other["exposed_from_at_earliest"], other["exposed_to_at_most"]) == (None, None)


def test_what_was_opened_once_or_is_not_there_is_not_unopened(estate: Estate) -> None:
    lying = (estate.document("/1/a.pdf"), letter("A"))
    listed = [estate.entry(f"/1/{name}", selected=True) for name in ("once.pdf", "moved.pdf", "never.pdf", "script.js")]
    estate.sweep(
        lying, *listed, estate.document("/1/once.pdf"), estate.document("/1/at.pdf", requested_url=listed[1].url)
    )
    refused = [Skipped(each.url, SkipReason.ACCESS_DENIED) for each in listed[:3]]
    estate.sweep(lying, *listed, *refused, Skipped(listed[3].url, SkipReason.NOT_FOUND))
    assert estate.ask("SELECT count(*) FROM entries WHERE outcome = 'skipped'") == [(4,)]
    assert estate.ask("SELECT url FROM unopened") == [(f"{HOST}/1/never.pdf",)]
    assert estate.ask("SELECT listed_unopened, listed_skipped FROM people_exposed") == [(1, 1)]


def test_a_folder_whose_listing_is_no_document_was_looked_at_if_it_named_something(estate: Estate) -> None:
    folders = [replace(estate.entry(f"/1/{name}/"), kind=EntryKind.DIRECTORY) for name in ("walked", "refused", "left")]
    inside = [replace(estate.entry(f"/1/{name}/a.css"), parent=f"{HOST}/1/{name}/") for name in ("walked", "refused")]
    estate.sweep(*folders, *inside, Skipped(folders[1].url, SkipReason.TRUNCATED))
    outcomes = estate.ask("SELECT outcome FROM entries WHERE kind = 'directory' ORDER BY url")
    assert outcomes == [("not_selected",), ("skipped",), ("fetched",)]
    assert estate.ask("SELECT reason, number FROM blind_spots ORDER BY reason") == [
        ("not_selected", 3),
        ("truncated", 1),
    ]
