"""Incidents, exposed people and what is known of one thing, as a person at a terminal reads them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from rich.table import Table
from rich.text import Text

from reports.shown import Shown, printable

if TYPE_CHECKING:  # a listing starts sooner without
    from findings.about import Happening
    from findings.incidents import Incident, PeopleExposed

# Characters of an incident's id that are shown: as of a finding's.
_SHOWN_ID: Final = 8


def incident_cells(row: Incident, shown: Shown) -> tuple[Text, Text, Text, Text]:
    """Id, how bad, what and where, since when."""
    how_bad = row.severity.value if row.severity else row.status.value
    counts = [_many(row.findings_open, "open"), _many(row.findings_new, "new"), _many(row.findings_unknown, "unknown")]
    counts += [_many(row.findings_gone, "gone"), _many(row.findings_settled, "put aside")]
    lines = [
        " on ".join(part for part in (row.supplier, row.host) if part),
        shown.url(row.place),
        f"{counted(row.findings, 'finding')}: {', '.join(filter(None, counts))}",
        f"{counted(row.letters_open or row.letters, 'letter')}, {people_counted(row.persons)}, "
        f"{counted(row.batches, 'folder')}",
        *([", ".join(row.categories)] if row.categories else []),
        *_open_how(row),
        *_whose(row),
    ]
    since = Text(f"{_day(row.first_seen)}\n{_day(row.last_seen)}")
    return Text(row.incident_id[:_SHOWN_ID]), Text(how_bad), Text("\n".join(map(printable, lines))), since


def people_facts(people: PeopleExposed) -> list[tuple[str, str]]:
    """What to tell of people, the sure before the possible."""
    return [
        ("people, sure", f"{people.persons_confirmed} named by the register for letters that lie open"),
        ("people, possible", f"{people.persons_possible} more, of whose letters only a passage was found"),
        ("letters, sure", f"{people.letters_confirmed}"),
        ("letters, possible", f"{people.letters_possible}, of which only a passage was found"),
        ("not counted", f"{counted(people.letters_of_unknown_person, 'letter')} of which the register names nobody"),
        ("", f"{counted(people.letters_not_in_pack, 'document')} with a person's data whose letter is not in the pack"),
        ("not opened", f"{counted(people.listed_unopened, 'file')} listed beside them and never opened"),
        ("", f"of these, {people.listed_skipped} that a sweep wanted to open and could not"),
    ]


def happening_cells(happened: Happening, shown: Shown, with_place: bool) -> tuple[Text, Text, Text]:
    """When, what, and the rest."""
    lines = [happened.detail] if happened.detail else []
    lines += [f"letter {happened.letter_id}"] if happened.letter_id is not None else []
    place = [shown.place(happened.url, happened.member)] if with_place else []
    return (
        Text(f"{happened.moment.astimezone(UTC):%Y-%m-%d %H:%M}"),
        Text(printable(f"{happened.what}: {happened.answer}")),
        Text("\n".join([*map(printable, lines), *place])),
    )


def with_rows(table: Table, rows: Iterable[tuple[Text, ...]]) -> Table:
    """The table with these rows."""
    for row in rows:
        table.add_row(*row)
    return table


def _open_how(row: Incident) -> list[str]:
    ways = (
        _many(row.plain, "unencrypted"),
        _many(row.listed, "listed"),
        _many(row.indexable, "open to search engines"),
    )
    told = ", ".join(filter(None, ways))
    return [told] if told else []


def _whose(row: Incident) -> list[str]:
    told = [f"with {', '.join(row.assigned_to)}"] if row.assigned_to else []
    told += [f"due {row.due}"] if row.due else []
    told += [_many(row.findings_to_triage, "to triage")] if row.findings_to_triage else []
    return [", ".join(told)] if told else []


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number else ""


def counted(number: int, what: str) -> str:
    """A number with its noun."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def people_counted(number: int) -> str:
    """How many people the register names."""
    return {0: "nobody named by the register", 1: "1 person"}.get(number, f"{number} people")


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d}"
