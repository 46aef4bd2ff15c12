"""Destroying evidence together with the findings that it proves: when the last of them is purged, and not before."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from findings.asking import asked
from findings.database import Connection
from findings.vault.mirror import take_in
from findings.vault.store import Vault, vault_folder


@dataclass(frozen=True, slots=True)
class Destroyed:
    """What became of the sealed files of some findings, by ids.

    Attributes:
        gone: destroyed now, on record.
        kept: they prove other findings too, which stay.
    """

    gone: tuple[str, ...]
    kept: tuple[str, ...]


def destroyable(connection: Connection, finding_ids: Collection[str]) -> Destroyed:
    """What `destroy_of` would do; nothing is changed."""
    query = (
        "WITH chosen AS (SELECT DISTINCT unnest(?::VARCHAR[]) AS finding_id) "
        "SELECT evidence_id, bool_or(findings.finding_id IS NOT NULL AND chosen.finding_id IS NULL) AS needed "
        "FROM sealed_findings JOIN sealed_evidence USING (evidence_id) "
        "LEFT JOIN findings USING (finding_id) LEFT JOIN chosen USING (finding_id) "
        "WHERE destroyed_at IS NULL GROUP BY evidence_id HAVING count(chosen.finding_id) > 0 ORDER BY evidence_id"
    )
    rows = asked(connection, query, [list(finding_ids)])
    return Destroyed(
        tuple(str(row["evidence_id"]) for row in rows if not row["needed"]),
        tuple(str(row["evidence_id"]) for row in rows if row["needed"]),
    )


def destroy_of(connection: Connection, database: Path, finding_ids: Collection[str], by: str, reason: str) -> Destroyed:
    """Destroy the sealed files of findings that are about to be purged.

    Call it before their rows are deleted and outside of a transaction: each destruction is on record, in a file, before
    it is done. Killed in between, the same call does the rest.

    Raises:
        SpoolError: the disk gives up.
    """
    vault = Vault(vault_folder(database))
    take_in(connection, vault.folder)
    chosen = destroyable(connection, finding_ids)
    for one in vault.all():
        half_done = one.destroyed and vault.path(one.evidence_id).exists()
        if half_done or (one.evidence_id in chosen.gone and not one.destroyed):
            vault.destroy(one.evidence_id, by, reason)
    take_in(connection, vault.folder)
    return chosen
