"""A finding in words, the same on the terminal and on the page; every text is safe to show, places are masked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date
from typing import Final

from findings.records import Presence, TriageDecision
from findings.report_facts import ReportedFinding
from findings.results import FindingDetail, FindingRow, TriageEvent
from reports.acts import did, is_overdue, note_lines, reopened_words
from reports.finding_words import share, words_of
from reports.relation_words import relation_words
from reports.shown import Shown, printable
from reports.since_words import minute

# Characters of an id that are shown, as in lists.
SHORT_ID: Final = 8
# Characters of what comes from outside and stands in one line: an address can have a million.
_LINE_SHOWN: Final = 500
# Sightings of the timeline that are shown; the rest is counted.
_SIGHTINGS_SHOWN: Final = 12
_NO_LETTER: Final = "no letter that we know"
# Decisions in the order in which they are offered, each with its key and what it means.
DECISIONS: Final[Mapping[TriageDecision, tuple[str, str]]] = {
    TriageDecision.CONFIRMED: ("c", "it is ours and it lies open"),
    TriageDecision.FALSE_POSITIVE: ("f", "it is not ours; opened again if the match grows stronger"),
    TriageDecision.ACCEPTED_UNTIL: ("a", "it may stay until a day, for a reason; opened again if the content changes"),
    TriageDecision.REPORTED: ("r", "whoever runs the place has been told"),
    TriageDecision.TAKEN_DOWN: ("t", "they say that it is gone; a sweep has to confirm it"),
    TriageDecision.CLOSED: ("l", "done; opened again when it is seen again"),
    TriageDecision.TO_TRIAGE: ("o", "back to be decided on"),
}
_PRESENCE: Final = {Presence.PRESENT: "there", Presence.GONE: "not there", Presence.UNKNOWN: "unknown"}


@dataclass(frozen=True, slots=True)
class RowWords:
    """A finding in a line of the list."""

    finding_id: str
    short_id: str
    severity: str
    state: str
    triage: str
    verdict: str
    letter: str
    share: str
    where: str
    supplier: str
    first_seen: str
    last_seen: str
    reopened: str
    assigned_to: str
    due: str
    is_overdue: bool
    is_waiting: bool


@dataclass(frozen=True, slots=True)
class ActWords:
    """What somebody did."""

    when: str
    who: str
    did: str
    note: str


@dataclass(frozen=True, slots=True)
class FindingWordsInFull:
    """A finding with all that is known of it.

    Attributes:
        facts: names and values, a line each, in the order in which a person asks.
        sightings: sweep by sweep, latest first: when, answer, basis, state.
        acts: latest first.
    """

    row: RowWords
    facts: tuple[tuple[str, str], ...]
    sightings: tuple[tuple[str, str, str, str], ...]
    acts: tuple[ActWords, ...]


def row_words(row: FindingRow, shown: Shown, today: date | None = None) -> RowWords:
    """One line."""
    return RowWords(
        finding_id=row.finding_id,
        short_id=row.finding_id[:SHORT_ID],
        severity=row.severity.value,
        state=row.state.value,
        triage=row.triage.value.replace("_", " "),
        verdict=row.verdict.value.replace("_", " "),
        letter=_clipped(printable(row.letter_id)) if row.letter_id is not None else _NO_LETTER,
        share=share(row.containment) if row.containment is not None else "",
        where=_clipped(shown.place(row.url, row.member)),
        supplier=_clipped(printable(row.supplier or "")),
        first_seen=f"{row.first_seen.astimezone(UTC):%Y-%m-%d}",
        last_seen=f"{row.last_seen.astimezone(UTC):%Y-%m-%d}",
        reopened=reopened_words(row),
        assigned_to=printable(row.assigned_to or ""),
        due=row.due.isoformat() if row.due else "",
        is_overdue=is_overdue(row, today),
        is_waiting=row.triage is TriageDecision.TO_TRIAGE,
    )


def words_in_full(detail: FindingDetail, shown: Shown) -> FindingWordsInFull:
    """All of it."""
    row = detail.row
    words = words_of(_reported(detail), shown)
    line = row_words(row, shown)
    facts = [
        ("what next", words.next_step),
        ("where", _clipped(words.where)),
        ("run by", _clipped(words.operator)),
        ("letter", line.letter),
        ("verdict", f"{row.verdict.value}: {words.verdict}"),
        *_each("why", words.why),
        *_each(f"severity {line.severity}", map(printable, row.severity_reasons)),
        *words.reachable,
        *_each("since", words.since),
        *_each("same content", map(_clipped, relation_words(detail.relations, shown))),
        ("file", f"{printable(row.media_type)}, {row.size} bytes, SHA-256 {row.sha256}"),
        ("finding", row.finding_id),
    ]
    sightings = [
        (minute(each.seen_at), _PRESENCE[each.presence], printable(each.basis).replace("_", " "), each.state.value)
        for each in reversed(detail.sightings)
    ]
    if len(sightings) > _SIGHTINGS_SHOWN:
        more = (f"and {len(sightings) - _SIGHTINGS_SHOWN} earlier", "", "", "")
        sightings = [*sightings[:_SIGHTINGS_SHOWN], more]
    acts = tuple(act_words(event) for event in reversed(detail.triage_events))
    return FindingWordsInFull(line, tuple((name, _clipped(value)) for name, value in facts), tuple(sightings), acts)


def act_words(event: TriageEvent) -> ActWords:
    """Who did what, when and why."""
    return ActWords(minute(event.decided_at), printable(event.decided_by), did(event), note_lines(event.note))


def _reported(detail: FindingDetail) -> ReportedFinding:
    """As reports show it, so that triage says the same."""
    seen = [each.seen_at for each in detail.sightings if each.presence is Presence.PRESENT]
    gone = [each for each in detail.sightings if each.presence is Presence.GONE and seen and each.seen_at > max(seen)]
    return ReportedFinding(
        detail.row,
        exposure=detail.exposure,
        reasons=detail.reasons,
        anchors=detail.anchors,
        gaps=detail.gaps,
        ended_at=gone[0].seen_at if gone else None,
        ended_basis=gone[0].basis if gone else None,
    )


def _each(name: str, values: Iterable[str]) -> list[tuple[str, str]]:
    """A name on the first line alone."""
    return [("" if place else name, value) for place, value in enumerate(values)]


def _clipped(text: str) -> str:
    return text if len(text) <= _LINE_SHOWN else f"{text[:_LINE_SHOWN]}… ({len(text) - _LINE_SHOWN} characters more)"
