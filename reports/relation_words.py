"""Where a finding's document was moved from or to, and its copies, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from findings.records import RelationKind, TriageDecision
from findings.results import Relation
from reports.shown import Shown

# Hexadecimal digits of an id that are shown; `stray findings show` takes them.
_SHOWN_ID: Final = 8
_KINDS: Final = {
    RelationKind.MOVED_FROM: "moved from",
    RelationKind.MOVED_TO: "moved to",
    RelationKind.COPY: "a copy is",
}
_BASES: Final = {"same_bytes": "the same bytes", "same_letter": "the same part of the letter"}


def relation_words(relations: Iterable[Relation], shown: Shown) -> list[str]:
    """A line for each; a decision on the other is told, and holds for the other alone."""
    return [_words(relation, shown) for relation in relations]


def _words(relation: Relation, shown: Shown) -> str:
    decided = "" if relation.triage is TriageDecision.TO_TRIAGE else f", decided there: {relation.triage.value}"
    told = f"{_BASES[relation.basis]}; {relation.state.value}{decided}"
    place = shown.place(relation.url, relation.member)
    return f"{_KINDS[relation.relation]} {relation.other_id[:_SHOWN_ID]} ({told}): {place}"
