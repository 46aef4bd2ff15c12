"""Handing over: sealed, complete, checked with what every machine has, and on record."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from findings.errors import EvidenceError
from findings.vault.chain import Action
from findings.vault.examination import Trouble, examine
from findings.vault.export import MANIFEST, README, export, manifest_of
from findings.vault.log import EvidenceLog
from findings.vault.store import SEALED, Vault
from tests.findings.vault.conftest import Safe, change_log


def shell(command: str, folder: Path) -> str:
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=folder, capture_output=True, text=True, check=True, timeout=30
    )
    return done.stdout


def test_an_export_can_be_checked_alone(kept: Safe, tmp_path: Path) -> None:
    first, second = kept.vault.all()
    done = export(kept.vault, [first], tmp_path / "case", "ann", "to counsel")
    assert done.head == kept.vault.head()
    assert list(kept.log.read_bytes().splitlines())[-1] == EvidenceLog(done.folder).lines()[-1]
    (*_, last) = kept.vault.log.events()
    assert (last.deed.action, last.deed.details) == (Action.EXPORTED, {"evidence": [first.evidence_id]})
    names = {path.name for path in done.folder.iterdir()}
    assert names == {first.evidence_id + SEALED, "log.jsonl", MANIFEST, README}
    assert all(path.stat().st_mode & 0o077 == 0 for path in [done.folder, *done.folder.iterdir()])
    manifest = manifest_of(done.folder)
    assert manifest is not None
    result = examine(Vault(done.folder), None, [manifest.head], kept.responders, manifest.evidence_ids)
    assert result.is_sound
    assert (result.files, result.opened, result.anchored) == (1, 1, 3)
    change_log(Safe(done.folder), lambda lines: lines[:-1])
    cut = examine(Vault(done.folder), None, [manifest.head], (), manifest.evidence_ids)
    assert {noticed.trouble for noticed in cut.noticed} == {Trouble.LOG_CUT}
    assert second.evidence_id not in (done.folder / MANIFEST).read_text()


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs sha256sum")
def test_what_the_readme_says_can_be_done_with_a_shell(kept: Safe, tmp_path: Path) -> None:
    done = export(kept.vault, kept.vault.all(), tmp_path / "case", "ann", "to counsel")
    commands = re.findall(r"^  ((?:sha256sum|wc|tail|n=2).*)$", (done.folder / README).read_text(), re.MULTILINE)
    assert len(commands) == 4
    sums, count, last, second = (shell(command, done.folder) for command in commands)
    manifest = json.loads((done.folder / MANIFEST).read_text())
    assert {line.split()[0] for line in sums.splitlines()} == {row["sealed_sha256"] for row in manifest["evidence"]}
    assert f"{count.split()[0]}:{last.split()[0]}" == manifest["head"] == str(done.head)
    digest, line = second.splitlines()
    assert json.loads(line)["previous"] == digest.split()[0]


def test_what_is_damaged_is_not_exported(kept: Safe, tmp_path: Path) -> None:
    kept.vault.path(kept.vault.all()[1].evidence_id).unlink()
    with pytest.raises(EvidenceError, match="missing"):
        export(kept.vault, kept.vault.all(), tmp_path / "case", "ann", "to counsel")
    assert not list(tmp_path.glob("case*"))
    assert len(kept.vault.log.lines()) == 2


def test_nothing_is_written_over(kept: Safe, tmp_path: Path) -> None:
    (tmp_path / "case").mkdir()
    with pytest.raises(EvidenceError, match="new folder"):
        export(kept.vault, kept.vault.all(), tmp_path / "case", "ann", "to counsel")


def test_a_manifest_that_can_not_be_read_is_told(tmp_path: Path) -> None:
    assert manifest_of(tmp_path) is None
    for text in ("", "[]", "{}", '{"head": "x", "evidence": []}', '{"head": "1:' + "0" * 64 + '", "evidence": 7}'):
        (tmp_path / MANIFEST).write_text(text)
        with pytest.raises(EvidenceError):
            manifest_of(tmp_path)
