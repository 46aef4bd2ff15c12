"""Tables for a person at a terminal; they fit 80 columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, TextIO

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from documents.exposure import Truth
from findings.reach_records import ReachTold
from findings.records import FindingState, TriageDecision
from findings.results import (
    BucketStanding,
    DocumentToLookAt,
    ExposedLetter,
    FindingDetail,
    FindingRow,
    MetBucket,
    TriageEvent,
    UnitReach,
)
from matchers.verdicts import Span
from reports.acts import did, note_lines, standing
from reports.console import plain_console
from reports.exposed import exposure_facts
from reports.finding_table import MANY, SHOWN_ID, days, share_words, state_style, what_words, write_long
from reports.gathered import counted, happening_cells, incident_cells, people_counted, people_facts, with_rows
from reports.reach_words import alarms, told_of
from reports.relation_words import relation_words
from reports.shown import Shown, printable
from reports.since_words import exposed_words

if TYPE_CHECKING:  # a listing starts sooner without
    from findings.about import About
    from findings.incidents import Incident, PeopleExposed

DEFAULT_WIDTH: Final = 80
# Spans of one finding that are listed; the rest is counted.
_SHOWN_SPANS: Final = 20
_UNBROKEN: Final = ("finding", "seen", "seen so", "state", "when (UTC)")


class TableReport:
    """Implements `Report`. Places are masked unless `reveal`.

    Args:
        out: where to.
        reveal: show places and names as they are.
        width: columns of the terminal.
        colour: whether `out` takes colours.
    """

    def __init__(self, out: TextIO, *, reveal: bool = False, width: int = DEFAULT_WIDTH, colour: bool = False) -> None:
        self._shown = Shown(reveal)
        self._console = plain_console(out, width, colour)

    def findings(self, rows: Iterable[FindingRow]) -> None:
        """See `Report`."""
        coming = iter(rows)
        table = _table("finding", "state", "what and where", "seen")
        first = list(islice(coming, MANY))
        for row in first:
            what = Text(f"{what_words(row)}\n{self._shown.place(row.url, row.member)}")
            table.add_row(row.finding_id[:SHOWN_ID], _state(row), what, days(row.first_seen, row.last_seen))
        if len(first) < MANY:
            self._print(table, len(first), "no findings")
        else:
            write_long(chain(first, coming), self._console, self._shown)

    def finding(self, detail: FindingDetail) -> None:
        """See `Report`."""
        from reports.finding_words import next_step  # noqa: PLC0415 - a listing starts sooner without

        row = detail.row
        self._facts(
            [
                ("finding", row.finding_id),
                ("state", f"{row.state} ({row.basis}, {_time(row.answered_at)})"),
                *((("rests on", printable(row.why)),) if row.why else ()),
                ("what next", next_step(row)),
                *_how_to_close(row),
                *standing(row),
                ("severity", row.severity.value),
                *(("", reason) for reason in row.severity_reasons),
                ("what", what_words(row)),
                *_about(row),
                ("where", self._shown.place(row.url, row.member)),
                ("host", f"{row.host}, {row.tier}{f', {row.supplier}' if row.supplier else ''}"),
                *(("" if place else "exposed", words) for place, words in enumerate(exposed_words(row, detail.gaps))),
                *(("same content", words) for words in relation_words(detail.relations, self._shown)),
                *_server_date(row),
                *exposure_facts(detail.exposure, self._shown),
                ("file", f"{row.media_type}, {row.size} bytes, SHA-256 {row.sha256}"),
                *(("identifier", f"{kind}: {state}") for kind, state in detail.anchors.items()),
                *(("reason", reason) for reason in detail.reasons),
                *self._spans(detail.spans),
            ]
        )
        self._sightings(detail)
        self._triage(detail.triage_events)

    def letters(self, rows: Iterable[ExposedLetter]) -> None:
        """See `Report`."""
        table = _table("letter", "places", "share", "hosts", "seen")
        count = 0
        for count, row in enumerate(rows, 1):  # noqa: B007 - the last number is the count
            places = f"{row.places}" + (f" ({row.places_unknown} unknown)" if row.places_unknown else "")
            share = (
                share_words(row.largest_share)
                if row.is_certain
                else f"{share_words(row.largest_share)}, shared passage"
            )
            hosts = Text("\n".join(printable(host) for host in row.hosts))
            seen = days(row.first_seen, row.last_seen)
            letter = Text(
                f"{printable(row.letter_id)}\n{row.severity}"
                + (f"\n{people_counted(row.persons)}" if row.persons else "")
            )
            table.add_row(letter, places, share, hosts, seen)
        self._print(table, count, "no letters exposed")

    def incidents(self, rows: Iterable[Incident]) -> None:
        """See `Report`."""
        cells = [incident_cells(row, self._shown) for row in rows]
        table = with_rows(_table("incident", "severity", "what and where", "seen"), cells)
        self._print(table, len(cells), "no incidents")

    def people(self, people: PeopleExposed) -> None:
        """See `Report`."""
        self._facts(people_facts(people))

    def about(self, known: About) -> None:
        """See `Report`."""
        self._facts(
            [
                ("known as", ", ".join(known.subjects) or "nothing: no sweep has met it"),
                *([("host", known.swept)] if known.swept else []),
                ("findings", str(len(known.findings))),
            ]
        )
        if known.findings:
            self.findings(known.findings)
        cells = [happening_cells(each, self._shown, known.swept is None) for each in known.happenings]
        if cells:
            self._console.print(with_rows(_table("when (UTC)", "what", "detail"), cells))
        if known.omitted:
            self._console.print(Text(f"and {known.omitted} earlier"))

    def reach(self, rows: Iterable[UnitReach]) -> None:
        """See `Report`. A unit's start is what the operator wrote into the scope, so it is shown in clear."""
        table = _table("unit", "state", "seen", "not looked at")
        count = 0
        for count, row in enumerate(rows, 1):  # noqa: B007 - the last number is the count
            skips = sorted(row.skipped_by_reason.items(), key=lambda item: (-item[1], item[0]))
            left_out = [f"{number} {reason}" for reason, number in skips]
            left_out += [f"{row.not_selected} not_selected"] if row.not_selected else []
            left_out += [f"{row.names_unknown} of {row.names} names unknown"] if row.names_unknown else []
            reasons = "\n".join(left_out)
            table.add_row(_text(row.start_url), str(row.state), _seen(row), reasons or "-")
        self._print(table, count, "no sweeps")

    def reach_told(self, reach: ReachTold) -> None:
        """See `Report`."""
        every = len(reach.changes) + len(reach.canaries) + len(reach.strays) + len(reach.limits)
        for line in (*alarms(reach, every), *told_of(reach, every)):
            self._console.print(_text(line))

    def to_look_at(self, rows: Iterable[DocumentToLookAt]) -> None:
        """See `Report`."""
        table = _table("document", "type", "bytes", "why")
        count = 0
        for count, row in enumerate(rows, 1):  # noqa: B007 - the last number is the count
            why = _text("; ".join(row.reasons))
            table.add_row(Text(self._shown.place(row.url, row.member)), _text(row.media_type), str(row.size), why)
        self._print(table, count, "nothing to look at")

    def buckets(self, rows: Iterable[BucketStanding]) -> None:
        """See `Report`."""
        table = _table("state", "bucket", "seen so")
        count = 0
        for count, row in enumerate(rows, 1):  # noqa: B007 - the last number is the count
            where = " ".join(part for part in (row.provider, row.region, f"found by {row.found_by}") if part)
            ours = f"ours: {row.score} of 100, {', '.join(row.reasons)}" if row.reasons else "not known whose"
            lines = [row.url, where, ours]
            lines += [f"{counted(row.letters, 'letter')} found in it"] if row.letters else []
            table.add_row(_bucket_state(row), Text("\n".join(map(printable, lines))), _since(row))
        self._print(table, count, "no buckets")

    def buckets_met(self, rows: Iterable[MetBucket]) -> None:
        """See `Report`."""
        table = _table("bucket", "named", "where", "state", "seen")
        count = 0
        for count, row in enumerate(rows, 1):  # noqa: B007 - the last number is the count
            named = counted(row.objects, "object")
            named += f"\n{row.with_credential} with a signature or token" if row.with_credential else ""
            page = f"\n{self._shown.url(row.parent)}" if row.parent else ""
            where = Text(f"{', '.join(printable(each) for each in row.met_in)}{page}")
            state = "not asked" if row.state is None else f"{row.state}, {row.score} of 100 ours"
            table.add_row(Text(printable(row.url)), named, where, state, days(row.first_seen, row.last_seen))
        self._print(table, count, "no buckets were met")

    def _print(self, table: Table, count: int, nothing: str) -> None:
        self._console.print(table if count else Text(nothing))

    def _facts(self, facts: Sequence[tuple[str, str]]) -> None:
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for name, value in facts:
            table.add_row(name, _text(value))
        self._console.print(table)

    def _spans(self, spans: Sequence[Span]) -> list[tuple[str, str]]:
        told = [
            ("span", f"{self._shown.member(span.piece) or 'text'} {_range(span.doc)}, letter {_range(span.letter)}")
            for span in spans[:_SHOWN_SPANS]
        ]
        more = len(spans) - len(told)
        return [*told, ("", f"and {more} more spans")] if more else told

    def _sightings(self, detail: FindingDetail) -> None:
        table = _table("sweep", "when (UTC)", "answer", "basis", "state then")
        for sighting in detail.sightings:
            when = f"{sighting.seen_at.astimezone(UTC):%Y-%m-%d %H:%M}"
            table.add_row(sighting.sweep_id, when, sighting.presence.value, sighting.basis, sighting.state.value)
        self._console.print(table)

    def _triage(self, events: Sequence[TriageEvent]) -> None:
        if not events:
            return
        table = _table("when", "who", "decision", "note")
        for event in events:
            who, note = _text(event.decided_by), Text(note_lines(event.note))
            table.add_row(_time(event.decided_at), who, Text(did(event)), note)
        self._console.print(table)


