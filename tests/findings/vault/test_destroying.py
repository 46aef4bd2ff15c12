"""A purge of findings takes their evidence along, but for what others still need."""

from __future__ import annotations

from pathlib import Path

import pytest

from findings.database import open_writer
from findings.vault.destroying import Destroyed, destroy_of, destroyable
from findings.vault.examination import examine
from findings.vault.mirror import mirror_of
from findings.vault.store import vault_folder
from matchers.verdicts import Judgement, LetterMatch, Span, Verdict
from tests.findings.conftest import Estate
from tests.findings.vault.conftest import Safe


def judgement(*letters: str) -> Judgement:
    matches = [
        LetterMatch(one, Verdict.KNOWN_LETTER, 0.9, 0.9, 300.0, {}, (Span("", (0, 9), (0, 9)),)) for one in letters
    ]
    return Judgement(Verdict.KNOWN_LETTER, tuple(matches), ("it is there",))


@pytest.fixture
def known(estate: Estate) -> tuple[Estate, Safe, list[str]]:
    """Two findings in one file and one in another, both sealed."""
    estate.sweep(
        (estate.document("/both.txt"), judgement("L-1", "L-2")), (estate.document("/one.txt"), judgement("L-3"))
    )
    ids = [str(row[0]) for row in estate.ask("SELECT finding_id FROM findings ORDER BY letter_id")]
    safe = Safe(vault_folder(estate.database))
    safe.keep(findings=ids[:2])
    safe.keep(b"Another letter", ids[2:])
    return estate, safe, ids


def test_a_file_is_destroyed_with_the_last_finding_that_it_proves(known: tuple[Estate, Safe, list[str]]) -> None:
    estate, safe, ids = known
    both, single = (one.evidence_id for one in safe.vault.all())
    with open_writer(estate.database) as connection:
        assert destroy_of(connection, estate.database, ids[1:], "ann", "retention") == Destroyed((single,), (both,))
        connection.execute("DELETE FROM findings WHERE list_contains(?, finding_id)", [ids[1:]])
        assert destroyable(connection, ids[:1]) == Destroyed((both,), ())
        assert destroy_of(connection, estate.database, ids[:1], "ann", "retention") == Destroyed((both,), ())
        assert destroy_of(connection, estate.database, ids, "ann", "again") == Destroyed((), ())
    assert not list(safe.folder.glob("*.age"))
    result = examine(safe.vault, mirror_of(estate.database))
    assert result.is_sound
    assert (result.destroyed, result.events) == (2, 4)


def test_what_was_killed_in_between_is_done_by_the_next_call(known: tuple[Estate, Safe, list[str]]) -> None:
    estate, safe, ids = known
    both = safe.vault.all()[0].evidence_id
    safe.vault.destroy(both, "ann", "killed before the database knew")
    with open_writer(estate.database) as connection:
        assert destroy_of(connection, estate.database, ids, "ann", "retention").gone == (
            safe.vault.all()[1].evidence_id,
        )
    assert len(safe.vault.log.lines()) == 4


def test_a_destruction_that_was_killed_half_way_is_done(known: tuple[Estate, Safe, list[str]]) -> None:
    estate, safe, ids = known
    first = safe.vault.all()[0]
    content = safe.vault.sealed(first)
    safe.vault.destroy(first.evidence_id, "ann", "killed before the file went")
    safe.vault.path(first.evidence_id).write_bytes(content)
    with open_writer(estate.database) as connection:
        destroy_of(connection, estate.database, ids[:2], "ann", "retention")
    assert not safe.vault.path(first.evidence_id).exists()


def test_without_a_vault_nothing_is_destroyed(estate: Estate, tmp_path: Path) -> None:
    with open_writer(estate.database) as connection:
        assert destroy_of(connection, estate.database, ["ab" * 16], "ann", "retention") == Destroyed((), ())
    assert not vault_folder(estate.database).exists()
