from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from demo_range.distortions import excerpt, retyped

if TYPE_CHECKING:
    from tests.cli.conftest import Workspace


def pack_of(workspace: Workspace) -> tuple[str, ...]:
    folder = workspace.ground.folder
    return ("--pack", f"{folder}/pack", "--key", f"{folder}/pack.key")


def test_each_document_is_one_object_of_the_fixed_form(workspace: Workspace) -> None:
    known = workspace.ground.letters[8]
    found = workspace.folder / "found"
    found.mkdir()
    (found / "a.txt").write_text("x\n" * 30 + known.text)
    (found / "b.txt").write_text("Nothing of ours stands here. " * 40)
    (found / "c.bin").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    told = workspace.stray("check", "found", *pack_of(workspace), "--format", "json")
    assert told.returncode == 23, told.stderr
    rows = {row["target"]: row for row in map(json.loads, told.stdout.splitlines())}
    assert set(rows) == {"found/a.txt", "found/b.txt", "found/c.bin"}
    fields = {"target", "sha256", "media_type", "verdict", "letters", "reasons", "skipped"}
    assert all(set(row) == fields for row in rows.values())
    letter = rows["found/a.txt"]["letters"][0]
    assert set(letter) == {"letter_id", "verdict", "containment", "coverage", "evidence", "anchors", "spans"}
    assert letter["letter_id"] == known.letter_id
    assert letter["containment"] > 0.95
    span = letter["spans"][0]
    start, end = span["doc"]
    assert span["piece"] == ""
    assert 55 <= start < end <= 60 + len(known.text)
    assert rows["found/b.txt"]["verdict"] == "clear"
    assert rows["found/c.bin"]["verdict"] == "undetermined"
    assert rows["found/c.bin"]["skipped"][0]["reason"] == "unsupported_type"


def test_excerpts_and_retyped_letters_are_known_and_the_table_says_so(workspace: Workspace) -> None:
    first, second = workspace.ground.letters[3], workspace.ground.letters[20]
    (workspace.folder / "e.txt").write_text(excerpt(first.text, 160, 1))
    (workspace.folder / "r.txt").write_text(retyped(second.text, 0.05, 1))
    told = workspace.stray("check", "e.txt", "r.txt", *pack_of(workspace))
    assert told.returncode == 10, told.stderr
    assert first.letter_id in told.stdout
    assert second.letter_id in told.stdout
    assert told.stdout.count("known_letter") >= 2


@pytest.mark.parametrize(
    ("target", "said"), [("nowhere", "no such file or folder"), ("https://www.example.org/", "under a scope")]
)
def test_what_can_not_be_checked_is_said(workspace: Workspace, target: str, said: str) -> None:
    told = workspace.stray("check", target, *pack_of(workspace))
    assert told.returncode == 2
    assert said in told.stderr


def test_a_file_that_is_too_large_is_not_half_read(workspace: Workspace) -> None:
    with (workspace.folder / "huge.txt").open("wb") as file:
        file.truncate((32 << 20) + 1)
    told = workspace.stray("check", "huge.txt", *pack_of(workspace), "--format", "json")
    assert told.returncode == 20, told.stderr
    row = json.loads(told.stdout)
    assert row["verdict"] == "undetermined"
    assert row["skipped"] == [{"reason": "too_large", "path": "", "detail": "over 33554432 bytes"}]
