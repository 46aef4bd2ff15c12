"""Incidents and exposed people as records."""

from __future__ import annotations

from dataclasses import replace

from documents.records import Skipped, SkipReason
from findings.incidents import IncidentStatus, PeopleExposed, incidents, people_exposed
from findings.records import Severity
from matchers.verdicts import Verdict
from tests.findings.conftest import HOST, Estate, letter


def test_incidents_and_people_as_records(estate: Estate) -> None:
    judged = letter("L-1")
    judged = replace(judged, letters=tuple(replace(each, people=("p1", "p2")) for each in judged.letters))
    lasting = (estate.document("/1/x/a.pdf"), judged)
    estate.sweep(lasting, (estate.document("/1/y/b.pdf"), letter("L-2")))
    for _ in range(2):
        estate.sweep(lasting, Skipped(f"{HOST}/1/y/b.pdf", SkipReason.NOT_FOUND))
    (still,) = incidents(estate.database)
    assert (still.status, still.place, still.persons, still.letters_open) == (IncidentStatus.OPEN, f"{HOST}/1/x/", 2, 1)
    assert (still.verdict, still.supplier) == (Verdict.KNOWN_LETTER, "Example Transcription Ltd")
    assert still.severity in set(Severity)
    assert "/1/x/" not in repr(still)
    every = incidents(estate.database, everything=True)
    assert [(row.status, row.severity is None, row.gone_at is None) for row in every] == [
        (IncidentStatus.OPEN, False, True),
        (IncidentStatus.GONE, True, False),
    ]
    people = people_exposed(estate.database)
    assert (people.persons_confirmed, people.letters_confirmed, people.letters_of_unknown_person) == (2, 1, 0)
    estate.sweep()
    assert incidents(estate.database)[0].findings_unknown == 1


def test_an_empty_database_has_neither(estate: Estate) -> None:
    estate.sweep()
    assert incidents(estate.database, everything=True) == ()
    assert people_exposed(estate.database) == PeopleExposed(0, 0, 0, 0, 0, 0, 0, 0)
