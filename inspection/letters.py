"""The organisation's own letters on their way into a pack: files, the register, opaque ids."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from documents.records import SkipReason
from extraction.isolation import ExtractorPool
from inspection.errors import LettersError
from inspection.files import Unreached, files_below
from matchers.keys import PackKey
from matchers.pack_build import Letter


@dataclass(frozen=True, slots=True)
class LetterFile:
    """One letter's file and the id that it gets in the pack.

    Attributes:
        path: where it lies.
        name: path below its letters folder, with slashes.
        letter_id: from the register, or a keyed digest of the name.
        is_registered: the id is the register's.
        fault: why it can not be opened, where that is known beforehand.
    """

    path: Path
    name: str
    letter_id: str
    is_registered: bool = False
    fault: str = ""


@dataclass(frozen=True, slots=True)
class UnreadableLetter:
    """A letter that gave no text and so is not in the pack."""

    file: LetterFile
    reason: SkipReason
    detail: str


@dataclass(frozen=True, slots=True)
class PartialLetter:
    """A letter that is in the pack with the part of its text that could be read."""

    file: LetterFile
    letter: Letter
    reason: SkipReason
    detail: str


def letter_files(places: Sequence[Path], key: PackKey, register: Path | None) -> list[LetterFile]:
    """Every letter file below `places`, in a fixed order, with its id.

    The id comes from the register (columns `letter_id` and `file`, a path below the letters folder); a file that the
    register does not name, or any file without a register, gets a keyed digest of its path.

    Raises:
        LettersError: no file at all, a place that is not there, or a register that does not fit.
    """
    if register is not None and not register.is_file():
        raise LettersError(f"{register}: no such register")
    named: dict[str, Path] = {}
    faults: dict[str, str] = {}
    for place in places:
        if not place.exists():
            raise LettersError(f"{place}: no such file or folder")
        root = place if place.is_dir() else place.parent
        for found in files_below(place):
            path = found.path if isinstance(found, Unreached) else found
            if _is_passed_over(path) or (register and path.exists() and path.samefile(register)):
                continue
            name = path.relative_to(root).as_posix()
            if name in named:
                raise LettersError(f"{path} and {named[name]} are both called {name}: letters need distinct names")
            named[name] = path
            if isinstance(found, Unreached):
                faults[name] = found.cause
    if not named:
        raise LettersError(f"no files in {', '.join(map(str, places))}")
    ids = _read_register(register) if register else {}
    for name in ids:  # a file that the register names and nobody has is told of when it is read
        named.setdefault(name, places[0] / name)
    return [
        LetterFile(path, name, ids.get(name) or _opaque_id(name, key), name in ids, faults.get(name, ""))
        for name, path in sorted(named.items())
    ]


def read_letters(
    files: Iterable[LetterFile], extractors: ExtractorPool
) -> Iterator[Letter | PartialLetter | UnreadableLetter]:
    """Extract each file in isolation. A letter's text is that of its pieces, a line break between them."""
    for file in files:
        if file.fault:
            yield UnreadableLetter(file, SkipReason.UNREADABLE, file.fault)
            continue
        try:
            data = file.path.read_bytes()
        except OSError as error:
            yield UnreadableLetter(file, SkipReason.UNREADABLE, type(error).__name__)
            continue
        extraction = extractors.extract(data)
        text = "\n".join(piece.text for piece in extraction.pieces)
        problem = extraction.problems[0] if extraction.problems else None
        if not text.strip():
            reason = problem.reason if problem else SkipReason.UNREADABLE
            yield UnreadableLetter(file, reason, problem.detail if problem else "no text")
        elif problem:
            yield PartialLetter(file, Letter(file.letter_id, text), problem.reason, problem.detail)
        else:
            yield Letter(file.letter_id, text)


def write_mapping(files: Iterable[LetterFile], path: Path) -> None:
    """Leave `letter_id,file` where only the key's owner reads it: without it nobody can act on a finding.

    What an earlier build with this key left there stays: ids are made of key and name, so the same id means the same.
    """
    names = _earlier_mapping(path) | {letter.letter_id: letter.name for letter in files}
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


def _opaque_id(name: str, key: PackKey) -> str:
    return f"L{key.digest('letter-id', name.encode('utf-8', 'surrogateescape'))}"


def _read_register(register: Path) -> dict[str, str]:
    """File name to letter id, checked."""
    try:
        with register.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            rows = csv.DictReader(file)
            if missing := {"letter_id", "file"} - set(rows.fieldnames or ()):
                raise LettersError(f"{register}: has no column {' and no column '.join(sorted(missing))}")
            return _checked_rows(register, rows)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LettersError(f"{register}: can not be read: {type(error).__name__}") from error


def _checked_rows(register: Path, rows: csv.DictReader[str]) -> dict[str, str]:
    ids: dict[str, str] = {}
    used: set[str] = set()
    for row in rows:
        letter_id, name = (row["letter_id"] or "").strip(), (row["file"] or "").strip()
        where = f"{register} line {rows.line_num}"
        if not letter_id or not name:
            raise LettersError(f"{where}: letter_id and file must both be given")
        if letter_id in used or name in ids:
            raise LettersError(f"{where}: {letter_id} or its file is named twice")
        ids[name] = letter_id
        used.add(letter_id)
    return ids
