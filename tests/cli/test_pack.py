from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest

from demo_range.letters import House, letter
from tests.cli.conftest import run_stray

BUILD = ("pack", "build", "letters", "--pack", "pack", "--key", "pack.key")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "letters").mkdir()
    for number in range(3):
        (tmp_path / "letters" / f"{number}.txt").write_text(letter(House.PLAIN, number, 5).text)
    return tmp_path


def test_without_a_register_ids_are_opaque_and_the_mapping_lies_beside_the_key(folder: Path) -> None:
    told = run_stray(*BUILD, cwd=folder)
    assert told.returncode == 0, told.stderr
    assert "a new key" in told.stderr
    assert (folder / "pack.key").stat().st_mode & 0o777 == 0o600
    mapping = folder / "pack.key.letters.csv"
    assert mapping.stat().st_mode & 0o777 == 0o600
    with mapping.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["file"] for row in rows] == ["0.txt", "1.txt", "2.txt"]
    written = b"".join(path.read_bytes() for path in (folder / "pack").rglob("*") if path.is_file())
    assert b".txt" not in written
    checked = run_stray("check", "letters/1.txt", "--pack", "pack", "--key", "pack.key", "--format", "json", cwd=folder)
    assert json.loads(checked.stdout)["letters"][0]["letter_id"] == rows[1]["letter_id"]


