from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from documents.records import SkipReason
from extraction.isolation import ExtractorPool
from inspection.errors import LettersError
from inspection.letters import (
    LetterReader,
    PartialLetter,
    ReadLetter,
    UnchangedLetter,
    UnreadableLetter,
    copy_mapping,
    forget_in_mapping,
    letter_files,
    write_mapping,
)
from inspection.register import Register, read_register
from matchers.keys import PackKey
from matchers.letter_marks import LetterMarks
from matchers.pack_build import Letter

KEY = PackKey(bytes(range(32)))


@pytest.fixture
def extractors() -> Iterator[ExtractorPool]:
    with ExtractorPool() as pool:
        yield pool


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    folder = tmp_path / "letters"
    (folder / "2026").mkdir(parents=True)
    (folder / "2026" / "a.txt").write_text("Dear Dr Example, thank you for referring this patient.")
    (folder / "b.html").write_text("<p>Dear Mrs Example, it was good to see you.</p>")
    (folder / "~$b.doc").write_text("Word's lock file")
    (folder / ".DS_Store").write_bytes(b"\0\0")
    return folder


def register(path: Path, rows: Sequence[tuple[str, ...]], columns: tuple[str, ...] = ("letter_id", "file")) -> Register:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([columns, *rows])
    return read_register(path)


def read(
    places: list[Path], extractors: ExtractorPool, named: Register | None = None, known: LetterMarks | None = None
) -> list[ReadLetter]:
    reader = LetterReader(extractors, KEY, named)
    return list(reader.read(letter_files(places, KEY, named), [known] if known else []))


def test_ids_come_from_the_register_and_the_rest_get_a_keyed_digest(letters: Path, tmp_path: Path) -> None:
    named = register(tmp_path / "r.csv", [("L-1", "2026/a.txt")])
    files = letter_files([letters], KEY, named)
    assert [file.name for file in files] == ["2026/a.txt", "b.html"]
    assert files[0].letter_id == "L-1"
    assert files[1].letter_id.startswith("L")
    assert "b" not in files[1].letter_id[1:2] or len(files[1].letter_id) == 17
    again = letter_files([letters], KEY, None)
    assert again[1].letter_id == files[1].letter_id
    assert letter_files([letters], PackKey(bytes(32)), None)[1].letter_id != files[1].letter_id


def test_a_register_among_the_letters_is_no_letter(letters: Path) -> None:
    named = register(letters / "letters.csv", [("L-1", "2026/a.txt"), ("L-2", "b.html")])
    assert [file.letter_id for file in letter_files([letters], KEY, named)] == ["L-1", "L-2"]


def test_an_empty_folder_a_missing_one_and_two_letters_of_one_name_are_refused(letters: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(LettersError, match="no files in"):
        letter_files([tmp_path / "empty"], KEY, None)
    with pytest.raises(LettersError, match="no such file or folder"):
        letter_files([tmp_path / "none"], KEY, None)
    other = tmp_path / "other"
    other.mkdir()
    (other / "b.html").write_text("another")
    with pytest.raises(LettersError, match="letters need distinct names"):
        letter_files([letters, other], KEY, None)


def test_what_can_not_be_read_is_named_and_the_rest_goes_on(
    letters: Path, tmp_path: Path, extractors: ExtractorPool
) -> None:
    (letters / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    (letters / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    named = register(tmp_path / "r.csv", [("L-9", "gone.txt")])
    results = read([letters], extractors, named)
    whole = [result for result in results if isinstance(result, Letter)]
    unread = {result.file.name: result.reason for result in results if isinstance(result, UnreadableLetter)}
    assert len(whole) == 2
    assert set(unread) == {"broken.pdf", "photo.png", "gone.txt"}
    assert unread["photo.png"] is SkipReason.UNREADABLE
    assert not any(isinstance(result, PartialLetter) for result in results)


def test_the_mapping_is_for_its_owner_only(letters: Path, tmp_path: Path) -> None:
    files = letter_files([letters], KEY, None)
    write_mapping(files, tmp_path / "map.csv")
    assert (tmp_path / "map.csv").stat().st_mode & 0o777 == 0o600
    with (tmp_path / "map.csv").open(newline="") as file:
        assert [row["file"] for row in csv.DictReader(file)] == ["2026/a.txt", "b.html"]


def test_a_mapping_forgets_what_was_erased_and_goes_along_with_a_new_key(letters: Path, tmp_path: Path) -> None:
    files = letter_files([letters], KEY, None)
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    write_mapping(files, old)
    forget_in_mapping([files[0].letter_id, "never heard of"], old)
    assert "2026/a.txt" not in old.read_text()
    copy_mapping(old, new)
    assert new.read_text() == old.read_text()
    copy_mapping(tmp_path / "none.csv", new)
    assert files[1].letter_id in new.read_text()
    assert new.stat().st_mode & 0o777 == 0o600


def test_what_is_known_with_its_mark_is_not_read_again(
    letters: Path, tmp_path: Path, extractors: ExtractorPool
) -> None:
    columns = ("letter_id", "file", "surname")
    named = register(tmp_path / "r.csv", [("L-1", "2026/a.txt", "Example"), ("L-2", "b.html", "Sample")], columns)
    first = [letter for letter in read([letters], extractors, named) if isinstance(letter, Letter)]
    known = LetterMarks((letter.letter_id, letter.mark) for letter in first)
    assert [type(letter) for letter in read([letters], extractors, named, known)] == [UnchangedLetter] * 2
    (letters / "b.html").write_text("<p>Dear Mrs Example, something else.</p>")
    other = register(tmp_path / "r.csv", [("L-1", "2026/a.txt", "Sample"), ("L-2", "b.html", "Sample")], columns)
    assert [type(letter) for letter in read([letters], extractors, named, known)] == [UnchangedLetter, Letter]
    assert [type(letter) for letter in read([letters], extractors, other, known)] == [Letter, Letter]


def test_a_letter_takes_along_whom_it_is_about(letters: Path, tmp_path: Path, extractors: ExtractorPool) -> None:
    rows = [("L-1", "2026/a.txt", "Example", ""), ("L-1", "2026/a.txt", "Sample", "south")]
    named = register(tmp_path / "r.csv", rows, ("letter_id", "file", "surname", "clinic"))
    letter = read([letters], extractors, named)[0]
    assert isinstance(letter, Letter)
    assert letter.identifiers == {"surname": "Example"}
    assert letter.others == ({"surname": "Sample", "clinic": "south"},)
