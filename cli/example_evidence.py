"""The example's evidence: the batch of the tip-off is kept, sealed to two responders; one of them opens a file."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

from cli.errands import conduct_log
from cli.evidence_capture import Capture
from cli.example_time import SimulatedTime
from demo_range.weeks import BATCH
from findings.chosen import Chosen
from findings.query import findings
from findings.results import FindingRow
from findings.vault.log import EvidenceLog
from findings.vault.mirror import take_in_log
from findings.vault.opening import open_into
from findings.vault.sealing import identities_in
from findings.vault.store import Vault, vault_folder
from scope.guard import Guard
from scope.model import Scope

_WHO_WHY = ("N. Farouk", "tip-off IG-2026-311")
_RESPONDERS = ("night", "guardian")
# After the sweep has ended somebody has to read what it says first.
_LATER = timedelta(minutes=31)


def make_keys(folder: Path) -> str:
    """Two responders' keys below `folder`; their public halves as lines of a scope file."""
    import pyrage  # noqa: PLC0415 - an extra

    folder.mkdir(mode=0o700)
    recipients = []
    for name in _RESPONDERS:
        identity = pyrage.x25519.Identity.generate()
        (folder / f"{name}.age").touch(mode=0o600)
        (folder / f"{name}.age").write_text(f"{identity}\n", encoding="utf-8")
        recipients.append(f'"{identity.to_public()}"')
    return f'\n[evidence]\nkeep = "digest"\nrecipients = [{", ".join(recipients)}]\n'


def keep_the_batch(scope: Scope, time: SimulatedTime, keys: Path) -> None:
    """Fetch the batch once more and seal it, as `stray evidence capture` does; the night's responder opens one file."""
    database = scope.database.file

    def clock() -> datetime:
        return time.now() + _LATER

    by_url: dict[str, list[FindingRow]] = {}
    for row in findings(database, Chosen()):
        if BATCH in unquote(row.url):
            by_url.setdefault(row.url, []).append(row)
    guard, conduct = Guard(scope), conduct_log(scope, "evidence")
    capture = Capture(scope, database, conduct, _WHO_WHY, "table", clock)
    with closing(conduct):
        for url, rows in by_url.items():
            capture.one(url, rows, guard)
    vault = Vault(vault_folder(database), EvidenceLog(vault_folder(database), clock))
    identities = identities_in(keys / f"{_RESPONDERS[0]}.age")
    first = min(vault.all(), key=lambda kept: kept.event.number)
    open_into(vault, first, identities, keys / "opened", _WHO_WHY)
    take_in_log(database)