def _seen(row: UnitReach) -> str:
    unchanged = f"\n{row.unchanged} unchanged" if row.unchanged else ""
    return f"{row.documents} read{unchanged}" + (f"\nof {row.entries} met" if row.entries else "")


def _table(*columns: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in _UNBROKEN)
    return table


def _about(row: FindingRow) -> list[tuple[str, str]]:
    people = [("people", f"{row.persons} registered with the letter")] if row.persons else []
    matters = [("speaks of", ", ".join(category.replace("_", " ") for category in row.categories))]
    return people + (matters if row.categories else [])


def _state(row: FindingRow) -> Text:
    shown = Text(f"{row.severity}\n")
    shown.append(row.state.value, style=state_style(row.state))
    if row.triage is not TriageDecision.TO_TRIAGE:
        shown.append(f"\n{row.triage}", style="default")
    return shown


def _bucket_state(row: BucketStanding) -> str:
    """As last asked; what is known from before where that came to nothing."""
    was = f"\nwas {row.known_state}" if row.known_state not in (None, row.state) else ""
    versions = "\nold versions visible" if row.versions_visible is Truth.YES else ""
    return f"{row.state}{versions}{was}"


def _since(row: BucketStanding) -> str:
    return days(row.since, row.known_at) if row.since and row.known_at else "-"


def _time(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _how_to_close(row: FindingRow) -> tuple[tuple[str, str], ...]:
    """What sweeps may never be able to tell ends by a person's word, and that alone."""
    if row.state is not FindingState.UNKNOWN or row.settled:
        return ()
    return (("to close it", f"stray findings set {row.finding_id[:SHOWN_ID]} closed --note WHY"),)


def _server_date(row: FindingRow) -> list[tuple[str, str]]:
    if row.server_modified is None:
        return []
    return [("server says", f"modified {_time(row.server_modified)}; not the date of exposure")]


def _range(limits: tuple[int, int]) -> str:
    return f"{limits[0]}-{limits[1]}"


def _text(text: str) -> Text:
    return Text(printable(text))
