"""Other findings with the same content: where a document was moved from or to, and its copies."""

from __future__ import annotations

from typing import Any, Final

from findings.asking import asked
from findings.database import Connection
from findings.records import FindingState, RelationKind, TriageDecision
from findings.results import FindingRow, Relation
from findings.statements import sql_text

# Others that are told of one finding; a letter may lie at thousands of places, which `about` lists.
MOST_RELATIONS: Final = 20


def relations_of(connection: Connection, row: FindingRow) -> tuple[Relation, ...]:
    """Those of one finding, the latest first; what it was moved from before all."""
    values = {
        "finding_id": row.finding_id,
        "sha256": row.sha256,
        "letter_id": row.letter_id,
        "most": MOST_RELATIONS,
    }
    related = asked(connection, sql_text("report_queries", "relations.sql"), values)
    if not related:
        return ()
    # By their ids as constants the view reads these alone; joined to them it would put together all findings first.
    ids = [each["other_id"] for each in related]
    query = (
        "SELECT finding_id, state, triage, url, member FROM finding_status "  # noqa: S608 - question marks
        f"WHERE finding_id IN ({', '.join('?' * len(ids))})"
    )
    others = {row.pop("finding_id"): row for row in asked(connection, query, ids)}
    return tuple(_relation(each | others[each["other_id"]]) for each in related)


def _relation(row: dict[str, Any]) -> Relation:
    sets: dict[str, Any] = {
        "relation": RelationKind(row["relation"]),
        "state": FindingState(row["state"]),
        "triage": TriageDecision(row["triage"]),
    }
    return Relation(**row | sets)
