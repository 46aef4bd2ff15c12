"""What has vanished from a folder, and when that is not believed."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspection.errors import LettersError
from inspection.letters import LetterFile, letter_files
from inspection.register import read_register
from inspection.sync import sync_plan
from matchers.keys import PackKey
from matchers.pack import Pack, open_pack
from matchers.pack_build import Letter, build_pack

KEY = PackKey(bytes(range(32)))
COUNT = 10


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    folder = tmp_path / "letters"
    (folder / "old").mkdir(parents=True)
    for number in range(COUNT):
        (folder / "old" / f"{number}.txt").write_text(f"Letter {number} of the clinic, to nobody in particular.")
    return folder


@pytest.fixture
def pack(letters: Path, tmp_path: Path) -> Pack:
    files = letter_files([letters], KEY, None)
    build_pack([Letter(file.letter_id, file.path.read_text(), mark=b"markmark") for file in files], tmp_path / "p", KEY)
    return open_pack(tmp_path / "p", KEY)


def files(letters: Path) -> list[LetterFile]:
    return letter_files([letters], KEY, None)


def test_nothing_has_changed(letters: Path, pack: Pack) -> None:
    plan = sync_plan(pack, files(letters))
    assert (len(plan.files), plan.vanished, plan.unsure) == (COUNT, (), ())
    assert all(plan.marks.number_of(file.letter_id, b"markmark") is not None for file in plan.files)


def test_files_that_are_gone_and_files_that_are_new(letters: Path, pack: Pack) -> None:
    gone = files(letters)[3].letter_id
    (letters / "old" / "3.txt").unlink()
    (letters / "new.txt").write_text("new")
    plan = sync_plan(pack, files(letters))
    assert plan.vanished == (gone,)
    assert {file.name for file in plan.files} >= {"new.txt", "old/4.txt"}


def test_more_than_a_fifth_at_once_needs_consent(letters: Path, pack: Pack) -> None:
    for number in range(3):
        (letters / "old" / f"{number}.txt").unlink()
    with pytest.raises(LettersError, match=r"3 of 10 letters .* 30 %, more than 20 %.* --allow-erase 31"):
        sync_plan(pack, files(letters))
    assert len(sync_plan(pack, files(letters), 31).vanished) == 3


def test_a_share_that_is_not_mounted_erases_nothing(letters: Path, pack: Pack) -> None:
    for path in (letters / "old").iterdir():
        path.unlink()
    with pytest.raises(LettersError, match="no files in"):
        files(letters)
    (letters / "lost+found.txt").write_text("what a file system leaves")
    with pytest.raises(LettersError, match="10 of 10 letters"):
        sync_plan(pack, files(letters))


def test_while_a_folder_can_not_be_entered_nothing_is_erased(letters: Path, pack: Pack) -> None:
    (letters / "old" / "3.txt").unlink()
    shut = LetterFile(letters, "old", "x", fault="PermissionError")
    plan = sync_plan(pack, [*files(letters), shut])
    assert plan.vanished == ()
    assert plan.unsure == (shut,)


def test_a_row_of_the_register_without_a_file_is_a_letter_that_has_vanished(letters: Path, tmp_path: Path) -> None:
    rows = "".join(f"L{number},old/{number}.txt\n" for number in range(COUNT))
    (tmp_path / "r.csv").write_text("letter_id,file\n" + rows)
    register = read_register(tmp_path / "r.csv")
    there = letter_files([letters], KEY, register)
    build_pack([Letter(file.letter_id, file.path.read_text()) for file in there], tmp_path / "p", KEY)
    (letters / "old" / "7.txt").unlink()
    plan = sync_plan(open_pack(tmp_path / "p", KEY), letter_files([letters], KEY, register))
    assert plan.vanished == ("L7",)
    assert len(plan.files) == COUNT - 1
