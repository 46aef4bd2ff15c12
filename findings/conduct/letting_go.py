"""Lets go of old conduct: the bundles go, their numbers and digests stay in the chain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from findings.conduct.checking import Bundle, bundles_of
from findings.durable_files import storage_errors
from findings.vault.chain import Action, Deed
from findings.vault.log import EvidenceLog


def old_bundles(root: Path, before: datetime) -> list[Bundle]:
    """Bundles whose last request was made before that; one whose time can not be read stays."""
    bundles, purged = bundles_of(EvidenceLog(root).lines())
    return [bundle for bundle in bundles if bundle.file not in purged and _is_older(bundle.last, before)]


def let_go(root: Path, bundles: Sequence[Bundle], by: str) -> None:
    """On record first: what a kill in between leaves goes the next time, for the log says that it may.

    Raises:
        SpoolError: the folder can not be written.
    """
    log = EvidenceLog(root)
    details = {
        "files": [bundle.file for bundle in bundles],
        "pieces": sum(bundle.pieces for bundle in bundles),
        "lines": sum(bundle.lines for bundle in bundles),
        "first": min(bundle.first for bundle in bundles),
        "last": max(bundle.last for bundle in bundles),
    }
    with log.held(), storage_errors(root):
        log.append(Deed(Action.CONDUCT_PURGED, by, "older than is kept", "", details))
        _, purged = bundles_of(log.lines())
        for name in purged:
            path = root / name
            path.unlink(missing_ok=True)
            if path.parent != root and path.parent.is_dir() and not any(path.parent.iterdir()):
                path.parent.rmdir()


def _is_older(last: str, before: datetime) -> bool:
    try:
        return datetime.fromisoformat(last).astimezone(UTC) < before
    except ValueError:
        return False
