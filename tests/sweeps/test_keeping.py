"""Evidence by policy: kept where the scope says so, by whom and why on record, each content once."""

from __future__ import annotations

import os
import pwd
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from documents.body import Body
from documents.records import Document
from findings.vault.asking import not_kept
from findings.vault.examination import examine
from findings.vault.mirror import mirror_of, take_in_log
from findings.vault.sealing import unseal
from findings.vault.store import Vault, vault_folder
from findings.vault.warc import read_back
from scope.model import Scope
from sweeps.keeping import keeper
from sweeps.plan import scope_digest

pyrage = pytest.importorskip("pyrage", reason="needs the extra [evidence]")

LETTER = b"Dear Dr Sample, Quillfeather"


def scope_of(folder: Path, **evidence: Any) -> Scope:
    return Scope.model_validate(
        {
            "organisation": "Example Hospital",
            "contact": "security@example.org",
            "authority": {"who": "w", "reference": "IG-2026-014", "expires": date.max.isoformat()},
            "pack": {"path": "pack", "key": "pack.key"},
            "database": {"file": str(folder / "findings.duckdb"), "key": str(folder / "findings.key")},
            "site": [{"url": "https://www.example.org/", "tier": "own", "authority": "r"}],
            "evidence": evidence,
        }
    )


def document(path: str = "a.txt") -> Document:
    body = Body.from_chunks([LETTER], len(LETTER))
    body.close()
    return Document(f"https://www.example.org/{path}", body, datetime.now(UTC), headers={"server": "nginx"})


def test_by_default_nothing_is_kept(tmp_path: Path) -> None:
    keep = keeper(scope_of(tmp_path), "sweep-1", "Stray/test")
    keep(document(), LETTER, ["ab" * 16])
    assert list(tmp_path.iterdir()) == []


def test_beyond_the_limit_it_is_told_once_what_was_not_kept(tmp_path: Path) -> None:
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    scope = scope_of(tmp_path, keep="sealed", recipients=[recipient], bytes=4000)
    keep = keeper(scope, "sweep-1", "Stray/test")
    for content in (LETTER, LETTER * 300, LETTER * 300):
        keep(document(), content, ["ab" * 16])
    again = keeper(scope, "sweep-2", "Stray/test")
    again(document(), LETTER * 300, ["ab" * 16])
    vault = Vault(vault_folder(tmp_path / "findings.duckdb"))
    assert [event.deed.action.value for event in vault.log.events()] == ["captured", "not_kept"]
    assert take_in_log(tmp_path / "findings.duckdb").events == 2
    assert [not_kept(tmp_path / "findings.duckdb", f"sweep-{number}") for number in (1, 2)] == [1, 0]
    assert examine(vault, mirror_of(tmp_path / "findings.duckdb")).is_sound
    vault.destroy(vault.all()[0].evidence_id, "ann", "room")
    keeper(scope, "sweep-3", "Stray/test")(document(), LETTER * 9, ["ab" * 16])
    assert len(vault.all()) == 2


def test_where_the_scope_says_so_each_content_is_kept_once(tmp_path: Path) -> None:
    identity = pyrage.x25519.Identity.generate()
    scope = scope_of(tmp_path, keep="sealed", recipients=[str(identity.to_public())])
    for sweep_id in ("sweep-1", "sweep-2"):
        keep = keeper(Scope.model_validate_json(scope.model_dump_json()), sweep_id, "Stray/test")
        keep(document(), LETTER, ["ab" * 16])
    vault = Vault(vault_folder(tmp_path / "findings.duckdb"))
    (one,) = vault.all()
    deed = one.event.deed
    assert (deed.by, deed.reason) == (pwd.getpwuid(os.getuid()).pw_name, "scope policy: keep = sealed")
    assert (deed.details["sweep_id"], deed.details["authority"]) == ("sweep-1", "IG-2026-014")
    assert deed.details["scope_digest"] == scope_digest(scope)
    assert read_back(unseal(vault.sealed(one), [identity])).body == LETTER