def test_unreadable_letters_are_named_and_counted_and_the_build_goes_on(folder: Path) -> None:
    (folder / "letters" / "scan.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    (folder / "letters" / "empty.txt").touch()
    told = run_stray(*BUILD, cwd=folder)
    assert told.returncode == 0, told.stderr
    assert "letters/scan.png: unreadable" in told.stderr
    assert "letters/empty.txt" in told.stderr
    assert "2 of 5 letters are NOT in the pack" in told.stderr
    inspected = run_stray("pack", "inspect", "--pack", "pack", "--key", "pack.key", "--format", "json", cwd=folder)
    assert json.loads(inspected.stdout)["letters"] == 3


def test_no_letter_at_all_leaves_an_earlier_pack_alone(folder: Path) -> None:
    assert run_stray(*BUILD, cwd=folder).returncode == 0
    before = (folder / "pack" / "pack.json").read_bytes()
    (folder / "empty").mkdir()
    (folder / "pictures").mkdir()
    (folder / "pictures" / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    for letters, said in (("empty", "no files in empty"), ("pictures", "none of 1 files gave text"), ("no", "no such")):
        told = run_stray("pack", "build", letters, "--pack", "pack", "--key", "pack.key", cwd=folder)
        assert told.returncode == 2, told.stderr
        assert said in told.stderr
        assert "Traceback" not in told.stderr
    assert (folder / "pack" / "pack.json").read_bytes() == before


def test_a_folder_that_is_no_pack_is_left_alone(folder: Path) -> None:
    (folder / "pack").mkdir()
    (folder / "pack" / "thesis.doc").write_text("mine")
    told = run_stray(*BUILD, cwd=folder)
    assert told.returncode == 2
    assert (folder / "pack" / "thesis.doc").read_text() == "mine"


def test_a_build_puts_no_pack_of_another_key_in_the_place_of_one(folder: Path) -> None:
    run_stray(*BUILD, cwd=folder)
    before = (folder / "pack" / "pack.json").read_text()
    (folder / "other.key").write_text("cd" * 32)
    (folder / "other.key").chmod(0o600)
    for key in ("other.key", "mistyped.key"):
        told = run_stray("pack", "build", "letters", "--pack", "pack", "--key", key, cwd=folder)
        assert told.returncode == 2
        assert "another folder for a new pack" in told.stderr
    assert not (folder / "mistyped.key").exists()
    assert (folder / "pack" / "pack.json").read_text() == before


def test_a_register_among_the_letters_is_no_letter(folder: Path) -> None:
    (folder / "letters" / "old-register.csv").write_text("letter_id,file,surname\nL-1,0.txt,Example\n")
    told = run_stray(*BUILD, cwd=folder)
    assert "pack: 3 letters" in told.stderr


def test_inspect_says_what_is_in_it_and_refuses_another_key(folder: Path) -> None:
    run_stray(*BUILD, cwd=folder)
    told = run_stray("pack", "inspect", "--pack", "pack", "--key", "pack.key", cwd=folder)
    assert told.returncode == 0, told.stderr
    assert "letters" in told.stdout
    (folder / "other.key").write_text("cd" * 32)
    (folder / "other.key").chmod(0o600)
    refused = run_stray("pack", "inspect", "--pack", "pack", "--key", "other.key", cwd=folder)
    assert refused.returncode == 2
    assert "key" in refused.stderr


def test_names_that_are_not_utf8_are_letters_like_others(folder: Path) -> None:
    name = os.fsdecode(b"l\xe9.txt")
    (folder / "letters" / name).write_text(letter(House.PLAIN, 9, 5).text)
    told = run_stray(*BUILD, cwd=folder)
    assert told.returncode == 0, told.stderr
    assert b"l\xe9.txt" in (folder / "pack.key.letters.csv").read_bytes()


def test_files_that_the_register_lacks_are_told_and_mapped(folder: Path) -> None:
    (folder / "r.csv").write_text("letter_id,file\nL-1,0.txt\n")
    told = run_stray(*BUILD, "--register", "r.csv", cwd=folder)
    assert "2 of 3 files are not in r.csv" in told.stderr
    assert (folder / "pack.key.letters.csv").read_text().count(".txt") == 2


def test_a_second_pack_with_the_same_key_keeps_the_first_ones_mapping(folder: Path) -> None:
    run_stray(*BUILD, cwd=folder)
    (folder / "more").mkdir()
    (folder / "more" / "x.txt").write_text(letter(House.IVF, 1, 5).text)
    run_stray("pack", "build", "more", "--pack", "pack2", "--key", "pack.key", cwd=folder)
    with (folder / "pack.key.letters.csv").open(newline="") as file:
        assert {row["file"] for row in csv.DictReader(file)} == {"0.txt", "1.txt", "2.txt", "x.txt"}


def test_a_key_inside_the_pack_and_a_missing_register_are_refused(folder: Path) -> None:
    inside = run_stray("pack", "build", "letters", "--pack", "pack", "--key", "pack/my.key", cwd=folder)
    assert inside.returncode == 2
    assert "lies inside the pack" in inside.stderr
    assert not (folder / "pack").exists()
    missing = run_stray(*BUILD, "--register", "none.csv", cwd=folder)
    assert missing.returncode == 2
    assert "none.csv: no such register" in missing.stderr


def test_links_are_told_and_a_link_that_is_named_is_followed(folder: Path) -> None:
    (folder / "letters" / "batch").symlink_to(folder)
    told = run_stray(*BUILD, cwd=folder)
    assert told.returncode == 0
    assert "letters/batch: unreadable (a link, not followed)" in told.stderr
    (folder / "link.txt").symlink_to(folder / "letters" / "1.txt")
    checked = run_stray("check", "link.txt", "--pack", "pack", "--key", "pack.key", cwd=folder)
    assert checked.returncode == 10, checked.stderr


def test_copies_of_one_letter_are_told_and_still_known(folder: Path) -> None:
    text = (folder / "letters" / "1.txt").read_text()
    for number in range(3):
        (folder / "letters" / f"copy{number}.txt").write_text(text)
    told = run_stray(*BUILD, cwd=folder)
    assert "copies of one letter" in told.stderr
    checked = run_stray("check", "letters/1.txt", "--pack", "pack", "--key", "pack.key", "--format", "json", cwd=folder)
    assert json.loads(checked.stdout)["verdict"] == "known_letter"
