"""The organisation's own letters on their way into a pack: files, opaque ids, text read in isolation."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from documents.records import SkipReason
from extraction.isolation import ExtractorPool
from extraction.records import Extraction
from inspection.errors import LettersError
from inspection.files import Unreached, files_below
from inspection.register import FILE, LETTER_ID, Register, RegisterRow
from inspection.scans import ScanPass
from matchers.keys import PackKey
from matchers.letter_marks import LetterMarks
from matchers.pack_build import Letter

# Letters that wait for an extractor beyond those being read, per worker.
AHEAD_PER_WORKER = 2
# Bytes of a CSV file's first line that are looked at.
LONGEST_HEADER = 4096


@dataclass(frozen=True, slots=True, repr=False)
class LetterFile:
    """One letter's file and the id that it gets in the pack.

    Attributes:
        folder: the letters folder.
        name: path below it, with slashes.
        letter_id: from the register, or a keyed digest of the name.
        row: its row of the register, if it has one.
        fault: why it can not be opened, where that is known beforehand.
        is_found: it lies there; not so where only the register names it.
    """

    folder: Path
    name: str
    letter_id: str
    row: RegisterRow | None = None
    fault: str = ""
    is_found: bool = True

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.folder / self.name

    @property
    def is_registered(self) -> bool:
        """Is the id the register's?"""
        return self.row is not None


@dataclass(frozen=True, slots=True, repr=False)
class UnreadableLetter:
    """A letter that gave no text and so is not in the pack."""

    file: LetterFile
    reason: SkipReason
    detail: str


@dataclass(frozen=True, slots=True, repr=False)
class PartialLetter:
    """A letter that is in the pack with the part of its text that could be read."""

    file: LetterFile
    letter: Letter
    reason: SkipReason
    detail: str


@dataclass(frozen=True, slots=True, repr=False)
class UnchangedLetter:
    """A letter whose file and row are what they were, so it was not read again."""

    file: LetterFile
    mark: bytes


@dataclass(frozen=True, slots=True, repr=False)
class _Begun:
    """A letter that an extractor has, or will have."""

    file: LetterFile
    mark: bytes
    data: bytes
    future: Future[Extraction]


ReadLetter = Letter | PartialLetter | UnreadableLetter | UnchangedLetter


def letter_files(places: Sequence[Path], key: PackKey, register: Register | None) -> list[LetterFile]:
    """Every letter file below `places`, in a fixed order, with its id.

    The id comes from the register; a file that the register does not name, or any file without a register, gets a
    digest of its path under `key`, the root of the pack's keys.

    Raises:
        LettersError: no file at all, or a place that is not there.
    """
    named: dict[str, Path] = {}
    faults: dict[str, str] = {}
    for place in places:
        if not place.exists():
            raise LettersError(f"{place}: no such file or folder")
        root = place if place.is_dir() else place.parent
        for found in files_below(place):
            path = found.path if isinstance(found, Unreached) else found
            given = register and path.exists() and path.samefile(register.path)
            if given or _is_passed_over(path) or looks_like_register(path):
                continue
            name = path.relative_to(root).as_posix()
            if name in named:
                raise LettersError(
                    f"{path} and {named[name] / name} are both called {name}: letters need distinct names"
                )
            named[name] = root
            if isinstance(found, Unreached):
                faults[name] = found.cause
    if not named:
        raise LettersError(f"no files in {', '.join(map(str, places))}")
    rows = register.rows if register else {}
    files = []
    for name in sorted({*named, *rows}):  # a file that the register names and nobody has is told of when it is read
        row = rows.get(name)
        letter_id = row.letter_id if row else _opaque_id(name, key)
        fault = faults.get(name, "")
        files.append(LetterFile(named.get(name, places[0]), name, letter_id, row, fault, is_found=name in named))
    return files


