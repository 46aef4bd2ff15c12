"""Looking again at findings: few requests, the same rules, and nothing said of what was not asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cli.estate import Estate, estate


def text(number: int) -> str:
    words = " ".join(f"word{number}{place * 7919 % 1000}" for place in range(150))
    return f"Letter {number}\n{words}\n"


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """Three letters among thirty other files, found by one sweep."""
    with estate(tmp_path_factory.mktemp("recheck")) as made:
        letters = made.folder / "letters"
        letters.mkdir()
        for number in range(3):
            (letters / f"{number}.txt").write_text(text(number))
        built = made.stray("pack", "build", letters, "--pack", "pack", "--key", "pack.key")
        assert built.returncode == 0, built.stderr
        folder = made.www / "Typed"
        folder.mkdir()
        for number in range(30):
            (folder / f"other {number}.txt").write_text(f"nothing of note {number}")
        for number in range(3):
            (folder / f"letter {number}.txt").write_text(text(number))
        (made.www / "Without").mkdir()
        start = f"{made.start}Without/"
        made.scope(f'[[site]]\nurl = "{start}"\nkind = "open_directory"\ntier = "own"\nauthority = "IG-1"\n')
        code, told, said = made.sweep()
        assert (code, told["findings"]["new"]) == (10, 3), said
        made.asked.clear()
        yield made


def rechecked(made: Estate, *options: str) -> tuple[int, dict[str, dict[str, Any]], dict[str, Any], str]:
    """Exit code, findings by place, summary, standard error."""
    done = made.stray("recheck", "--reveal", "--format", "json", *options)
    *rows, summary = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, {row["url"].rpartition("/")[2]: row for row in rows}, summary, done.stderr


# Tests may run in any order and share an estate: each leaves all three letters lying there.


def test_known_places_are_looked_at_again_and_nothing_else(swept: Estate) -> None:
    swept.asked.clear()
    code, rows, summary, said = rechecked(swept)
    assert code in {11, 12}, said
    assert {row["now"] for row in rows.values()} <= {"open", "reappeared"}
    assert summary["kind"] == "recheck"
    assert summary["reach"]["units"] == 1, "no unit without a finding is begun"
    asked = [path for path in swept.asked if "letter" in path]
    assert len(asked) == len(rows), "each once"
    assert len(swept.asked) <= len(rows) + 1 + 2 * 4, swept.asked  # robots.txt, and paths to compare the host with
    exported = swept.stray("conduct", "export", "--format", "jsonl")
    assert {"recheck", "canary"} <= set(json.loads(exported.stdout.splitlines()[-1])["why"])


def test_what_was_taken_down_is_gone_and_is_asked_for_again_where_that_is_wanted(swept: Estate) -> None:
    """The place itself says so, and the listing of its folder: two ways are enough."""
    (swept.www / "Typed" / "letter 0.txt").unlink()
    swept.rules["/Typed/letter%201"] = 500
    code, rows, summary, said = rechecked(swept)
    swept.rules.clear()
    now = {place: row["now"] for place, row in rows.items()}
    assert now["letter%200.txt"] == "gone", said
    assert now["letter%201.txt"] == "unknown"
    assert code in {21, 22}, "what is unknown is not complete"
    assert summary["unseen"]["server_error"] == 1
    (swept.www / "Typed" / "letter 0.txt").write_text(text(0))
    masked = swept.stray("recheck", "--gone", "--fail-on", "new")
    assert masked.returncode == 0, masked.stderr
    assert "exit code 0 by --fail-on; without it 12 (reappeared)" in masked.stderr
    assert "gone -> reappeared" in masked.stdout
    assert "unknown -> open" in masked.stdout
    assert masked.stdout.count("->") == 2, "what was there, and still is, is no line"
    assert "as they were: 1 open; --each shows them" in masked.stdout
    assert "letter" not in masked.stdout
    again = swept.stray("recheck", "--each")
    assert again.stdout.count("->") == 3, again.stderr
    assert "as they were" not in again.stdout


def test_a_host_that_refuses_everything_has_taken_nothing_down(swept: Estate) -> None:
    swept.rules["/"] = 403
    code, rows, _, said = rechecked(swept)
    swept.rules.clear()
    assert {row["now"] for row in rows.values()} == {"unknown"}
    assert {row["basis"] for row in rows.values()} == {"host_refuses"}
    assert code == 20, said


def test_a_full_sweep_in_between_is_complete_and_nothing_fell(swept: Estate) -> None:
    code, told, said = swept.sweep()
    assert code in {11, 12}, said
    assert not [change for change in told["changes"] if change["change"] == "fell"]


def test_options_choose_what_is_looked_at(swept: Estate) -> None:
    assert "nothing to look at again" in swept.stray("recheck", "--host", "elsewhere.example").stderr
    done = swept.stray(
        "findings", "set", "taken_down", "--host", f"127.0.0.1:{swept.port}", "--yes", "--note", "asked the supplier"
    )
    assert done.returncode == 0, done.stderr
    later = swept.stray("recheck", "--due")
    assert later.returncode == 0
    assert "more are to be looked at later, the next at" in later.stderr


def test_without_authority_nothing_is_requested(swept: Estate) -> None:
    swept.asked.clear()
    scope = swept.folder / "scope.toml"
    scope.write_text(scope.read_text().replace("2099", "2020"))
    done = swept.stray("recheck")
    scope.write_text(scope.read_text().replace("2020", "2099"))
    assert done.returncode == 30
    assert swept.asked == []
