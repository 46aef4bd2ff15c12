"""Tables in text (CSV and its kin): rows as lines, cells whole, and row numbers not between the lines of a letter."""

from __future__ import annotations

import csv
import io
from itertools import islice, pairwise

from documents.charset import decode
from documents.records import SkipReason
from documents.text_kind import delimiter_of
from extraction.budget import Budget
from extraction.records import Content, Problem, TextPiece
from extraction.texts.carried import Carried
from extraction.texts.plain_text import inexact, paged, printed
from extraction.texts.two_streams import TwoStreams
from extraction.texts.visible_text import looks_like_markup, visible_text

# Characters of one cell. A whole record as one cell has a million; beyond this the file is read as plain text.
_CELL_CHARACTERS = 16 << 20
csv.field_size_limit(_CELL_CHARACTERS)
# Rows that are read: some 5 s of work. The list of a large hospital's patients has a million.
MOST_ROWS = 1_000_000
# Characters that are looked at for each that the budget keeps: cells may hold files in base64.
_CHARACTERS_A_KEPT = 4
# Rows below which a column of 1, 2, 3 is no numbering.
_FEWEST_COUNTED = 3
# Columns that are searched for a numbering: exports have it among the first.
_COUNTING_COLUMNS = 12


def read_csv(data: bytes, budget: Budget) -> Content:
    """One piece. A column that numbers rows comes last; so do codes that stay the same from row to row beside it."""
    decoded = decode(data)
    problems = inexact(decoded)
    delimiter = delimiter_of(decoded.text)
    whole = decoded.text.replace("\x00", "")
    text = whole[: _CHARACTERS_A_KEPT * budget.limits.characters]
    if len(text) < len(whole):
        problems += (Problem(SkipReason.BUDGET_SPENT, "", "characters"),)
    try:
        rows = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or ","), MOST_ROWS + 1))
    except csv.Error:
        return Content(paged(printed(decoded.text)), problems)
    if len(rows) > MOST_ROWS:
        problems += (Problem(SkipReason.BUDGET_SPENT, "", "rows"),)
    carried = Carried(budget)
    text = _text(rows[:MOST_ROWS], carried)
    return Content((TextPiece("", text),) if text else (), problems, tuple(carried.found))


def _text(rows: list[list[str]], carried: Carried) -> str:
    counting = _counting_columns(rows)
    streams = TwoStreams()
    above: list[str] = []
    for row in rows:
        cells = []
        for column, cell in enumerate(row):
            if column in counting or (counting and column < len(above) and cell == above[column] and " " not in cell):
                streams.set_aside(cell)
            elif cell and (left := carried.text_of(cell)):
                cells.append(visible_text(left).text if looks_like_markup(left) else left)
        streams.show("\t".join(cells) + "\n")
        above = row
    return streams.text


def _counting_columns(rows: list[list[str]]) -> frozenset[int]:
    """Columns whose numbers go up by one from row to row, or begin anew at where they began."""
    body = rows[1:]
    if len(body) < _FEWEST_COUNTED:
        return frozenset()
    width = min(max(map(len, body)), _COUNTING_COLUMNS)
    return frozenset(column for column in range(width) if _counts([row[column] for row in body if len(row) > column]))


def _counts(cells: list[str]) -> bool:
    numbers = [int(cell) for cell in cells if cell.strip().isdecimal() and len(cell) <= _LONGEST]
    if len(numbers) != len([cell for cell in cells if cell.strip()]) or len(numbers) < _FEWEST_COUNTED:
        return False
    return all(after == before + 1 or after == numbers[0] for before, after in pairwise(numbers)) and any(
        after == before + 1 for before, after in pairwise(numbers)
    )


_LONGEST = 9
