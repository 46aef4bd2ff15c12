"""Sealing: for the responders, and for nobody else."""

from __future__ import annotations

import errno
import io
from pathlib import Path

import pytest

from findings.errors import EvidenceError, EvidenceKeyError
from findings.vault.sealing import identities_in, recipients_of, seal, unseal
from tests.findings.vault.conftest import LETTER, Safe, pyrage


def sealed(safe: Safe, content: bytes = LETTER) -> bytes:
    out = io.BytesIO()
    seal(content, recipients_of(safe.recipients), out)
    return out.getvalue()


def test_each_responder_can_open_it_and_nobody_else(safe: Safe) -> None:
    content = sealed(safe)
    for identity in safe.responders:
        assert unseal(content, [identity]) == LETTER
    with pytest.raises(EvidenceKeyError):
        unseal(content, [pyrage.x25519.Identity.generate()])
    assert b"Quillfeather" not in content


def test_each_changed_byte_is_noticed(safe: Safe) -> None:
    content = sealed(safe, b"short")
    for at in range(0, len(content), 7):
        changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        with pytest.raises(EvidenceError):
            unseal(changed, safe.responders)
    with pytest.raises(EvidenceError):
        unseal(content[:-1], safe.responders)


def test_nobody_to_seal_to_is_refused() -> None:
    with pytest.raises(EvidenceError, match="recipients ="):
        recipients_of([])
    with pytest.raises(EvidenceError, match="no public key"):
        recipients_of(["age1nonsense"])


class FullDisk(io.BytesIO):
    def write(self, _: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_told_as_such(safe: Safe) -> None:
    with pytest.raises(OSError, match="No space"):
        seal(LETTER, recipients_of(safe.recipients), FullDisk())


def test_keys_are_read_from_a_file_that_only_its_owner_can_read(safe: Safe, tmp_path: Path) -> None:
    path = tmp_path / "key.txt"
    text = "".join(f"# public key: {identity.to_public()}\n{identity}\n" for identity in safe.responders)
    path.write_text(text)
    path.chmod(0o644)
    with pytest.raises(EvidenceError, match="chmod 600"):
        identities_in(path)
    path.chmod(0o600)
    assert len(identities_in(path)) == 2
    for wrong in ("", "# nothing\n", "AGE-SECRET-KEY-1WRONG\n", "-----BEGIN OPENSSH PRIVATE KEY-----\nx\n"):
        path.write_text(wrong)
        with pytest.raises(EvidenceError) as told:
            identities_in(path)
        assert "WRONG" not in str(told.value)
    with pytest.raises(EvidenceError, match="No such file"):
        identities_in(tmp_path / "missing")
