from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from demo_range.letters import House, letter
from demo_range.open_directories import OpenDirectoryServer
from tests.cli.conftest import run_stray

SCOPE = """
organisation = "Example Hospital"
contact = "contact@example.org"
[authority]
who = "SIRO"
reference = "IG-1"
expires = 2999-12-31
[pack]
path = "pack"
key = "pack.key"
[limits]
requests_per_second = 1000
[network]
private_addresses = ["127.0.0.1"]
[[site]]
url = "{url}/"
kind = "open_directory"
tier = "own"
authority = "IG-1"
"""
PACK = ("--pack", "pack", "--key", "pack.key")


def test_a_letter_that_comes_later_is_told_recorded_and_settled(tmp_path: Path) -> None:
    served, first, later = tmp_path / "served", tmp_path / "letters", tmp_path / "later"
    for folder in (served, first, later):
        folder.mkdir()
    for number in range(14):
        (first / f"{number}.txt").write_text(letter(House.IVF, number, 3).text)
    exposed, unexposed = letter(House.IVF, 500, 3), letter(House.IVF, 501, 3)
    (served / "Smith_Jane.txt").write_text(exposed.text)
    (later / "a.txt").write_text(exposed.text)
    (later / "b.txt").write_text(unexposed.text)
    run_stray("pack", "build", "letters", *PACK, cwd=tmp_path)
    with OpenDirectoryServer(served) as server:
        (tmp_path / "scope.toml").write_text(SCOPE.format(url=server.url))
        swept = run_stray("sweep", cwd=tmp_path)
        assert swept.returncode == 10, swept.stderr  # somebody's letter on our template

        added = run_stray("pack", "add", "later", *PACK, cwd=tmp_path)
        assert added.returncode == 0, added.stderr
        assert "1 of the 2 letters were seen before: 1 place, last seen" in added.stderr
        assert f"{datetime.now(UTC):%Y-}" in added.stderr
        before = server_requests(tmp_path)

        told = run_stray("rematch", "--format", "json", cwd=tmp_path)
        assert told.returncode == 10, told.stderr
        fields = json.loads(told.stdout)
        assert (fields["kind"], fields["recorded"], fields["findings"]["new"]) == ("rematch", 1, 1)
        assert fields["places_without_sketch"] == 0
        assert "no request was made" in told.stderr
        assert server_requests(tmp_path) == before
        for output in (added, told):
            assert "Smith_Jane" not in output.stdout + output.stderr
            assert "127.0.0.1" not in output.stdout + output.stderr
        settled = run_stray("sweep", "--format", "json", cwd=tmp_path)
        # What was somebody's letter on our template is now that letter: of the former nothing is known any more.
        assert settled.returncode == 21, settled.stderr
    with duckdb.connect(str(tmp_path / "findings.duckdb"), read_only=True) as connection:
        answers = connection.execute(
            "SELECT basis FROM sightings JOIN findings USING (finding_id) JOIN sweeps USING (sweep_id) "
            "WHERE verdict = 'known_letter' ORDER BY started_at"
        ).fetchall()
    assert answers == [("rematched",), ("matched",)], "the next sweep fetches it for certain"


def server_requests(folder: Path) -> int:
    """How many bytes of conduct log there are: each request leaves a line."""
    return sum(path.stat().st_size for path in folder.glob("findings.duckdb.conduct/**/*") if path.is_file())


def test_without_a_database_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "scope.toml").write_text(SCOPE.format(url="http://127.0.0.1:9"))
    told = run_stray("rematch", cwd=tmp_path)
    assert told.returncode == 2
    assert "findings.duckdb" in told.stderr
