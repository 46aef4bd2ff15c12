"""What a person's own SQL gave, for a terminal or as JSON Lines. Text is masked unless it is known to name nobody.

A query can put an address, the name of a file or a note into any column, under any name. In clear are numbers, times,
words of closed sets, and text that a column of ours with ids, states and the like holds, under such a column's name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import chain
from typing import Any, Final, Literal, TextIO

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from documents.exposure import IndexBasis, TlsState, Transport, Truth
from documents.records import Cue, EntryKind, SkipReason
from findings.free_query import FreeAnswer
from findings.harmless import HARMLESS_COLUMNS
from findings.records import (
    BucketState,
    EntryOutcome,
    FindingState,
    Presence,
    Severity,
    SweepKind,
    SweepState,
    TriageDecision,
    UnitState,
)
from matchers.verdicts import Verdict
from reports.console import plain_console
from reports.shown import Shown, printable

_SETS: Final[tuple[type[StrEnum], ...]] = (
    *(BucketState, Cue, EntryKind, EntryOutcome, FindingState, IndexBasis, Presence, Severity, SkipReason, SweepKind),
    *(SweepState, TlsState, TriageDecision, Transport, Truth, UnitState, Verdict),
)
_WORDS: Final = frozenset(
    (*(str(word) for word in chain.from_iterable(_SETS)), *(f"unit_{state}" for state in UnitState))
)
_MASK: Final = "~"
# Characters of a cell that count at most, and how much wider than the terminal a table may be by them: so much can be
# folded and still be read. A wider one is shown row below row.
_FOLDED: Final = 40
_BEYOND: Final = 1.4
# Characters between two columns.
_GAP: Final = 3
# Characters of a cell that is not broken over lines: the longest words of closed sets.
_UNBROKEN: Final = 17


class _Masking:
    """Values as they are shown; knows in which columns something was masked."""

    def __init__(self, shown: Shown, harmless: frozenset[str]) -> None:
        self._shown = shown
        self._harmless = harmless
        self.masked: dict[str, None] = {}

    def value(self, column: str, value: object) -> Any:
        """In a form that JSON takes."""
        match value:
            case None | bool() | int() | float():
                told: Any = value
            case str():
                told = self._text(column, value)
            case Mapping():
                told = {self._text(column, str(key)): self.value(column, each) for key, each in value.items()}
            case list() | tuple():
                told = [self.value(column, each) for each in value]
            case datetime() | date() | time() | timedelta() | Decimal():
                told = _plain(value)
            case _:
                told = self._hidden(column)
        return told

    def _text(self, column: str, text: str) -> str:
        if self._shown.reveal or text in _WORDS or not text or self._is_harmless(column, text):
            return printable(text)
        if "://" in text and not any(character.isspace() for character in text):
            self.masked[column] = None
            return self._shown.url(text)
        return self._hidden(column)

    def _is_harmless(self, column: str, text: str) -> bool:
        return column in HARMLESS_COLUMNS and text in self._harmless

    def _hidden(self, column: str) -> str:
        self.masked[column] = None
        return _MASK


def free_json(out: TextIO, answer: FreeAnswer, shown: Shown) -> tuple[str, ...]:
    """One object a line; of columns with one name the later ones are numbered. Returns the columns that are masked."""
    masking = _Masking(shown, answer.harmless)
    names = _single(answer.columns)
    for row in answer.rows:
        told = {
            name: masking.value(column, value) for name, column, value in zip(names, answer.columns, row, strict=True)
        }
        out.write(json.dumps(told, ensure_ascii=True).replace("\x7f", "\\u007f") + "\n")
    return tuple(masking.masked)


def free_table(out: TextIO, answer: FreeAnswer, shown: Shown, width: int, colour: bool = False) -> tuple[str, ...]:
    """A table where it fits, else one row below the other. Returns the columns that are masked."""
    masking = _Masking(shown, answer.harmless)
    rows = [
        [_cell(value, masking.value(column, value)) for column, value in zip(answer.columns, row, strict=True)]
        for row in answer.rows
    ]
    console = plain_console(out, width, colour)
    names = [printable(name) for name in answer.columns]
    if not rows:
        console.print(Text("no rows"))
    elif _is_wide(names, rows, width):
        for number, row in enumerate(rows, 1):
            console.print(_below(number, names, row))
    else:
        table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for name, kind, cells in zip(names, answer.kinds, zip(*rows, strict=True), strict=True):
            justify: Literal["left", "right"] = "right" if _is_number(kind) else "left"
            whole = max(map(len, cells)) <= _UNBROKEN
            table.add_column(Text(name, overflow="fold"), overflow="fold", justify=justify, no_wrap=whole)
        for row in rows:
            table.add_row(*map(Text, row))
        console.print(table)
    return tuple(masking.masked)


def _is_wide(names: list[str], rows: list[list[str]], width: int) -> bool:
    longest = [max(map(len, (name, *cells))) for name, cells in zip(names, zip(*rows, strict=True), strict=True)]
    return sum(min(each, _FOLDED) + _GAP for each in longest) > width * _BEYOND


def _below(number: int, names: Iterable[str], row: Iterable[str]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(Text(f"row {number}", style="bold"), "")
    for name, value in zip(names, row, strict=True):
        table.add_row(Text(name), Text(value))
    return table


def _cell(value: object, shown: Any) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC) if value.tzinfo else value:%Y-%m-%d %H:%M:%S}"
    if shown is None:
        return "-"
    if isinstance(shown, str):
        return shown
    if isinstance(shown, list) and all(isinstance(each, str) for each in shown):
        return ", ".join(shown)
    return json.dumps(shown, ensure_ascii=False)


def _plain(value: datetime | date | time | timedelta | Decimal) -> object:
    match value:
        case datetime():
            return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
        case date() | time():
            return value.isoformat()
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case _:
            return str(value)


def _is_number(kind: str) -> bool:
    return kind.endswith(("INT", "INTEGER", "DOUBLE", "FLOAT")) or kind.startswith("DECIMAL")


def _single(names: Iterable[str]) -> list[str]:
    single: list[str] = []
    for name in names:
        said, number = name, 1
        while said in single:
            number += 1
            said = f"{name}_{number}"
        single.append(said)
    return single
