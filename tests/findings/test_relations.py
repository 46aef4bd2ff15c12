"""Documents that were moved, renamed or copied, as their findings tell of each other."""

from __future__ import annotations

from documents.records import Skipped, SkipReason
from findings.query import finding
from findings.records import RelationKind, TriageDecision
from findings.results import TriageEvent
from tests.findings.conftest import HOST, Estate, letter, set_triage


def ids(estate: Estate) -> dict[str, str]:
    rows = estate.ask("SELECT url, finding_id FROM findings")
    return {url.rpartition("/")[2]: finding_id for url, finding_id in rows}


def told(estate: Estate, name: str) -> list[tuple[RelationKind, str, str, TriageDecision]]:
    of_name = {finding_id: each for each, finding_id in ids(estate).items()}
    detail = finding(estate.database, ids(estate)[name])
    return [(each.relation, of_name[each.other_id], each.basis, each.triage) for each in detail.relations]


def test_what_was_moved_and_what_was_copied_is_told_with_its_decisions(estate: Estate) -> None:
    estate.sweep(
        (estate.document("/1/old.pdf"), letter()),
        (estate.document("/1/kept.pdf", b"other bytes"), letter("L-7")),
        (estate.document("/1/else.pdf", b"else"), letter("L-9")),
    )
    note = TriageEvent(TriageDecision.FALSE_POSITIVE, "looked at", "J. Example", estate.now)
    set_triage(estate.database, ids(estate)["old.pdf"], note)
    estate.sweep(
        Skipped(f"{HOST}/1/old.pdf", SkipReason.NOT_FOUND, "http_404"),
        (estate.document("/1/new.pdf"), letter()),
        (estate.document("/1/kept.pdf", b"other bytes"), letter("L-7")),
        (estate.document("/1/copy.pdf", b"re-saved"), letter("L-7")),
        (estate.document("/1/else.pdf", b"else"), letter("L-9")),
    )
    undecided = TriageDecision.TO_TRIAGE
    assert told(estate, "new.pdf") == [
        (RelationKind.MOVED_FROM, "old.pdf", "same_bytes", TriageDecision.FALSE_POSITIVE)
    ]
    assert told(estate, "old.pdf") == [(RelationKind.MOVED_TO, "new.pdf", "same_bytes", undecided)]
    assert told(estate, "copy.pdf") == [(RelationKind.COPY, "kept.pdf", "same_letter", undecided)]
    assert told(estate, "else.pdf") == []
    assert estate.ask("SELECT triage, settled FROM finding_status WHERE url LIKE '%new.pdf'") == [("to_triage", False)]
    names = {finding_id: name for name, finding_id in ids(estate).items()}
    pairs = estate.ask("SELECT finding_id, earlier_id, relation, basis FROM copies")
    assert {(names[later], names[earlier], *rest) for later, earlier, *rest in pairs} == {
        ("new.pdf", "old.pdf", "moved", "same_bytes"),
        ("copy.pdf", "kept.pdf", "copy", "same_letter"),
    }
