"""What the HTML report says, section by section, in words and numbers that a template only has to place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from documents.exposure import Truth
from findings.records import FindingState, Severity, SweepState
from findings.report_facts import ReportedFinding, ReportFacts, SweepFacts
from findings.results import UnitReach
from matchers.verdicts import Verdict
from reports.finding_words import day, next_step, operator, share, words_of
from reports.overview import Actor, Incident, Overview, overview
from reports.page_charts import answers_by_sweep, by_host, exposure_timeline, reach_by_sweep, reach_by_target, unseen_of
from reports.page_records import (
    ActorLine,
    Card,
    IncidentLine,
    Page,
    Row,
    SeverityLine,
    SweepLine,
    UnitLine,
)
from reports.page_summary import counted, headline, people_lines, points, reachable_lines, tiles, tone, unseen_lines
from reports.shown import Shown, printable
from reports.since_words import basis_words, minute

# Findings that are told in full: ten printed pages. The rest has a line each, and nothing is left out.
MOST_CARDS: Final = 25
# Lines of one table; the next ones stand in tables that are closed until somebody opens them.
MOST_OPEN_LINES: Final = 300
_LINES_A_TABLE: Final = 500
# Findings that the page holds: with 95,000 it had 48 MB, which a browser takes minutes to open.
MOST_FINDINGS: Final = 10_000
# Steps that the page lists; those below are told with their findings.
_MOST_STEPS: Final = 8
# Incidents that the page lists.
_MOST_INCIDENTS: Final = 20
# Characters of a finding's id that are shown: enough for `stray findings show` to know it by.
_SHOWN_ID: Final = 12
_SHOWN_INCIDENT: Final = 12


def page_of(facts: ReportFacts, shown: Shown, made_at: datetime, version: str) -> Page:
    """Put it together.

    Args:
        facts: what there is.
        shown: masks places, or reveals them.
        made_at: now; aware.
        version: of Stray.
    """
    numbers = overview(facts, made_at.date())
    sweeps = tuple(_sweep_line(sweep) for sweep in facts.sweeps)
    latest = facts.sweeps[-1] if facts.sweeps else None
    timeline, timeline_note = exposure_timeline(facts.findings, facts.sweeps)
    return Page(
        organisation=printable(latest.organisation) if latest else "No organisation yet",
        version=version,
        made_at=minute(made_at),
        latest=sweeps[-1] if sweeps else None,
        shows=_shows(facts, numbers),
        revealed=shown.reveal,
        tone=tone(numbers, facts),
        headline=headline(numbers, facts),
        points=points(numbers, facts, made_at),
        tiles=tiles(numbers, facts),
        severities=tuple(_severity_line(numbers, each) for each in Severity if numbers.severities[each]),
        categories=", ".join(
            f"{printable(name).replace('_', ' ')} ({count:,})" for name, count in numbers.categories.items()
        ),
        actors=tuple(_actor_line(actor) for actor in numbers.actors),
        steps=_steps(numbers),
        incidents=tuple(_incident_line(each) for each in numbers.incidents[:_MOST_INCIDENTS]),
        incidents_note=_incidents_note(numbers),
        unseen=unseen_lines(numbers, facts, made_at),
        gaps=numbers.gaps,
        timeline=timeline,
        timeline_note=timeline_note,
        answers=answers_by_sweep(facts),
        by_host=by_host(numbers.hosts),
        reachable=reachable_lines(numbers),
        people=people_lines(numbers, facts),
        targets=reach_by_target(facts.reach),
        reach=reach_by_sweep(facts.sweeps),
        units=tuple(_unit_line(unit, shown) for unit in facts.reach),
        findings_note=_findings_note(facts),
        cards=tuple(_card(number, each, shown) for number, each in enumerate(facts.findings[:MOST_CARDS], 1)),
        more_note=f"The other {len(facts.findings) - MOST_CARDS:,}" if len(facts.findings) > MOST_CARDS else "",
        more=_tables(facts.findings[MOST_CARDS:MOST_FINDINGS], shown),
        sweeps=sweeps[::-1],
    )


def _shows(facts: ReportFacts, numbers: Overview) -> str:
    if facts.chosen.everything:
        return "It shows all findings, those that are gone or put aside too."
    told = [f"{numbers.gone:,} gone"] if numbers.gone else []
    told += [f"{numbers.settled:,} put aside by a person"] if numbers.settled else []
    rest = f" Not listed: {' and '.join(told)}." if told else ""
    if facts.chosen == type(facts.chosen)():
        return f"It shows what someone has to act on.{rest}"
    return f"It shows a choice of findings, and all counts of findings are of these.{rest}"


def _severity_line(numbers: Overview, severity: Severity) -> SeverityLine:
    found = [each.row for each in numbers.acting if each.row.severity is severity]
    reasons = Counter(reason for row in found for reason in row.severity_reasons)
    common = [printable(reason) for reason, _count in reasons.most_common(3)]
    return SeverityLine(
        severity.value,
        len(found),
        len({row.letter_id for row in found} - {None}),
        day(min(row.first_seen for row in found)),
        "; ".join(common),
    )


def _actor_line(actor: Actor) -> ActorLine:
    severities = ", ".join(f"{count:,} {severity.value}" for severity, count in actor.severities.items() if count)
    told = [", ".join(actor.assigned)] if actor.assigned else []
    told += [f"nobody: {actor.unassigned:,}"] if actor.unassigned else []
    told += [f"overdue: {actor.overdue:,}"] if actor.overdue else []
    return ActorLine(
        actor.operator,
        actor.tier,
        ", ".join(actor.hosts),
        actor.findings,
        severities,
        day(actor.since),
        "; ".join(told),
    )


def _incident_line(incident: Incident) -> IncidentLine:
    states = ", ".join(f"{count:,} {state.value}" for state, count in incident.states.items() if count)
    return IncidentLine(
        incident.incident_id[:_SHOWN_INCIDENT],
        incident.operator,
        incident.host,
        incident.worst.value,
        incident.findings,
        incident.letters,
        day(incident.since),
        states,
    )


def _incidents_note(numbers: Overview) -> str:
    count = len(numbers.incidents)
    more = f" The first {_MOST_INCIDENTS} are shown." if count > _MOST_INCIDENTS else ""
    return f"{counted(count, 'incident')}: findings of one operator, host and batch, one thing to handle each.{more}"


def _steps(numbers: Overview) -> tuple[tuple[str, str], ...]:
    """What to do, the worst finding's step first."""
    steps_of = Counter(printable(next_step(each.row)) for each in numbers.acting)
    steps = [(counted(count, "finding"), step) for step, count in steps_of.items()]
    if len(steps) <= _MOST_STEPS:
        return tuple(steps)
    return (*steps[:_MOST_STEPS], (f"{len(steps) - _MOST_STEPS} more", "further steps stand with their findings"))


