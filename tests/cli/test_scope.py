"""`stray scope show`: what a sweep would do, names of buckets counted, without a request."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import run_stray

SCOPE = """
organisation = "Example Hospital"
contact = "security@example.org"
[authority]
who = "Caldicott Guardian"
reference = "IG-2026-014"
expires = 2099-01-01
[pack]
path = "pack"
key = "pack.key"
[[bucket]]
name = "example-letters"
tier = "own"
authority = "IG-2026-014"
known_keys = ["letters/{2024..2026}/index.html", "a.pdf"]
[names]
keywords = ["example hospital", "eht", "!!"]
"""
ON = """
name_search = true
authority = "IG-2026-015"
candidates = 1500
providers = ["s3", "azure"]
requests_per_second = 15
fastest = 60
"""


def shown(folder: Path, more: str, *arguments: str) -> tuple[str, str]:
    (folder / "scope.toml").write_text(SCOPE + more)
    told = run_stray("scope", "show", *arguments, cwd=folder)
    assert told.returncode == 0, told.stderr
    return told.stdout, told.stderr


def test_a_search_for_names_is_counted_and_its_authority_told(tmp_path: Path) -> None:
    out, said = shown(tmp_path, ON + "harvest = true\n")
    assert "IG-2026-015" in out
    assert "1,500 names are asked for at Amazon S3; addresses of buckets that are met are asked for first" in said
    assert "1,500 names of storage accounts, and in each that exists up to 300 of containers" in said
    assert "existence only, 15 requests a second at first, 60 at most; authority: IG-2026-015" in said
    assert "no name can be made: !!" in said
    rows = [json.loads(line) for line in shown(tmp_path, ON, "--format", "json")[0].splitlines()]
    assert [(row["kind"], row.get("candidates")) for row in rows] == [
        ("bucket", None), ("names", 1500), ("names", 1500),
    ]  # fmt: skip
    assert rows[0]["known_keys"] == 4
    assert "bucket example-letters: 4 known keys are tried where its listing does not show them" in said
    assert not (tmp_path / "findings.duckdb").exists()


@pytest.mark.parametrize("more", ["", "name_search = false\n"])
def test_a_search_is_off_unless_the_scope_turns_it_on(tmp_path: Path, more: str) -> None:
    out, said = shown(tmp_path, more)
    assert "names of buckets are not searched: name_search is not true" in said
    assert "names" not in out
