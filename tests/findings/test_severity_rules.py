"""Rules of severity as a file: what ships can stand, and what can not is told with its rule."""

from __future__ import annotations

import pytest

from findings.errors import SeverityRulesError
from findings.records import Severity
from findings.severity_rules import MOST_BYTES, MOST_RULES, Fact, parse_rules, shipped_rules
from findings.statements import sql_text
from matchers.sensitivity import Category

LEVELS = "[levels]\ncritical = 90\nhigh = 50\nmedium = 25\nlow = 0\n"
RULE = '[[rule]]\nid = "one"\npoints = 5\nwhy = "so"\n'


def test_the_shipped_rules_weigh_every_category_and_no_other() -> None:
    rules = shipped_rules()
    weighed = {
        word
        for rule in rules.rules
        if rule.points
        for condition in rule.conditions
        if condition.fact is Fact.CATEGORY
        for word in condition.any_of
    }
    assert weighed == set(Category)
    assert list(rules.levels) == list(Severity)
    assert parse_rules(rules.text).digest == rules.digest


def test_every_fact_that_a_rule_may_ask_for_is_answered() -> None:
    step = sql_text("deriving", "finding_severities.sql")
    assert [fact for fact in Fact if f"WHEN '{fact}' THEN" not in step] == []


def test_a_rule_is_read_whole() -> None:
    text = f"""{LEVELS}{RULE}group = "g"
at_least = "high"
at_most = "critical"
when.verdict = ["known_letter"]
when.share = {{ at_least = 0.5, below = 1 }}
"""
    (rule,) = parse_rules(text).rules
    assert (rule.rule_id, rule.group, rule.points, rule.why) == ("one", "g", 5, "so")
    assert (rule.at_least, rule.at_most) == (Severity.HIGH, Severity.CRITICAL)
    verdict, share = rule.conditions
    assert (verdict.fact, verdict.any_of) == (Fact.VERDICT, ("known_letter",))
    assert (share.fact, share.at_least, share.below) == (Fact.SHARE, 0.5, 1.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[levels", "not TOML"),
        (RULE, r"\[levels\] wants points for each of critical, high, medium, low"),
        (LEVELS, "wants 1 to 100 rules"),
        (LEVELS + RULE * (MOST_RULES + 1), "wants 1 to 100 rules"),
        (LEVELS.replace("50", "95") + RULE, "each severity wants fewer points"),
        (LEVELS.replace("50", "true") + RULE, "points are a whole number"),
        (LEVELS + RULE + RULE, "rule 'one': there are two of this id"),
        (LEVELS + RULE + "weight = 3\n", "rule one: 'weight' is unknown"),
        ("colour = 1\n" + LEVELS + RULE, "'colour': only"),
        (LEVELS + RULE.replace("one", "One!"), "rule 1: id: wants a short name"),
        (LEVELS + RULE.replace("5", "5000"), "rule one: points are a whole number"),
        (LEVELS + RULE.replace('"so"', '"so {url}"'), "why can not name 'url'"),
        (LEVELS + RULE.replace('"so"', r'"\u202Eos"'), "why wants one line"),
        (LEVELS + RULE.replace('"so"', '"' + "x" * 201 + '"'), "why wants one line"),
        (LEVELS + RULE + 'at_least = "severe"\n', "at_least is one of critical, high, medium, low"),
        (LEVELS + RULE + 'when.weather = ["rain"]\n', "when.'weather' is no fact; facts are verdict"),
        (LEVELS + RULE + 'when.verdict = ["clear"]\n', "when.verdict: no 'clear'; there are known_letter"),
        (LEVELS + RULE + 'when.category = ["gossip"]\n', "when.category: no 'gossip'"),
        (LEVELS + RULE + "when.verdict = []\n", "when.verdict wants words"),
        (LEVELS + RULE + 'when.share = "half"\n', "when.share wants"),
        (LEVELS + RULE + "when.share = { at_least = nan }\n", "when.share wants"),
        (LEVELS + RULE + "when.persons = { over = 2 }\n", "when.persons wants"),
        ("#" * MOST_BYTES + "\n" + LEVELS + RULE, "longer than 100000 bytes"),
    ],
)
def test_what_can_not_stand_is_told_with_its_rule(text: str, said: str) -> None:
    with pytest.raises(SeverityRulesError, match=said):
        parse_rules(text)