class LetterReader:
    """Reads letter files in isolation, ahead of who asks for them.

    Args:
        extractors: that read.
        key: the root of the pack's keys.
        register: that the files were named by.
        workers: of the extractors.
    """

    def __init__(self, extractors: ExtractorPool, key: PackKey, register: Register | None, workers: int = 1) -> None:
        self._extractors = extractors
        self._scans = ScanPass(extractors, workers)
        self._key = key
        self._register = register
        self._ahead = workers * (1 + AHEAD_PER_WORKER)

    def read(self, files: Iterable[LetterFile], known: Sequence[LetterMarks] = ()) -> Iterator[ReadLetter]:
        """Each file in order. One whose mark is known already is not extracted.

        A letter's text is that of its pieces, a line break between them.
        """
        remaining = iter(files)
        waiting: list[_Begun | ReadLetter] = []
        while True:
            waiting += [self._begun(file, known) for file in islice(remaining, self._ahead - len(waiting))]
            if not waiting:
                return
            first = waiting.pop(0)
            yield self._read(first) if isinstance(first, _Begun) else first

    def _begun(self, file: LetterFile, known: Sequence[LetterMarks]) -> _Begun | ReadLetter:
        if file.fault:
            return UnreadableLetter(file, SkipReason.UNREADABLE, file.fault)
        try:
            data = file.path.read_bytes()
        except OSError as error:
            return UnreadableLetter(file, SkipReason.UNREADABLE, type(error).__name__)
        mark = self._mark(data, self._people(file))
        if any(marks.number_of(file.letter_id, mark) is not None for marks in known):
            return UnchangedLetter(file, mark)
        return _Begun(file, mark, data, self._extractors.submit(data))

    def _read(self, begun: _Begun) -> ReadLetter:
        file = begun.file
        extraction = self._scans.completed(begun.data, begun.future.result())
        text = "\n".join(piece.text for piece in extraction.pieces)
        problem = extraction.problems[0] if extraction.problems else None
        if not text.strip():
            reason = problem.reason if problem else SkipReason.UNREADABLE
            return UnreadableLetter(file, reason, problem.detail if problem else "no text")
        first, *others = self._people(file) or [{}]
        letter = Letter(file.letter_id, text, first, begun.mark, tuple(others))
        return PartialLetter(file, letter, problem.reason, problem.detail) if problem else letter

    def _people(self, file: LetterFile) -> list[dict[str, str]]:
        return self._register.people(file.row) if self._register and file.row else []

    def _mark(self, data: bytes, people: list[dict[str, str]]) -> bytes:
        """8 bytes that change when the file or its row does."""
        row = json.dumps([sorted(person.items()) for person in people]).encode()
        return bytes.fromhex(self._key.digest("letter-mark", hashlib.blake2b(data).digest() + row))


def write_mapping(files: Iterable[LetterFile], path: Path) -> None:
    """Leave `letter_id,file` where only the key's owner reads it: without it nobody can act on a finding.

    What an earlier build with this key left there stays: ids are made of key and name, so the same id means the same.
    """
    _write_mapping(_earlier_mapping(path) | {letter.letter_id: letter.name for letter in files}, path)


def forget_in_mapping(letter_ids: Iterable[str], path: Path) -> None:
    """Take letters that were erased out of the mapping: the name of a file can name a patient."""
    names = _earlier_mapping(path)
    if gone := names.keys() & set(letter_ids):
        _write_mapping({letter_id: name for letter_id, name in names.items() if letter_id not in gone}, path)


def copy_mapping(old: Path, new: Path) -> None:
    """Put what one mapping says into another, after the key has been rotated."""
    if names := _earlier_mapping(old):
        _write_mapping(_earlier_mapping(new) | names, new)


def _write_mapping(names: dict[str, str], path: Path) -> None:
    aside = path.with_name(path.name + ".tmp")
    aside.unlink(missing_ok=True)
    aside.touch(mode=0o600)
    # File names are bytes; one that is not UTF-8 is written as the bytes that it has.
    with aside.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["letter_id", "file"])
        writer.writerows(names.items())
    aside.replace(path)


def _earlier_mapping(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        return {row["letter_id"]: row["file"] for row in csv.DictReader(file) if row.get("letter_id")}


def _is_passed_over(path: Path) -> bool:
    """Hidden files and Word's lock files, which sit beside letters and are none."""
    return path.name.startswith((".", "~$"))


def looks_like_register(path: Path) -> bool:
    """Is it a CSV with the columns that make a register? One holds many patients and is no letter."""
    if path.suffix.lower() != ".csv" or not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            header = file.readline(LONGEST_HEADER).decode("utf-8-sig", "replace")
    except OSError:
        return False
    return {LETTER_ID, FILE} <= {column.strip().strip('"') for column in header.split(",")}


def _opaque_id(name: str, key: PackKey) -> str:
    return f"L{key.digest('letter-id', name.encode('utf-8', 'surrogateescape'))}"
