"""Everything that a report shows, gathered by few questions however many findings there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from findings.asking import asked, times
from findings.chosen import Chosen
from findings.database import LOCK_WAIT_SECONDS, Connection, open_reader
from findings.exposure import EXPOSURE_COLUMNS, exposure_of_row
from findings.gaps import Gap, gaps_of
from findings.query import findings_of, reach
from findings.records import FindingState, Presence, SweepKind, SweepState
from findings.results import FindingExposure, FindingRow, UnitReach
from findings.statements import sql_text
from matchers.verdicts import AnchorState

_FOLDER = "report_queries"
_IDS = pa.schema([("finding_id", pa.string())])


@dataclass(frozen=True, slots=True)
class ReportedFinding:
    """A finding as a report shows it.

    Attributes:
        exposure: how it lies open, as last fetched; None where the database holds no document for it.
        unit_kind: which source met it: site, open_directory, ftp, bucket.
        reasons: why it is taken for what it is; words of ours.
        anchors: what registered identifiers say.
        false_per_million: of a million documents of other patients, how many come so far by chance at most.
        people: keyed ids of the registered people of the letter; None where nobody looked.
        sealed_id, sealed_at: the latest evidence of it in the vault, and when that was fetched; None where only digest
            and headers are kept.
        gaps: when it was known not to be there, between times that it was.
        ended_at, ended_basis: the first definite answer that it is not there, after it was last seen.
    """

    row: FindingRow
    exposure: FindingExposure | None = None
    unit_kind: str | None = None
    reasons: tuple[str, ...] = ()
    anchors: Mapping[str, AnchorState] = field(default_factory=dict)
    false_per_million: float | None = None
    people: frozenset[str] | None = field(default=None, repr=False)
    ended_at: datetime | None = None
    ended_basis: str | None = None
    sealed_id: str | None = None
    sealed_at: datetime | None = None
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class SweepFacts:
    """One sweep in a line.

    Attributes:
        documents: read; of these `undetermined` ones want a person.
        unseen: places not looked at, or only in part.
        refused: places of which the server says that there is nothing, or that nobody may see it.
    """

    sweep_id: str
    kind: SweepKind
    state: SweepState
    started_at: datetime
    ended_at: datetime | None
    organisation: str
    authority: str
    stray_version: str
    documents: int
    undetermined: int
    unseen: int
    refused: int
    units: int
    units_unfinished: int


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What a report is made of.

    Attributes:
        chosen: what was asked for.
        findings: those, worst first.
        standing: how many findings there are in each state, those that a person has put aside apart from the others,
            whatever was asked for.
        sweeps: all, oldest first.
        answers: by sweep, for how many of the findings it had which answer.
        reach: of the latest sweep, unit by unit.
        unopened: files that are listed in targets where open findings lie, and that nobody has opened.
    """

    chosen: Chosen
    findings: tuple[ReportedFinding, ...]
    standing: Mapping[tuple[FindingState, bool], int]
    sweeps: tuple[SweepFacts, ...]
    answers: Mapping[str, Mapping[Presence, int]]
    reach: tuple[UnitReach, ...]
    unopened: int = 0


def report_facts(database: Path, chosen: Chosen, wait_seconds: float = LOCK_WAIT_SECONDS) -> ReportFacts:
    """Gather them.

    Raises:
        FindingsError: the database is missing, locked for too long, or can not be used.
    """
    with open_reader(database, wait_seconds) as connection:
        rows = findings_of(connection, chosen)
        # A list of 100,000 ids among a query's values takes half a minute to plan.
        connection.register("chosen_findings", pa.table({"finding_id": [row.finding_id for row in rows]}, _IDS))
        details = _details(connection)
        sweeps = tuple(_sweep(row) for row in asked(connection, sql_text(_FOLDER, "sweeps.sql")))
        answers = asked(connection, sql_text(_FOLDER, "answers.sql"))
        unopened = asked(connection, "SELECT listed_unopened FROM people_exposed")
        standing = asked(connection, sql_text(_FOLDER, "standing.sql"))
    latest = sweeps[-1].sweep_id if sweeps else None
    return ReportFacts(
        chosen=chosen,
        findings=tuple(_reported(row, details.get(row.finding_id)) for row in rows),
        standing={(FindingState(row["state"]), bool(row["settled"])): row["count"] for row in standing},
        sweeps=sweeps,
        answers=_by_sweep(answers),
        reach=reach(database, latest, wait_seconds) if latest else (),
        unopened=unopened[0]["listed_unopened"],
    )


def _details(connection: Connection) -> dict[str, dict[str, Any]]:
    rows = asked(connection, sql_text(_FOLDER, "details.sql"))
    return {row["finding_id"]: row for row in rows}


def _reported(row: FindingRow, detail: Mapping[str, Any] | None) -> ReportedFinding:
    if detail is None:  # purged between two questions
        return ReportedFinding(row)
    exposure = {name: detail[name] for name in EXPOSURE_COLUMNS.split(", ")}
    people = detail["person_ids"]
    return ReportedFinding(
        row=row,
        exposure=exposure_of_row(exposure) if detail["has_exposure"] else None,
        unit_kind=detail["unit_kind"],
        reasons=tuple(detail["reasons"] or ()),
        anchors={kind: AnchorState(state) for kind, state in detail["anchors"] or ()},
        false_per_million=detail["false_per_million"],
        people=None if people is None else frozenset(people),
        ended_at=times(detail).get("ended_at"),
        ended_basis=detail["ended_basis"],
        sealed_id=detail["sealed_id"],
        sealed_at=times(detail).get("sealed_at"),
        gaps=gaps_of(detail["gaps"]),
    )


def _by_sweep(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[Presence, int]]:
    answers: dict[str, dict[Presence, int]] = {}
    for row in rows:
        answers.setdefault(row["sweep_id"], {})[Presence(row["presence"])] = row["count"]
    return answers


def _sweep(row: Mapping[str, Any]) -> SweepFacts:
    sets = {"kind": SweepKind(row["kind"]), "state": SweepState(row["state"])}
    return SweepFacts(**{**row, **times(row), **sets})
