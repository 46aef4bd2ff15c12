"""How severe findings are, why, and what other rules make of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from documents.exposure import Exposure, Transport, Truth
from findings import query
from findings.database import open_reader, open_writer
from findings.errors import DatabaseMissingError, SeverityRulesError
from findings.records import Severity
from findings.schema import Transaction
from findings.severity import load_rules, preview_rules, rules_in_force
from findings.severity_rules import parse_rules, shipped_rules
from findings.severity_tables import ORGANISATION, SHIPPED, put_shipped
from matchers.sensitivity import Category
from matchers.verdicts import Judgement, Verdict
from tests.findings.conftest import Estate, letter

LEVELS = "[levels]\ncritical = 90\nhigh = 50\nmedium = 25\nlow = 0\n"
OPEN = Exposure(transport=Transport.HTTP, listed=Truth.YES, indexable=Truth.YES)
HOSTILE = "'; DROP TABLE findings; --"


def about(
    *categories: Category, verdict: Verdict = Verdict.KNOWN_LETTER, people: int = 1, share: float = 0.9
) -> Judgement:
    judgement = letter(verdict=verdict)
    names = tuple(f"nhs_number={number}" for number in range(people))
    match = replace(judgement.letters[0], categories=categories, people=names, containment=share)
    return replace(judgement, letters=(match,))


def told(estate: Estate) -> list[tuple[Severity, tuple[str, ...]]]:
    return [(row.severity, row.severity_reasons) for row in query.open_findings(estate.database)]


def test_a_letter_of_which_nothing_more_is_known(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    assert told(estate) == [(Severity.MEDIUM, ("+40 a letter of ours is there", "+8 74 % of the letter"))]


def test_what_it_speaks_of_whose_it_is_and_who_comes_across_it_are_added_and_told(estate: Estate) -> None:
    document = estate.document("/1/a.pdf", exposure=OPEN)
    estate.sweep((document, about(Category.FERTILITY, Category.MENTAL_HEALTH, people=2)))
    (row,) = query.open_findings(estate.database)
    assert (row.severity, row.persons, row.categories) == (Severity.CRITICAL, 2, ("fertility", "mental_health"))
    assert row.severity_reasons == (
        "+40 a letter of ours is there",
        "+25 speaks of fertility, mental health",
        "+20 nothing keeps search engines out",
        "+15 90 % of the letter",
        "+10 about 2 people",
        "+5 travels unencrypted (http)",
    )


def test_a_bound_holds_whatever_the_points_and_is_told_first(estate: Estate) -> None:
    exposure = Exposure(transport=Transport.HTTPS, listed=Truth.YES, indexable=Truth.NO)
    estate.sweep((estate.document("/1/a.pdf", exposure=exposure), about(Category.HIV, share=0.1)))
    ((severity, reasons),) = told(estate)
    assert severity is Severity.CRITICAL
    assert reasons[0] == "at least critical: what must never be found can be found by anyone"


def test_severity_follows_what_was_last_seen(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), about(Category.HIV)))
    estate.sweep((estate.document("/1/a.pdf"), about(verdict=Verdict.SHARED_PASSAGE, share=0.1)))
    assert [severity for severity, _ in told(estate)] == [Severity.LOW]


def test_the_most_severe_comes_first(estate: Estate) -> None:
    estate.sweep(
        (
            estate.document("/1/a.pdf"),
            replace(letter("L-1"), letters=(replace(letter("L-1").letters[0], containment=0.1),)),
        ),
        (estate.document("/1/b.pdf", exposure=OPEN), about(Category.HIV)),
    )
    assert [row.letter_id for row in query.open_findings(estate.database)] == ["L-41", "L-1"]


def test_other_rules_are_previewed_without_a_trace_and_then_hold(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), about(Category.FERTILITY)))
    before = told(estate)
    rules = parse_rules(
        LEVELS
        + '[[rule]]\nid = "ours"\npoints = 95\nwhy = "we say so"\nwhen.supplier = ["Example Transcription Ltd"]\n'
    )
    change = preview_rules(estate.database, rules)
    assert (change.findings, change.written) == (1, False)
    assert change.moved == {(Severity.HIGH, Severity.CRITICAL): 1}
    assert (told(estate), rules_in_force(estate.database).origin) == (before, SHIPPED)

    assert load_rules(estate.database, rules, "A. Analyst").moved == change.moved
    assert told(estate) == [(Severity.CRITICAL, ("+95 we say so",))]
    now = rules_in_force(estate.database)
    assert (now.origin, now.loaded_by, now.rules.digest) == (ORGANISATION, "A. Analyst", rules.digest)


def test_the_organisations_rules_outlive_a_newer_stray_and_can_be_given_up(estate: Estate) -> None:
    rules = parse_rules(LEVELS + '[[rule]]\nid = "ours"\npoints = 1\nwhy = "we say so"\n')
    load_rules(estate.database, rules, "A. Analyst")
    with open_writer(estate.database) as connection, Transaction(connection):
        put_shipped(connection)
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    assert told(estate) == [(Severity.LOW, ("+1 we say so",))]
    load_rules(estate.database, shipped_rules(), "B. Analyst", SHIPPED)
    assert told(estate)[0][0] is Severity.MEDIUM
    sets = estate.ask("SELECT set_number, origin, loaded_by FROM severity_rule_sets ORDER BY set_number")
    assert sets == [(1, SHIPPED, "stray"), (2, ORGANISATION, "A. Analyst"), (3, SHIPPED, "B. Analyst")]


def test_rules_that_hold_nowhere_say_so_and_contradicting_bounds_keep_the_severer(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    nowhere = LEVELS + '[[rule]]\nid = "a"\npoints = 9\nwhy = "x"\nwhen.host = ["elsewhere.example.org"]\n'
    load_rules(estate.database, parse_rules(nowhere), "A. Analyst")
    assert told(estate) == [(Severity.LOW, ("no rule holds",))]
    bounds = (
        LEVELS
        + '[[rule]]\nid = "a"\nwhy = "floor"\nat_least = "high"\n[[rule]]\nid = "b"\nwhy = "ceiling"\nat_most = "low"\n'
    )
    load_rules(estate.database, parse_rules(bounds), "A. Analyst")
    assert told(estate) == [(Severity.HIGH, ("at least high: floor", "at most low: ceiling"))]


def test_of_a_group_only_the_one_with_most_points_counts(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    rule = '[[rule]]\nid = "{0}"\ngroup = "g"\npoints = {1}\nwhy = "{0}"\n'
    load_rules(estate.database, parse_rules(LEVELS + rule.format("a", 5) + rule.format("b", -7)), "A. Analyst")
    assert told(estate) == [(Severity.LOW, ("+5 a",))]


def test_words_of_rules_are_values_and_never_statements(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    rule = '[[rule]]\nid = "{}"\npoints = 1\nwhy = "{}"\n'
    text = LEVELS + rule.format("a", HOSTILE) + rule.format("b", "b") + f'when.host = ["{HOSTILE}"]\n'
    load_rules(estate.database, parse_rules(text), HOSTILE)
    assert told(estate) == [(Severity.LOW, (f"+1 {HOSTILE}",))]
    assert rules_in_force(estate.database).loaded_by == HOSTILE


def test_nobody_and_nowhere_are_refused(estate: Estate) -> None:
    with pytest.raises(SeverityRulesError, match="say who"):
        load_rules(estate.database, shipped_rules(), " ")
    with pytest.raises(DatabaseMissingError):
        load_rules(estate.database.with_name("none.duckdb"), shipped_rules(), "A. Analyst")


def test_a_preview_works_while_others_read(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    with open_reader(estate.database):
        assert preview_rules(estate.database, shipped_rules()).moved == {}
