"""A vault with two pieces of evidence, and the keys of two responders; the keys exist in the test's memory alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from findings.vault.chain import Event
from findings.vault.log import EvidenceLog
from findings.vault.records import Answered, Circumstances
from findings.vault.store import Vault

pyrage = pytest.importorskip("pyrage", reason="needs the extra [evidence]")
pytest.importorskip("warcio", reason="needs the extra [evidence]")

URL = "https://files.example.org/Completed/Quillfeather_Ada.txt"
LETTER = b"Dear Dr Sample, we saw Ada Quillfeather in the fertility clinic today. " * 40
FETCHED = datetime(2026, 3, 1, 8, 31, 5, 250_000, tzinfo=UTC)
FINDING = "3fa94c013fa94c013fa94c013fa94c01"


@dataclass
class Clock:
    """Goes on by a second each time that it is asked."""

    now: datetime = FETCHED

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@dataclass
class Safe:
    """A vault folder and who may open it."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    responders: list[Any] = field(default_factory=lambda: [pyrage.x25519.Identity.generate() for _ in range(2)])

    @property
    def vault(self) -> Vault:
        """As a process of its own would open it."""
        return Vault(self.folder, EvidenceLog(self.folder, self.clock))

    @property
    def recipients(self) -> list[str]:
        return [str(identity.to_public()) for identity in self.responders]

    @property
    def log(self) -> Path:
        return self.folder / "log.jsonl"

    def circumstances(self, sweep_id: str = "") -> Circumstances:
        return Circumstances(
            "ann", "tip-off 2026-31", "Example Hospital", "IG-2026-014", "Stray/test", "0.1", "scope-1", sweep_id
        )

    def keep(self, body: bytes = LETTER, findings: Sequence[str] = (FINDING,), sweep_id: str = "") -> Event:
        event = self.vault.keep(answered(body), self.circumstances(sweep_id), findings, self.recipients)
        assert event is not None
        return event


def answered(body: bytes = LETTER, url: str = URL, **more: Any) -> Answered:
    """An answer of HTTP."""
    given: dict[str, Any] = {"headers": {"content-type": "text/plain", "set-cookie": "session=secret"}}
    return Answered(url, body, FETCHED, **given | more)


@pytest.fixture
def safe(tmp_path: Path) -> Safe:
    """Empty."""
    return Safe(tmp_path / "findings.duckdb.vault")


@pytest.fixture
def kept(safe: Safe) -> Safe:
    """With two pieces of evidence, of different sizes."""
    safe.keep()
    safe.keep(b"Another letter, of Bea Quillfeather.", ("9b" * 16,))
    return safe


Changed = Callable[[list[bytes]], list[bytes]]


def change_log(safe: Safe, change: Changed) -> None:
    """Write the log anew, as somebody may who has write access to the folder."""
    lines = safe.log.read_bytes().splitlines()
    safe.log.write_bytes(b"".join(line + b"\n" for line in change(lines)))
