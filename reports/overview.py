"""What the findings come to: what happened, how bad, since when, who must act, what could not be seen."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeVar

from documents.exposure import Transport, Truth
from documents.records import SkipReason
from findings.records import FindingState, Severity, UnitState
from findings.report_facts import ReportedFinding, ReportFacts
from findings.results import UnitReach
from matchers.verdicts import Verdict
from reports.finding_words import operator
from reports.shown import printable
from reports.skip_words import ANSWERED, SKIP_WORDS

# Verdicts that make findings, strongest first.
VERDICTS: Final = (Verdict.KNOWN_LETTER, Verdict.SHARED_PASSAGE, Verdict.SAME_TEMPLATE)
_PLAIN: Final = (Transport.HTTP, Transport.FTP)
Kind = TypeVar("Kind", Severity, FindingState)


@dataclass(frozen=True, slots=True)
class People:
    """How many registered people the letters are about.

    Attributes:
        confirmed: a known letter of theirs lies open.
        possible: only a passage that their letter shares.
        letters_unknown: letters of which the register does not say whose they are.
    """

    confirmed: int
    possible: int
    letters_unknown: int


@dataclass(frozen=True, slots=True)
class Reachable:
    """How open findings lie open; a finding may count in several, and what is unknown counts nowhere."""

    plain: int
    listed: int
    indexable: int
    index_unknown: int


@dataclass(frozen=True, slots=True)
class Actor:
    """Who has to act, and on how much."""

    operator: str
    tier: str
    hosts: tuple[str, ...]
    severities: Mapping[Severity, int]
    findings: int
    unassigned: int
    overdue: int
    assigned: tuple[str, ...]
    since: datetime


@dataclass(frozen=True, slots=True)
class HostCount:
    """Open findings at one host."""

    host: str
    operator: str
    verdicts: tuple[int, ...]
    worst: Severity
    since: datetime


@dataclass(frozen=True, slots=True)
class Incident:
    """Open findings of one incident."""

    incident_id: str
    operator: str
    host: str
    worst: Severity
    findings: int
    letters: int
    since: datetime
    states: Mapping[FindingState, int]


@dataclass(frozen=True, slots=True)
class Gap:
    """Something in scope that nobody looked at. `is_blind` is false where a server says that there is nothing."""

    count: int
    what: str
    means: str
    where: str
    is_blind: bool = True


@dataclass(frozen=True, slots=True)
class Overview:
    """The findings in numbers. `acting` are those that someone has to act on: not gone and not put aside."""

    acting: tuple[ReportedFinding, ...]
    severities: Mapping[Severity, int]
    states: Mapping[FindingState, int]
    letters: int
    letters_certain: int
    templates: int
    people: People
    reachable: Reachable
    hosts: tuple[HostCount, ...]
    actors: tuple[Actor, ...]
    incidents: tuple[Incident, ...]
    gaps: tuple[Gap, ...]
    categories: Mapping[str, int]
    gone: int
    settled: int
    since: datetime | None


def overview(facts: ReportFacts, today: date) -> Overview:
    """Count. `today` is what due dates are held against."""
    acting = tuple(each for each in facts.findings if not each.row.settled and each.row.state is not FindingState.GONE)
    standing = facts.standing
    certain = {each.row.letter_id for each in acting if each.row.verdict is Verdict.KNOWN_LETTER}
    return Overview(
        acting=acting,
        severities=_tally((each.row.severity for each in acting), Severity),
        states=_tally((each.row.state for each in acting), FindingState),
        letters=len({each.row.letter_id for each in acting} - {None}),
        letters_certain=len(certain - {None}),
        templates=len({(each.row.url, each.row.member) for each in acting if each.row.letter_id is None}),
        people=_people(acting),
        reachable=_reachable(acting),
        hosts=_hosts(acting),
        actors=_actors(acting, today),
        incidents=_incidents(acting),
        gaps=_gaps(facts),
        categories=dict(Counter(category for each in acting for category in each.row.categories).most_common()),
        gone=sum(count for (state, settled), count in standing.items() if state is FindingState.GONE and not settled),
        settled=sum(count for (_state, settled), count in standing.items() if settled),
        since=min((each.row.first_seen for each in acting), default=None),
    )


def worst(severities: Iterable[Severity]) -> Severity:
    """The most urgent of some."""
    return min(severities, key=[*Severity].index)


def _tally(found: Iterable[Kind], kinds: Iterable[Kind]) -> dict[Kind, int]:
    counted = Counter(found)
    return {kind: counted[kind] for kind in kinds}


def _people(acting: Sequence[ReportedFinding]) -> People:
    confirmed: set[str] = set()
    all_of_them: set[str] = set()
    known: dict[str, bool] = defaultdict(bool)
    for each in acting:
        people = each.people or frozenset()
        all_of_them |= people
        if each.row.verdict is Verdict.KNOWN_LETTER:
            confirmed |= people
        if each.row.letter_id is not None:
            known[each.row.letter_id] |= bool(people)
    return People(len(confirmed), len(all_of_them - confirmed), sum(not whose for whose in known.values()))


def _reachable(acting: Sequence[ReportedFinding]) -> Reachable:
    ways = [each.exposure for each in acting if each.exposure is not None]
    return Reachable(
        plain=sum(way.transport in _PLAIN for way in ways),
        listed=sum(Truth.YES in (way.listed, way.folder_listed) for way in ways),
        indexable=sum(way.indexable is Truth.YES for way in ways),
        index_unknown=len(acting) - sum(way.indexable is not Truth.UNKNOWN for way in ways),
    )


def _hosts(acting: Sequence[ReportedFinding]) -> tuple[HostCount, ...]:
    groups: dict[tuple[str, str], list[ReportedFinding]] = defaultdict(list)
    for each in acting:
        groups[printable(each.row.host), operator(each.row)].append(each)
    counted = [
        HostCount(
            host,
            runs_it,
            tuple(sum(each.row.verdict is verdict for each in group) for verdict in VERDICTS),
            worst(each.row.severity for each in group),
            min(each.row.first_seen for each in group),
        )
        for (host, runs_it), group in groups.items()
    ]
    return tuple(sorted(counted, key=lambda one: (-sum(one.verdicts), one.host)))


def _actors(acting: Sequence[ReportedFinding], today: date) -> tuple[Actor, ...]:
    groups: dict[tuple[str, str], list[ReportedFinding]] = defaultdict(list)
    for each in acting:
        groups[operator(each.row), each.row.tier].append(each)
    counted = [
        Actor(
            runs_it,
            tier.replace("_", " "),
            tuple(sorted({printable(each.row.host) for each in group})),
            _tally((each.row.severity for each in group), Severity),
            len(group),
            sum(each.row.assigned_to is None for each in group),
            sum(each.row.due is not None and each.row.due < today for each in group),
            tuple(sorted({printable(each.row.assigned_to) for each in group if each.row.assigned_to})),
            min(each.row.first_seen for each in group),
        )
        for (runs_it, tier), group in groups.items()
    ]
    return tuple(sorted(counted, key=lambda one: (*(-count for count in one.severities.values()), one.operator)))


def _incidents(acting: Sequence[ReportedFinding]) -> tuple[Incident, ...]:
    """The worst first."""
    groups: dict[str, list[ReportedFinding]] = defaultdict(list)
    for each in acting:
        if each.row.incident_id is not None:
            groups[each.row.incident_id].append(each)
    counted = [
        Incident(
            printable(incident_id),
            operator(group[0].row),
            printable(group[0].row.host),
            worst(each.row.severity for each in group),
            len(group),
            len({each.row.letter_id for each in group} - {None}),
            min(each.row.first_seen for each in group),
            _tally((each.row.state for each in group), FindingState),
        )
        for incident_id, group in groups.items()
    ]
    return tuple(sorted(counted, key=lambda one: ([*Severity].index(one.worst), -one.findings, one.incident_id)))


def _gaps(facts: ReportFacts) -> tuple[Gap, ...]:
    """Of the latest sweep, worst first."""
    units = facts.reach
    unfinished = [unit for unit in units if unit.state is not UnitState.FINISHED]
    undetermined = [unit for unit in units if unit.undetermined]
    nameless = [unit for unit in units if unit.names_unknown]
    gaps = [
        Gap(len(unfinished), "targets not swept to their end", "what lies there is not known", _at(unfinished)),
        *_skips(units),
        Gap(
            sum(unit.undetermined for unit in undetermined),
            "documents with too little text to judge",
            "a person should look: `stray findings look`",
            _at(undetermined),
        ),
        Gap(
            sum(unit.names_unknown for unit in nameless),
            "names of buckets",
            "no answer that counts, so not known whether they exist",
            _at(nameless),
        ),
    ]
    return tuple(sorted((gap for gap in gaps if gap.count), key=lambda gap: not gap.is_blind))


def _skips(units: Sequence[UnitReach]) -> list[Gap]:
    reasons: dict[SkipReason, list[tuple[int, UnitReach]]] = defaultdict(list)
    for unit in units:
        for reason, count in unit.skipped_by_reason.items():
            reasons[reason].append((count, unit))
    told = [
        Gap(
            sum(count for count, _unit in met),
            f"places: {reason.value.replace('_', ' ')}",
            SKIP_WORDS[reason],
            _at([unit for _count, unit in met]),
            reason not in ANSWERED,
        )
        for reason, met in reasons.items()
    ]
    return sorted(told, key=lambda gap: -gap.count)


def _at(units: Sequence[UnitReach]) -> str:
    hosts = [*dict.fromkeys(printable(unit.host) for unit in units if unit.host)]
    more = f" and {len(hosts) - _SHOWN_HOSTS} more" if len(hosts) > _SHOWN_HOSTS else ""
    return ", ".join(hosts[:_SHOWN_HOSTS]) + more


# Hosts that one line names; the rest is counted.
_SHOWN_HOSTS: Final = 4
