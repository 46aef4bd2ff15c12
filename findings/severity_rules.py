"""Severity rules as data: what a file of them may say, checked before it decides anything."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from documents.exposure import Transport, Truth
from findings.errors import SeverityRulesError
from findings.records import Severity
from findings.statements import shipped_severity_rules
from matchers.sensitivity import Category
from matchers.verdicts import Verdict
from scope.model import Tier

# A file of rules at most, and rules in it: they are tried for every finding in every merge.
MOST_BYTES: Final = 100_000
MOST_RULES: Final = 100
MOST_POINTS: Final = 1_000
LONGEST_REASON: Final = 200
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_KEYS: Final = frozenset(["id", "group", "points", "why", "at_least", "at_most", "when"])


class Fact(StrEnum):
    """What a condition may ask of a finding; `deriving/finding_severities.sql` answers."""

    VERDICT = "verdict"
    CATEGORY = "category"
    TIER = "tier"
    HOST = "host"
    SUPPLIER = "supplier"
    MEDIA_TYPE = "media_type"
    TRANSPORT = "transport"
    AUTH_ABOVE = "auth_above"
    LISTED = "listed"
    FOLDER_LISTED = "folder_listed"
    INDEXABLE = "indexable"
    SHARE = "share"
    EVIDENCE = "evidence"
    FALSE_PER_MILLION = "false_per_million"
    PERSONS = "persons"
    DAYS = "days"


_NUMBERS: Final = frozenset([Fact.SHARE, Fact.EVIDENCE, Fact.FALSE_PER_MILLION, Fact.PERSONS, Fact.DAYS])
# Words that a fact can have; others have any.
_WORDS: Final[Mapping[Fact, frozenset[str]]] = {
    Fact.VERDICT: frozenset([Verdict.KNOWN_LETTER, Verdict.SHARED_PASSAGE, Verdict.SAME_TEMPLATE]),
    Fact.CATEGORY: frozenset(Category),
    Fact.TIER: frozenset(Tier),
    Fact.TRANSPORT: frozenset([*Transport, "unknown"]),
    Fact.AUTH_ABOVE: frozenset(Truth),
    Fact.LISTED: frozenset(Truth),
    Fact.FOLDER_LISTED: frozenset(Truth),
    Fact.INDEXABLE: frozenset(Truth),
}
# What a reason may name of the finding. Never a place.
PLACEHOLDERS: Final = ("categories", "persons", "share", "days", "transport")


@dataclass(frozen=True, slots=True)
class Condition:
    """One question of a rule: is the fact one of these words, or a number from `at_least` up to, not with, `below`?"""

    fact: Fact
    any_of: tuple[str, ...] = ()
    at_least: float | None = None
    below: float | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds if all its conditions do.

    Attributes:
        points: added, unless another rule of its group gives more.
        why: said of the finding.
        at_least, at_most: bounds of the severity.
    """

    rule_id: str
    group: str | None
    points: int
    why: str
    at_least: Severity | None
    at_most: Severity | None
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules, and the points from which each severity is given.

    Attributes:
        text: as it was read; what `digest` is of.
    """

    levels: Mapping[Severity, int]
    rules: tuple[Rule, ...]
    text: str

    @property
    def digest(self) -> str:
        """SHA-256 of the text, in hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def shipped_rules() -> RuleSet:
    """What is used where the organisation has loaded nothing of its own."""
    return parse_rules(shipped_severity_rules())