def _unit_line(unit: UnitReach, shown: Shown) -> UnitLine:
    return UnitLine(
        unit.kind.replace("_", " "),
        shown.url(unit.start_url),
        printable(unit.supplier or "ourselves, or not named"),
        unit.state.value.replace("_", " "),
        f"{unit.documents:,}",
        f"{unseen_of(unit):,}",
        f"{unit.requests:,}",
    )


def _sweep_line(sweep: SweepFacts) -> SweepLine:
    state = "not ended" if sweep.state is SweepState.RUNNING else sweep.state.value
    unfinished = f", {sweep.units_unfinished} of {sweep.units} targets unfinished" if sweep.units_unfinished else ""
    return SweepLine(
        sweep.sweep_id,
        sweep.kind.value.replace("_", " "),
        state + unfinished,
        minute(sweep.started_at),
        printable(sweep.authority),
        f"{sweep.documents:,}",
        f"{sweep.unseen:,}",
    )


def _findings_note(facts: ReportFacts) -> str:
    count = len(facts.findings)
    if not count:
        return "None to list."
    told = f"{count:,} finding{'s' if count > 1 else ''}, the worst first."
    if count <= MOST_CARDS:
        return told
    told += f" The first {MOST_CARDS} are told in full, the others in a line each."
    left = count - MOST_FINDINGS
    return told if left <= 0 else f"{told} {left:,} are not on this page: stray report --format csv lists all."


def _card(number: int, finding: ReportedFinding, shown: Shown) -> Card:
    row = finding.row
    told = [f"decision: {row.triage.value.replace('_', ' ')}"]
    told.append(f"assigned to {printable(row.assigned_to)}" if row.assigned_to else "assigned to nobody")
    told += [f"due {row.due}"] if row.due else []
    told += [f"opened again: {row.reopened.value.replace('_', ' ')}"] if row.reopened else []
    told.append(_proof(finding))
    told += [f"incident {printable(row.incident_id)[:_SHOWN_INCIDENT]}"] if row.incident_id else []
    return Card(
        number,
        row.finding_id[:_SHOWN_ID],
        row.severity.value,
        row.state.value,
        printable(row.host),
        row.tier.replace("_", " ") if row.supplier else "",
        words_of(finding, shown),
        tuple(printable(reason) for reason in row.severity_reasons),
        "; ".join(told),
    )


def _proof(finding: ReportedFinding) -> str:
    if finding.sealed_id is None or finding.sealed_at is None:
        return "proof kept: digest and headers"
    return f"proof kept: sealed {printable(finding.sealed_id)}, fetched {day(finding.sealed_at)}"


def _tables(findings: Sequence[ReportedFinding], shown: Shown) -> tuple[tuple[str, tuple[Row, ...], bool], ...]:
    tables: list[tuple[str, tuple[Row, ...], bool]] = []
    first = MOST_CARDS + 1
    while findings:
        size = MOST_OPEN_LINES if not tables else _LINES_A_TABLE
        rows = tuple(_row(each, shown) for each in findings[:size])
        tables.append((f"{first:,} to {first + len(rows) - 1:,}", rows, not tables))
        findings, first = findings[size:], first + len(rows)
    return tuple(tables)


def _in_short(finding: ReportedFinding) -> str:
    """How it lies open, in four words."""
    way = finding.exposure
    if way is None or way.transport is None:
        return "by anyone"
    told = [f"by anyone over {way.transport.value}"]
    told += ["listed"] if Truth.YES in (way.listed, way.folder_listed) else []
    told += ["a search engine may hold it"] if way.indexable is Truth.YES else []
    return ", ".join(told)


_SURE: Final = {
    Verdict.KNOWN_LETTER: "known letter",
    Verdict.SHARED_PASSAGE: "shared passage",
    Verdict.SAME_TEMPLATE: "same template",
}


def _row(finding: ReportedFinding, shown: Shown) -> Row:
    row = finding.row
    sure = _SURE.get(row.verdict, row.verdict.value)
    seen = day(row.first_seen)
    last = day(row.last_seen)
    unknown = f"; then unknown: {basis_words(row.basis)}" if row.state is FindingState.UNKNOWN else ""
    return Row(
        row.finding_id[:_SHOWN_ID],
        row.severity.value,
        row.state.value,
        printable(row.letter_id) if row.letter_id is not None else "our template",
        f"{sure}, {share(row.containment)} of it" if row.containment is not None else sure,
        f"{shown.place(row.url, row.member)} ({operator(row)})",
        _in_short(finding),
        (seen if seen == last else f"{seen} to {last}") + unknown,
        printable(next_step(row)),
    )
