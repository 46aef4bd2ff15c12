"""Evidence as a responder and an attacker meet it: a sweep that seals, then the commands, each in its own process."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from demo_range.answer_key import Area
from findings.vault.sealing import unseal
from findings.vault.store import SEALED, Vault
from findings.vault.warc import read_back
from tests.cli.conftest import Workspace

if TYPE_CHECKING:
    from demo_range.range import DemoRange

pyrage = pytest.importorskip("pyrage", reason="needs the extra [evidence]")

REASON = ("--reason", "tip-off 2026-31")


@pytest.fixture(scope="module")
def identity() -> Any:
    """A responder's; no file on the sweeping host has it."""
    return pyrage.x25519.Identity.generate()


@pytest.fixture(scope="module")
def sealed(ground: DemoRange, identity: Any, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """After a sweep of the whole range under a scope that seals. Tests only read it."""
    made = Workspace(tmp_path_factory.mktemp("sealed"), ground)
    text = ground.scope_toml.replace('"pack"', f'"{ground.folder}/pack"').replace(
        '"pack.key"', f'"{ground.folder}/pack.key"'
    )
    made.scope.write_text(f'{text}\n[evidence]\nkeep = "sealed"\nrecipients = ["{identity.to_public()}"]\n')
    told = made.stray("sweep")
    assert told.returncode in (10, 23), told.stderr
    return made


@pytest.fixture
def copied(sealed: Workspace, tmp_path: Path) -> Workspace:
    """A copy to work on."""
    folder = tmp_path / "copied"
    shutil.copytree(sealed.folder, folder)
    return Workspace(folder, sealed.ground)


def lines(told: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert told.returncode == 0, told.stderr
    return [json.loads(line) for line in told.stdout.splitlines()]


def listed(workspace: Workspace, *arguments: str) -> list[dict[str, Any]]:
    return lines(workspace.stray("evidence", "list", "--format", "json", *arguments))


def vault_of(workspace: Workspace) -> Vault:
    return Vault(workspace.folder / "findings.duckdb.vault")


def key_file(identity: Any, folder: Path) -> Path:
    path = folder / "responder.txt"
    path.write_text(str(identity) + "\n")
    path.chmod(0o600)
    return path


def test_a_sweep_seals_every_file_that_makes_a_finding_whatever_serves_it(sealed: Workspace, identity: Any) -> None:
    rows = lines(sealed.stray("findings", "list", "--all", "--format", "json"))
    kept = {one.evidence_id: one for one in vault_of(sealed).all()}
    assert {row["finding_id"] for row in rows} == {finding for one in kept.values() for finding in one.finding_ids}
    schemes = set()
    areas = set()
    for one in kept.values():
        held = read_back(unseal(vault_of(sealed).sealed(one), [identity]))
        place = sealed.ground.place_at(held.url)
        assert place is not None
        areas.add(place.area)
        schemes.add(held.url.partition(":")[0])
        assert held.findings == one.finding_ids
    assert areas == set(Area)
    assert schemes == {"http", "ftp"}
    assert sealed.stray("evidence", "verify").returncode == 0


def test_nothing_on_the_sweeping_host_is_in_clear_or_can_open_it(sealed: Workspace, identity: Any) -> None:
    secret = str(identity).encode()
    kept = vault_of(sealed).all()
    plain = [read_back(unseal(vault_of(sealed).sealed(one), [identity])).body for one in kept[:12]]
    for path in sealed.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert secret not in content
            assert not any(body[:200] in content for body in plain if len(body) > 200), path.name
    log = (sealed.folder / "findings.duckdb.vault" / "log.jsonl").read_text()
    assert "://" not in log
    assert not [row for row in listed(sealed) if "forum-thread" in json.dumps(row)], "masked unless revealed"


@pytest.mark.slow
def test_a_second_sweep_keeps_nothing_twice(copied: Workspace) -> None:
    copied.only_open_directory()
    before = len(vault_of(copied).all())
    told = copied.stray("sweep")
    assert told.returncode in (11, 12, 10, 20, 21, 22, 23), told.stderr
    assert len(vault_of(copied).all()) == before


@pytest.fixture
def one_of_each(sealed: Workspace) -> dict[str, str]:
    """A finding on HTTP, one on FTP, one in each cloud's bucket, one inside a container where there is one."""
    rows = lines(sealed.stray("findings", "list", "--all", "--reveal", "--format", "json"))
    found: dict[str, str] = {}
    for row in rows:
        place = sealed.ground.place_at(row["url"])
        assert place is not None
        found.setdefault(f"{place.area}-{place.root if place.area is Area.BUCKET else ''}", row["finding_id"])
        if row["member"]:
            found.setdefault("inside", row["finding_id"])
    return found


def test_a_finding_is_captured_again_wherever_it_lies(
    copied: Workspace, one_of_each: dict[str, str], identity: Any, tmp_path: Path
) -> None:
    ids = sorted(set(one_of_each.values()))
    told = lines(copied.stray("evidence", "capture", *ids, *REASON, "--by", "ann", "--format", "json"))
    assert {finding for row in told for finding in row["findings"]} == set(ids)
    assert all(row["kept"] and row["same_as_seen"] is True for row in told), told
    assert len({row["evidence_id"] for row in told}) == len(told)
    kept = {one.evidence_id: one for one in vault_of(copied).all()}
    assert {kept[row["evidence_id"]].event.deed.by for row in told} == {"ann"}
    key = key_file(identity, tmp_path)
    verified = copied.stray("evidence", "verify", "--identity", key, "--head", told[-1]["head"])
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert f"{len(kept)} opened" in verified.stderr
    assert len(copied.conduct("evidence")) >= len(told)


def test_what_can_not_be_had_is_told_and_nothing_is_kept(copied: Workspace, one_of_each: dict[str, str]) -> None:
    finding = next(iter(one_of_each.values()))
    before = len(vault_of(copied).all())
    expired = {r"expires = [\d-]+": "expires = 2020-01-01"}
    refused = Workspace(copied.folder, copied.ground)
    text = copied.scope.read_text()
    refused.edit(expired)
    assert refused.stray("evidence", "capture", finding, *REASON).returncode == 30
    copied.scope.write_text(text)
    copied.edit({r"recipients = \[[^\]]*\]": "recipients = []", 'keep = "sealed"': 'keep = "digest"'})
    told = copied.stray("evidence", "capture", finding, *REASON)
    assert told.returncode == 2
    assert "recipients" in told.stderr
    copied.scope.write_text(text)
    assert copied.stray("evidence", "capture", "ffff", *REASON).returncode == 2
    assert len(vault_of(copied).all()) == before


@pytest.mark.parametrize("damage", ["missing", "swapped", "log cut"])
def test_damage_is_found_and_told_with_a_code_of_its_own(copied: Workspace, damage: str) -> None:
    vault = vault_of(copied)
    first, second = (vault.path(one.evidence_id) for one in vault.all()[:2])
    log = vault.log.path
    written = log.read_bytes().splitlines(keepends=True)
    match damage:
        case "missing":
            first.unlink()
        case "swapped":
            content = first.read_bytes()
            first.write_bytes(second.read_bytes())
            second.write_bytes(content)
        case _:
            log.write_bytes(b"".join(written[:-1]))
    told = copied.stray("evidence", "verify", "--format", "json")
    assert told.returncode == 40, told.stdout + told.stderr
    result = json.loads(told.stdout)
    assert result["broken"] is True
    expected = {"missing": "file_missing", "swapped": "file_swapped", "log cut": "log_cut"}[damage]
    assert expected in {noticed["trouble"] for noticed in result["noticed"]}


def test_an_export_is_checked_opened_and_on_record(copied: Workspace, identity: Any, tmp_path: Path) -> None:
    finding = listed(copied)[0]["findings"][0]
    case = tmp_path / "case"
    told = copied.stray("evidence", "export", "--finding", finding[:12], "--to", case, *REASON)
    assert told.returncode == 0, told.stderr
    head = told.stdout.strip().rpartition(" ")[2]
    key = key_file(identity, tmp_path)
    alone = copied.stray("evidence", "verify", "--vault", case, "--head", head, "--identity", key)
    assert alone.returncode == 0, alone.stdout + alone.stderr
    evidence_id = next(case.glob(f"*{SEALED}")).name.removesuffix(SEALED)
    opened = copied.stray("evidence", "open", evidence_id, "--identity", key, "--to", tmp_path / "opened", *REASON)
    assert opened.returncode == 0, opened.stderr
    assert (tmp_path / "opened" / "file").stat().st_mode & 0o077 == 0
    actions = [event.deed.action.value for event in vault_of(copied).log.events()][-2:]
    assert actions == ["exported", "opened"]
    assert copied.stray("evidence", "verify").returncode == 0


def test_what_is_destroyed_needs_a_yes_and_stays_on_record(copied: Workspace) -> None:
    evidence_id = listed(copied)[0]["evidence_id"]
    assert copied.stray("evidence", "destroy", evidence_id, *REASON).returncode == 0
    assert listed(copied)[0]["destroyed_at"] is None
    assert copied.stray("evidence", "destroy", evidence_id, *REASON, "--yes").returncode == 0
    assert listed(copied)[0]["destroyed_at"] is not None
    table = copied.stray("evidence", "list").stdout
    assert any(line.startswith(evidence_id) and "destroyed, SHA-256" in line for line in table.splitlines())
    verified = copied.stray("evidence", "verify")
    assert verified.returncode == 0
    assert "1 destroyed on record" in verified.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("capture", "ffff", "--reason", " "), "must not be empty"),
        (("verify", "--head", "12"), "a number, a colon and a digest"),
        (("verify", "--vault", "."), "no vault and no export"),
        (("verify", "--identity", "none.txt"), "can not be read"),
        (("export", "--to", "case", "--reason", "x"), "nothing is kept of that"),
        (("export", "ffff", "--to", "case", "--reason", "x"), "no evidence begins with"),
        (("list", "--db", "none.duckdb"), "no such database"),
    ],
)
def test_what_can_not_be_done_is_said(sealed: Workspace, arguments: tuple[str, ...], said: str) -> None:
    told = sealed.stray("evidence", *arguments)
    assert told.returncode == 2, told.stderr
    assert said in told.stderr
    assert "Traceback" not in told.stderr
