"""Evidence to hand over: sealed files, the whole log, and how to check them without Stray."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from findings.durable_files import private_folder, read_json, storage_errors, sync_folder, write_json, written_aside
from findings.errors import EvidenceError
from findings.statements import sql_text
from findings.vault.chain import Action, Deed, Head, parsed_head
from findings.vault.log import LOG_NAME
from findings.vault.store import SEALED, Kept, Vault

MANIFEST: Final = "manifest.json"
README: Final = "README.txt"
_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Exported:
    """What was handed over: `head` is that of the log with the export's own line, to be noted elsewhere."""

    folder: Path
    head: Head
    evidence_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an export says of itself."""

    head: Head
    evidence_ids: frozenset[str]


def export(vault: Vault, chosen: Sequence[Kept], to: Path, by: str, reason: str) -> Exported:
    """Copy evidence, still sealed, into a new folder. It is logged first, so that the copy of the log says so.

    Raises:
        EvidenceError: a file is missing or has been altered, or `to` is there.
        SpoolError: the disk gives up. Then `to` is not there, and the log tells of an export that was begun.
    """
    if to.exists():
        raise EvidenceError(f"{to} is there already; an export makes a new folder")
    ids = tuple(one.evidence_id for one in chosen)
    aside = to.with_name(to.name + ".tmp")
    with storage_errors(to.parent), vault.log.held():
        shutil.rmtree(aside, ignore_errors=True)
        try:
            private_folder(aside)
            for one in chosen:
                _write(aside / (one.evidence_id + SEALED), vault.sealed(one))
            vault.log.append(Deed(Action.EXPORTED, by, reason, "", {"evidence": list(ids)}))
            head = vault.head()
            _write(aside / LOG_NAME, vault.log.path.read_bytes())
            _write(aside / README, sql_text("vault", "export_readme.txt").encode())
            write_json(aside / MANIFEST, _manifest(chosen, head, by, reason))
            aside.rename(to)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        sync_folder(to.parent)
    return Exported(to, head, ids)


def manifest_of(folder: Path) -> Manifest | None:
    """The manifest of an export; None where the folder is none.

    Raises:
        EvidenceError: there is one, and it can not be read.
    """
    if not (folder / MANIFEST).exists():
        return None
    held = read_json(folder / MANIFEST)
    try:
        head = parsed_head(str(held["head"])) if held else None
        ids = frozenset(str(row["evidence_id"]) for row in held["evidence"]) if held else None
    except (KeyError, TypeError):
        head, ids = None, None
    if head is None or ids is None:
        raise EvidenceError(f"{folder / MANIFEST} can not be read")
    return Manifest(head, ids)


def _manifest(chosen: Sequence[Kept], head: Head, by: str, reason: str) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "head": str(head),
        "exported_at": datetime.now(UTC).isoformat(),
        "exported_by": by,
        "reason": reason,
        "evidence": [
            {
                "evidence_id": one.evidence_id,
                "file": one.evidence_id + SEALED,
                "sealed_sha256": one.sealed_sha256,
                "sealed_size": one.sealed_size,
                "fetched_at": one.event.deed.details["fetched_at"],
                "sha256": one.sha256,
                "sha1": one.event.deed.details.get("sha1", ""),
                "size": one.size,
                "findings": list(one.finding_ids),
            }
            for one in chosen
        ],
    }


def _write(path: Path, content: bytes) -> None:
    with written_aside(path) as out:
        out.write(content)
