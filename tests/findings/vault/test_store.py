"""The vault: whole or not there, in clear nowhere, each file with its line."""

from __future__ import annotations

import hashlib
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from findings.errors import EvidenceError, SpoolError
from findings.vault.examination import examine
from findings.vault.sealing import unseal
from findings.vault.store import Vault
from findings.vault.warc import payload_sha1, read_back
from tests.findings.vault.conftest import FINDING, LETTER, Safe, answered, pyrage

KEEPER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from findings.vault.records import Answered, Circumstances
from findings.vault.store import Vault
circumstances = Circumstances("ann", "test", "Example Hospital", "IG", "Stray/test", "0.1")
vault = Vault(Path(sys.argv[1]))
for number in range(100_000):
    body = b"Dear Dr Sample, Quillfeather " * 20_000
    vault.keep(Answered("https://example.org/a", body, datetime.now(UTC)), circumstances, ["ab" * 16], [sys.argv[2]])
    print(number, flush=True)
"""


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """No file of this process grows beyond: what a full disk is to whoever writes."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)


def test_what_is_kept_can_be_opened_by_a_responder_and_by_nobody_on_this_machine(safe: Safe) -> None:
    event = safe.keep()
    vault = safe.vault
    (one,) = vault.all()
    content = vault.sealed(one)
    assert read_back(unseal(content, safe.responders[:1])).body == LETTER
    with pytest.raises(EvidenceError, match="no key given opens it"):
        unseal(content, [pyrage.x25519.Identity.generate()])
    for path in safe.folder.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0
        assert not {b"Quillfeather", b"session=secret", b"AGE-SECRET"} & {
            word for word in (b"Quillfeather", b"session=secret", b"AGE-SECRET") if word in path.read_bytes()
        }
    details = event.deed.details
    assert details["sha256"] == hashlib.sha256(LETTER).hexdigest()
    assert details["sha1"] == payload_sha1(LETTER)
    assert details["recipients"] == safe.recipients
    assert (event.deed.by, event.deed.reason, details["findings"]) == ("ann", "tip-off 2026-31", [FINDING])
    assert one.sealed_sha256 == hashlib.sha256(content).hexdigest()


def test_a_sweep_keeps_the_same_bytes_of_the_same_findings_once(safe: Safe) -> None:
    safe.keep(sweep_id="sweep-1")
    vault = safe.vault
    again = (safe.circumstances("sweep-2"), [FINDING], safe.recipients)
    assert vault.keep(answered(), *again) is None
    assert vault.keep(answered(b"changed"), *again) is not None
    assert vault.keep(answered(b"changed"), *again) is None
    assert vault.keep(answered(), safe.circumstances("sweep-2"), [FINDING, "cd" * 16], safe.recipients) is not None
    assert vault.keep(answered(), safe.circumstances(), [FINDING], safe.recipients) is not None
    assert len(vault.all()) == 4


def test_a_kill_at_any_moment_leaves_no_line_without_its_file(safe: Safe) -> None:
    for lines in (1, 3, 5):
        command = [sys.executable, "-c", KEEPER, str(safe.folder), safe.recipients[0]]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as keeper:
            assert keeper.stdout is not None
            told = [keeper.stdout.readline() for _ in range(lines)]
            keeper.send_signal(signal.SIGKILL)
            told += keeper.stdout.read().splitlines()
        assert len(safe.vault.all()) >= len(told)
    safe.clock.now = datetime.now(UTC)
    safe.keep()
    result = examine(safe.vault)
    assert {noticed.trouble.value for noticed in result.noticed} <= {"file_not_logged"}
    assert not list(safe.folder.glob("*.tmp"))
    assert result.files == len(safe.vault.all())


@pytest.mark.parametrize("size", [0, 100, 3_000])
def test_a_full_disk_at_any_point_leaves_nothing_of_it(kept: Safe, size: int) -> None:
    before = {path.name: path.read_bytes() for path in kept.folder.iterdir()}
    with largest_file(size), pytest.raises(SpoolError):
        kept.keep(LETTER * 3)
    after = {path.name: path.read_bytes() for path in kept.folder.iterdir()}
    logged = {name for name in after if name not in before}
    assert {name: after[name] for name in before} == before
    assert all(name.endswith(".warc.age") for name in logged)  # sealed, and not yet logged: it is told
    kept.keep(LETTER * 3)
    assert {noticed.trouble.value for noticed in examine(kept.vault).noticed} <= {"file_not_logged"}


def test_what_is_destroyed_stays_on_record(kept: Safe) -> None:
    first, second = kept.vault.all()
    kept.vault.destroy(first.evidence_id, "ann", "case closed")
    assert not kept.vault.path(first.evidence_id).exists()
    assert [one.destroyed for one in kept.vault.all()] == [True, False]
    with pytest.raises(EvidenceError, match="before"):
        kept.vault.destroy(first.evidence_id, "ann", "again")
    with pytest.raises(EvidenceError, match="no evidence"):
        kept.vault.destroy("20260301T000000Z-none", "ann", "never there")
    with pytest.raises(EvidenceError, match="on record"):
        kept.vault.sealed(kept.vault.one(first.evidence_id))
    assert examine(kept.vault).destroyed == 1
    assert kept.vault.sealed(second)


def test_evidence_is_found_by_the_beginning_of_its_id(kept: Safe) -> None:
    first, _ = kept.vault.all()
    assert kept.vault.one(first.evidence_id).evidence_id == first.evidence_id
    with pytest.raises(EvidenceError, match="2 pieces"):
        kept.vault.one("2026")
    with pytest.raises(EvidenceError, match="no evidence"):
        kept.vault.one("\ud800x")
    with pytest.raises(EvidenceError, match="letters, digits"):
        kept.vault.path("../findings")


def test_a_file_that_was_changed_is_not_handed_out(kept: Safe) -> None:
    first, _ = kept.vault.all()
    path = kept.vault.path(first.evidence_id)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(EvidenceError, match="altered"):
        kept.vault.sealed(first)


def test_an_empty_folder_is_an_empty_vault(tmp_path: Path) -> None:
    assert Vault(tmp_path / "none").all() == []
    assert examine(Vault(tmp_path / "none")).is_sound