def parse_rules(text: str) -> RuleSet:
    """Read and check a file of rules.

    Raises:
        SeverityRulesError: it says something that can not stand; with the rule and what is wrong.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise SeverityRulesError(f"longer than {MOST_BYTES} bytes")
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SeverityRulesError(f"not TOML: {error}") from None
    if extra := set(raw) - {"levels", "rule"}:
        raise SeverityRulesError(f"{_first(extra)}: only [levels] and [[rule]] can stand here")
    rules = raw.get("rule", [])
    if not isinstance(rules, list) or not 0 < len(rules) <= MOST_RULES:
        raise SeverityRulesError(f"wants 1 to {MOST_RULES} rules, each under [[rule]]")
    read = tuple(_rule(number, rule) for number, rule in enumerate(rules, 1))
    ids = [rule.rule_id for rule in read]
    if twice := {rule_id for rule_id in ids if ids.count(rule_id) > 1}:
        raise SeverityRulesError(f"rule {_first(twice)}: there are two of this id")
    return RuleSet(_levels(raw.get("levels")), read, text)


def _levels(raw: object) -> dict[Severity, int]:
    names = [severity.value for severity in Severity]
    if not isinstance(raw, dict) or set(raw) != set(names):
        raise SeverityRulesError(f"[levels] wants points for each of {', '.join(names)}")
    points = {severity: _points("[levels]", raw[severity.value]) for severity in Severity}
    if sorted(points.values(), reverse=True) != list(points.values()) or len(set(points.values())) < len(points):
        raise SeverityRulesError("[levels]: each severity wants fewer points than the one above it")
    return points


def _rule(number: int, raw: object) -> Rule:
    if not isinstance(raw, dict):
        raise SeverityRulesError(f"rule {number}: write it under [[rule]]")
    rule_id = _name(f"rule {number}: id", raw.get("id"))
    where = f"rule {rule_id}"
    if extra := set(raw) - _KEYS:
        raise SeverityRulesError(f"{where}: {_first(extra)} is unknown; it takes {', '.join(sorted(_KEYS))}")
    when = raw.get("when", {})
    if not isinstance(when, dict):
        raise SeverityRulesError(f"{where}: write conditions as when.FACT = ...")
    return Rule(
        rule_id=rule_id,
        group=_name(f"{where}: group", raw["group"]) if "group" in raw else None,
        points=_points(where, raw.get("points", 0)),
        why=_why(where, raw.get("why")),
        at_least=_bound(where, raw, "at_least"),
        at_most=_bound(where, raw, "at_most"),
        conditions=tuple(_condition(where, fact, asked) for fact, asked in when.items()),
    )


def _name(where: str, raw: object) -> str:
    if not isinstance(raw, str) or not _NAME.fullmatch(raw):
        raise SeverityRulesError(f"{where}: wants a short name of small letters, digits and underscores")
    return raw


def _points(where: str, raw: object) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool) or abs(raw) > MOST_POINTS:
        raise SeverityRulesError(f"{where}: points are a whole number from -{MOST_POINTS} to {MOST_POINTS}")
    return raw


def _why(where: str, raw: object) -> str:
    if not isinstance(raw, str) or not raw.strip() or len(raw) > LONGEST_REASON or not raw.isprintable():
        raise SeverityRulesError(f"{where}: why wants one line of 1 to {LONGEST_REASON} plain characters")
    if unknown := [name for name in _PLACEHOLDER.findall(raw) if name not in PLACEHOLDERS]:
        names = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise SeverityRulesError(f"{where}: why can not name {_first(unknown)}; it takes {names}")
    return raw


def _bound(where: str, raw: Mapping[str, Any], key: str) -> Severity | None:
    if key not in raw:
        return None
    try:
        return Severity(raw[key])
    except ValueError:
        raise SeverityRulesError(f"{where}: {key} is one of {', '.join(Severity)}") from None


def _condition(where: str, name: str, asked: object) -> Condition:
    try:
        fact = Fact(name)
    except ValueError:
        raise SeverityRulesError(f"{where}: when.{name[:40]!a} is no fact; facts are {', '.join(Fact)}") from None
    if fact in _NUMBERS:
        return _number_condition(where, fact, asked)
    if not isinstance(asked, list) or not asked or not all(isinstance(word, str) for word in asked):
        raise SeverityRulesError(f'{where}: when.{fact} wants words: ["...", "..."]')
    known = _WORDS.get(fact)
    if known is not None and (unknown := [word for word in asked if word not in known]):
        raise SeverityRulesError(f"{where}: when.{fact}: no {unknown[0][:40]!a}; there are {', '.join(sorted(known))}")
    return Condition(fact, tuple(asked))


def _number_condition(where: str, fact: Fact, asked: object) -> Condition:
    wanted = f"{where}: when.{fact} wants {{ at_least = NUMBER }}, {{ below = NUMBER }} or both"
    if not isinstance(asked, dict) or not asked or set(asked) - {"at_least", "below"}:
        raise SeverityRulesError(wanted)
    bounds = {}
    for name, value in asked.items():
        if not isinstance(value, int | float) or isinstance(value, bool) or value != value:  # noqa: PLR0124 - not a number
            raise SeverityRulesError(wanted)
        bounds[name] = float(value)
    return Condition(fact, (), bounds.get("at_least"), bounds.get("below"))


def _first(names: Sequence[str] | set[str]) -> str:
    return f"{sorted(names)[0][:40]!a}"
