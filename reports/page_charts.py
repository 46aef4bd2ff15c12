"""The four charts of the HTML report: since when, how many at each sweep, where, and how far the sweeps saw."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from findings.records import FindingState, Presence, Severity, UnitState
from findings.report_facts import ReportedFinding, ReportFacts, SweepFacts
from findings.results import UnitReach
from reports.charts import Chart, Lane, Stack, stacked_columns, stacked_rows, timeline
from reports.finding_words import operator
from reports.overview import HostCount, worst
from reports.shown import printable
from reports.skip_words import ANSWERED

# Lanes of a timeline: as many as fit on a printed page. With more findings a lane is a host.
_MOST_LANES: Final = 30
# Hosts that have a bar of their own.
_MOST_HOSTS: Final = 15
# Sweeps that have a column: half a year of weekly ones.
_MOST_SWEEPS: Final = 26

# One column compares nothing.
_FEWEST_COLUMNS: Final = 2
# Targets that have a bar of their own.
_MOST_TARGETS: Final = 20

_SEVERITIES: Final = tuple((f"{severity.value}-bar", severity.value) for severity in Severity)
_TIME_LEGEND: Final = (
    *((look, f"seen open, {meaning}") for look, meaning in _SEVERITIES),
    ("unsure", "not known"),
    ("over", "a definite answer that it is not there"),
)
# In the order of `Presence`.
_ANSWERS: Final = (("letter", "there"), ("read", "not there"), ("unsure", "no answer that counts"))
_REACH: Final = (
    ("read", "documents read"),
    ("template", "nothing there, or closed to anyone"),
    ("left", "not looked at, or only in part"),
)
_VERDICTS: Final = (("letter", "known letter"), ("passage", "shared passage"), ("template", "same template"))


def exposure_timeline(findings: Sequence[ReportedFinding], sweeps: Sequence[SweepFacts]) -> tuple[Chart | None, str]:
    """Since when and until when: a lane a finding, or a lane a host where there are too many; and which it is."""
    if not findings:
        return None, ""
    moments = [sweep.started_at for sweep in sweeps]
    if len(findings) <= _MOST_LANES:
        lanes = [_lane(each) for each in sorted(findings, key=lambda each: each.row.first_seen)]
        title, note = "When each finding was open", "One bar a finding, the oldest first."
    else:
        hosts: dict[tuple[str, str], list[ReportedFinding]] = defaultdict(list)
        for each in findings:
            hosts[printable(each.row.host), operator(each.row)].append(each)
        lanes = sorted((_host_lane(*key, group) for key, group in hosts.items()), key=lambda lane: lane.start)
        title, note = "When each host had open findings", "One bar a host, from its first finding to its last."
        if len(lanes) > _MOST_LANES:
            note += f" The {_MOST_LANES} longest open of {len(lanes):,} hosts."
            lanes = lanes[:_MOST_LANES]
    looks = {lane.look for lane in lanes} | {"unsure", "over"}
    legend = tuple((look, meaning) for look, meaning in _TIME_LEGEND if look in looks)
    return timeline("timeline", title, lanes, moments, legend), note


def answers_by_sweep(facts: ReportFacts) -> Chart | None:
    """What each sweep answered for these findings: there, not there, or no answer that counts."""
    shown = [sweep for sweep in facts.sweeps if sweep.sweep_id in facts.answers][-_MOST_SWEEPS:]
    if len(shown) < _FEWEST_COLUMNS:
        return None
    stacks = [
        Stack(f"{sweep.started_at:%m-%d}", tuple(facts.answers[sweep.sweep_id].get(each, 0) for each in Presence))
        for sweep in shown
    ]
    return stacked_columns("answers", "What each sweep said of these findings", stacks, _ANSWERS)


def by_host(hosts: Sequence[HostCount]) -> Chart | None:
    """Open findings by host and verdict, the most first."""
    if not hosts:
        return None
    stacks = [Stack(host.host, host.verdicts) for host in hosts[:_MOST_HOSTS]]
    if rest := hosts[_MOST_HOSTS:]:
        sums = tuple(sum(counts) for counts in zip(*(host.verdicts for host in rest), strict=True))
        stacks.append(Stack(f"{len(rest):,} more hosts", sums))
    return stacked_rows("hosts", "Open findings by host and verdict", stacks, _VERDICTS)


def reach_by_sweep(sweeps: Sequence[SweepFacts]) -> Chart | None:
    """What each sweep read, and what it did not look at."""
    if len(sweeps) < _FEWEST_COLUMNS:
        return None
    stacks = [
        Stack(f"{sweep.started_at:%m-%d}", (sweep.documents, sweep.refused, sweep.unseen))
        for sweep in sweeps[-_MOST_SWEEPS:]
    ]
    return stacked_columns("sweeps", "What each sweep read, and what it did not", stacks, _REACH)


def reach_by_target(reach: Sequence[UnitReach]) -> Chart | None:
    """What the latest sweep read of each target, and what it did not look at."""
    if not reach:
        return None
    units = sorted(reach, key=lambda unit: -sum(_seen_of(unit)))
    stacks = [
        Stack(
            f"{unit.kind.replace('_', ' ')} {printable(unit.host)}",
            _seen_of(unit),
            "" if unit.state is UnitState.FINISHED else f" ({unit.state.value.replace('_', ' ')})",
        )
        for unit in units[:_MOST_TARGETS]
    ]
    if rest := units[_MOST_TARGETS:]:
        sums = tuple(sum(counts) for counts in zip(*map(_seen_of, rest), strict=True))
        stacks.append(Stack(f"{len(rest):,} more targets", sums))
    return stacked_rows("targets", "What the latest sweep read of each target", stacks, _REACH)


def unseen_of(unit: UnitReach) -> int:
    """Places of a target that nobody looked at; where a server says that there is nothing, somebody did."""
    return sum(count for reason, count in unit.skipped_by_reason.items() if reason not in ANSWERED)


def _seen_of(unit: UnitReach) -> tuple[int, ...]:
    unseen = unseen_of(unit)
    return unit.documents, sum(unit.skipped_by_reason.values()) - unseen, unseen


def _lane(finding: ReportedFinding) -> Lane:
    row = finding.row
    letter = printable(row.letter_id) if row.letter_id is not None else "template"
    over = finding.ended_at is not None and row.state is FindingState.GONE
    known = row.state in (FindingState.NEW, FindingState.OPEN, FindingState.REAPPEARED)
    until = finding.ended_at if over and finding.ended_at else row.last_seen if known else row.answered_at
    name = f"{row.finding_id[:8]} · {letter}"
    return Lane(
        name,
        row.first_seen,
        row.last_seen,
        until,
        f"{row.severity.value}-bar",
        over,
        f"{row.state.value}, {row.severity.value}"
        + (f", not there {len(finding.gaps)} times in between" if finding.gaps else ""),
        finding.gaps,
    )


def _host_lane(host: str, runs_it: str, group: Sequence[ReportedFinding]) -> Lane:
    lanes = [_lane(each) for each in group]
    severity = worst(each.row.severity for each in group)
    over = all(lane.is_over for lane in lanes)
    return Lane(
        host,
        min(lane.start for lane in lanes),
        max(lane.end for lane in lanes),
        max(lane.until for lane in lanes),
        f"{severity.value}-bar",
        over,
        f"{len(group):,} findings, run by {runs_it}",
    )
