"""The register: a CSV that says which file is which letter, and whom it is about."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from inspection.errors import LettersError
from matchers.anchors import CATEGORIES, registered_categories
from matchers.identifiers import IdentifierError, Kind, registered_value

LETTER_ID, FILE = "letter_id", "file"
_PARTS_OF_A_NAME = ("surname", "forename")


@dataclass(frozen=True, slots=True, repr=False)
class RegisterRow:
    """One letter of the register.

    Attributes:
        letter_id: the organisation's own name for it.
        people: whom it is about; of each the values of the register's other columns, in their order.
        line: where it stands first, from 1.
    """

    letter_id: str
    people: tuple[tuple[str, ...], ...]
    line: int


@dataclass(frozen=True, slots=True, repr=False)
class Register:
    """A register, checked.

    Attributes:
        path: where it was read.
        columns: all but letter_id and file.
        rows: by file, a path below the letters folder with slashes.
        faults: values that can not be read as what their column says, as line and column; they are left out.
    """

    path: Path
    columns: tuple[str, ...]
    rows: Mapping[str, RegisterRow]
    faults: tuple[tuple[int, str], ...] = ()

    def people(self, row: RegisterRow) -> list[dict[str, str]]:
        """What the row says of each person, column to value, without empty ones."""
        people = ({c: value for c, value in zip(self.columns, values, strict=True) if value} for values in row.people)
        return [person for person in people if person]


def read_register(path: Path) -> Register:
    """Read and check a register. It is CSV in UTF-8 with a header; `letter_id` and `file` are required.

    A letter about several people has a row for each, with the same letter_id and file.

    Raises:
        LettersError: it is not there, can not be read, or does not fit; with the line, never with what stands in it.
    """
    if not path.is_file():
        raise LettersError(f"{path}: no such register")
    try:
        # File names are bytes; one that is not UTF-8 is kept as the bytes that it has.
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            return _checked(path, file)
    except (OSError, csv.Error) as error:
        raise LettersError(f"{path}: can not be read: {type(error).__name__}") from error


def _checked(path: Path, file: TextIO) -> Register:
    reader = csv.reader(file, strict=True)
    columns = _header(path, next(reader, []))
    other = tuple(column for column in columns if column not in {LETTER_ID, FILE})
    places = [columns.index(column) for column in other]
    rows: dict[str, RegisterRow] = {}
    files: dict[str, str] = {}
    faults: list[tuple[int, str]] = []
    for fields in reader:
        if not any(field.strip() for field in fields):
            continue
        where = f"{path} line {reader.line_num}"
        letter_id, name = _named(where, columns, fields)
        before = rows.get(name)
        if files.setdefault(letter_id, name) != name or (before and before.letter_id != letter_id):
            first = (before or rows[files[letter_id]]).line
            raise LettersError(f"{where}: its letter_id or its file is that of another letter, first in line {first}")
        values = [fields[place].strip() for place in places]
        if not all(map(_is_text, (letter_id, *values))):
            raise LettersError(f"{where}: is not UTF-8; save the register as CSV in UTF-8")
        for at, column in enumerate(other):
            if not _is_readable(column, values[at]):
                faults.append((reader.line_num, column))
                values[at] = ""
        people = (*(before.people if before else ()), tuple(values))
        rows[name] = RegisterRow(letter_id, people, before.line if before else reader.line_num)
    return Register(path, other, rows, tuple(faults))


def _header(path: Path, fields: Sequence[str]) -> list[str]:
    columns = [field.strip().lower() for field in fields]
    while columns and not columns[-1]:
        columns.pop()
    if missing := [column for column in (LETTER_ID, FILE) if column not in columns]:
        hint = "" if len(columns) > 1 else "; columns are separated by commas, and the first line names them"
        raise LettersError(f"{path}: has no column {' and no column '.join(missing)}{hint}")
    if "" in columns:
        raise LettersError(f"{path} line 1: column {columns.index('') + 1} has no name")
    if Kind.NAME in columns:
        raise LettersError(f"{path} line 1: a column is called {Kind.NAME}; call them surname and forename")
    if len(set(columns)) < len(columns):
        raise LettersError(f"{path} line 1: two columns have the same name")
    return columns


def _named(where: str, columns: Sequence[str], fields: list[str]) -> tuple[str, str]:
    """The letter's id and file. Fields that are missing at the end are empty ones."""
    if len(fields) > len(columns) and any(field.strip() for field in fields[len(columns) :]):
        raise LettersError(f"{where}: has {len(fields)} fields, line 1 names {len(columns)}; is a quote missing?")
    fields += [""] * (len(columns) - len(fields))
    letter_id, name = (fields[columns.index(column)].strip() for column in (LETTER_ID, FILE))
    if not letter_id or not name:
        raise LettersError(f"{where}: letter_id and file must both be given")
    if name.startswith("/") or ".." in name.split("/"):
        raise LettersError(f"{where}: file must be a path below the letters folder, without .. and not from the root")
    return letter_id, name


def _is_readable(column: str, value: str) -> bool:
    if not value or column in _PARTS_OF_A_NAME:
        return True
    try:
        if column == CATEGORIES:
            return bool(registered_categories({CATEGORIES: value}))
        registered_value(column, value)
    except IdentifierError:
        return False
    return True


def _is_text(value: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in value)
