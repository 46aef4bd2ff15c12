"""Morning after morning: places where something else stands for good, and a sweep that was killed at its very end."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from tests.cli.estate import Estate, estate

PAGES: dict[str, bytes | str] = {
    "login": b"<html><body><h1>Sign in to read on</h1><form method=post><input type=password></form></body></html>",
    "notice": b"<html><body><p>This file has been removed at the request of the hospital.</p></body></html>",
    "home": "/",
    "start": "/",
}


def text(name: str) -> str:
    words = " ".join(f"word{name}{place * 7919 % 1000}" for place in range(150))
    return f"Letter {name}\n{words}\n"


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """A letter for each page that will stand in its place, and one more that nobody has put there yet."""
    with estate(tmp_path_factory.mktemp("replaced")) as made:
        letters = made.folder / "letters"
        letters.mkdir()
        for name in (*PAGES, "late"):
            (letters / f"{name}.txt").write_text(text(name))
        built = made.stray("pack", "build", letters, "--pack", "pack", "--key", "pack.key")
        assert built.returncode == 0, built.stderr
        (made.www / "typed").mkdir()
        for number in range(6):
            (made.www / "typed" / f"other{number}.txt").write_text(f"nothing of note {number}")
        for name in PAGES:
            (made.www / "typed" / f"{name}.txt").write_text(text(name))
        made.scope()
        code, told, said = made.sweep()
        assert (code, told["findings"]["new"]) == (10, len(PAGES)), said
        yield made


def bases(made: Estate) -> dict[str, tuple[str, str]]:
    with duckdb.connect(str(made.database), read_only=True) as connection:
        rows = connection.execute("SELECT url, state, basis FROM finding_status").fetchall()
    return {url.rpartition("/")[2].removesuffix(".txt"): (state, basis) for url, state, basis in rows}


def test_what_was_replaced_for_good_ends_by_a_persons_word_and_that_is_said(swept: Estate) -> None:
    """Two places lead to the same page, which is as it was: each is told what it is, in the second sweep as well."""
    for name, page in PAGES.items():
        (swept.www / "typed" / f"{name}.txt").unlink()
        swept.rules[f"/typed/{name}.txt"] = page
    _, told, said = swept.sweep()
    others = dict.fromkeys(PAGES, ("unknown", "fetched_without_match"))
    wanted = others | {"login": ("unknown", "login_page")}
    assert {name: basis for name, basis in bases(swept).items() if name in PAGES} == wanted
    assert told["replaced"] == len(PAGES)
    assert told["unseen"] == {"findings neither seen nor ruled out": len(PAGES)}
    assert "stray findings set ID closed --note WHY" in said
    listed = swept.stray("findings", "list", "--state", "unknown", "--format", "json").stdout.splitlines()
    ids = [json.loads(line)["finding_id"] for line in listed]
    shown = swept.stray("findings", "show", ids[0]).stdout
    assert f"stray findings set {ids[0][:8]} closed --note WHY" in shown
    closed = swept.stray("findings", "set", *ids, "closed", "--note", "taken down, ticket 4711", "--yes")
    assert closed.returncode == 0, closed.stderr
    _, told, said = swept.sweep()
    assert {name: basis for name, basis in bases(swept).items() if name in PAGES} == wanted
    assert (told["unseen"], told["replaced"]) == ({}, 0), said


def test_a_sweep_that_lacks_only_its_end_is_ended_the_next_night_and_another_looks(swept: Estate) -> None:
    with duckdb.connect(str(swept.database)):
        swept.sweep("--wait", "0")
    (folder,) = (swept.folder / "findings.duckdb.spool").glob("sweep-*")
    (folder / "end.json").unlink()  # a kill right before it
    then = datetime.now(UTC) - timedelta(hours=20)
    os.utime(folder, (then.timestamp(), then.timestamp()))
    (swept.www / "typed" / "late.txt").write_text(text("late"))
    _, told, said = swept.sweep()
    assert f"had looked at everything by {then:%Y-%m-%d %H:%M} UTC" in said
    assert told["findings"]["new"] == 1
    assert bases(swept)["late"] == ("new", "matched")
    with duckdb.connect(str(swept.database), read_only=True) as connection:
        ended = connection.execute(
            "SELECT sweep_id, state, ended_at FROM sweeps ORDER BY sweep_id DESC LIMIT 2"
        ).fetchall()
    assert [(row[0], row[1]) for row in ended] == [
        (told["sweep"], "finished"), (folder.name.removeprefix("sweep-"), "finished"),
    ]  # fmt: skip
    assert abs(ended[1][2] - then) < timedelta(minutes=1)
