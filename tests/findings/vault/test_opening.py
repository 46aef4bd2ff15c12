"""Opening: on record before anything lies in clear, for its owner only."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from findings.errors import EvidenceError, EvidenceKeyError
from findings.vault.chain import Action
from findings.vault.opening import FILE, WARC, open_into
from findings.vault.warc import read_back
from tests.findings.vault.conftest import LETTER, Safe, pyrage


def test_a_responder_gets_the_file_and_the_log_says_so(kept: Safe, tmp_path: Path) -> None:
    first, _ = kept.vault.all()
    opened = open_into(kept.vault, first, kept.responders[1:], tmp_path / "opened", ("bea", "to read it"))
    folder = tmp_path / "opened"
    assert (folder / FILE).read_bytes() == LETTER == read_back((folder / WARC).read_bytes()).body
    assert all(path.stat().st_mode & 0o077 == 0 for path in [folder, *folder.iterdir()])
    assert opened == sum(path.stat().st_size for path in folder.iterdir())
    (*_, last) = kept.vault.log.events()
    assert (last.deed.action, last.deed.by, last.deed.reason) == (Action.OPENED, "bea", "to read it")
    assert last.deed.evidence_id == first.evidence_id


def test_what_is_not_what_the_log_says_is_not_handed_out(kept: Safe, tmp_path: Path) -> None:
    first, _ = kept.vault.all()
    with pytest.raises(EvidenceError, match="not what the log says"):
        open_into(kept.vault, replace(first, sha256="00" * 32), kept.responders, tmp_path / "opened", ("bea", "why"))
    assert not (tmp_path / "opened").exists()


def test_what_can_not_be_opened_is_not_on_record_as_opened(kept: Safe, tmp_path: Path) -> None:
    first, _ = kept.vault.all()
    with pytest.raises(EvidenceKeyError):
        open_into(kept.vault, first, [pyrage.x25519.Identity.generate()], tmp_path / "opened", ("bea", "why"))
    (tmp_path / "there").mkdir()
    with pytest.raises(EvidenceError, match="new folder"):
        open_into(kept.vault, first, kept.responders, tmp_path / "there", ("bea", "why"))
    assert len(kept.vault.log.lines()) == 2
    assert not (tmp_path / "opened").exists()
