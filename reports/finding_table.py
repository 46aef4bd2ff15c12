"""Long lists of findings for a terminal: columns of a known width, each finding written when it comes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import zip_longest
from textwrap import TextWrapper
from typing import Final, assert_never

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style
from rich.table import Table
from rich.text import Text

from findings.records import FindingState, Severity, TriageDecision
from findings.results import FindingRow
from reports.shown import Shown, printable

# Characters of a finding's id that are shown: of 10,000 findings two share them with a probability of 1 %, and then
# more is asked for.
SHOWN_ID: Final = 8
# Findings from which on a list is a long one: rich, that fits columns to what stands in them, has to see all of them
# first and takes 0.7 ms for each.
MANY: Final = 200
_STATE: Final = max(len(word) for words in (Severity, FindingState, TriageDecision) for word in words)
_DAY: Final = len("2026-03-01")
_BETWEEN: Final = "   "
# Characters that a column has at the least, however narrow the terminal.
_NARROWEST: Final = 12


def write_long(rows: Iterable[FindingRow], console: Console, shown: Shown) -> None:
    """All of them, in the same columns as a short list."""
    rest = max(console.width - SHOWN_ID - _STATE - _DAY - 3 * len(_BETWEEN), _NARROWEST)
    head = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name, width in (("finding", SHOWN_ID), ("state", _STATE), ("what and where", rest), ("seen", _DAY)):
        head.add_column(name, width=width, no_wrap=True)
    console.print(head, no_wrap=True, crop=False)
    wrapper = TextWrapper(rest, break_on_hyphens=False)
    colours = {state: _coloured(state, console) for state in FindingState}
    for row in rows:
        what = [
            *_folded(what_words(row), wrapper, console),
            *_folded(shown.place(row.url, row.member), wrapper, console),
        ]
        states = [row.severity.value, colours[row.state]]
        states += [] if row.triage is TriageDecision.TO_TRIAGE else [f"{row.triage.value:<{_STATE}}"]
        cells = zip_longest(states, what, days(row.first_seen, row.last_seen).split("\n"), fillvalue="")
        for number, (state, part, day) in enumerate(cells):
            known = row.finding_id[:SHOWN_ID] if number == 0 else ""
            padded = part + " " * (rest - cell_len(part))
            line = _BETWEEN.join((f"{known:<{SHOWN_ID}}", f"{state:<{_STATE}}", padded, f"{day:<{_DAY}}"))
            console.file.write(line + "\n")


def what_words(row: FindingRow) -> str:
    """What it is of which letter, and how much."""
    letter = f" {printable(row.letter_id)}" if row.letter_id is not None else ""
    share = f", {share_words(row.containment)} of it" if row.containment is not None else ""
    evidence = f", {row.evidence:.0f} distinctive characters" if row.evidence is not None else ""
    return f"{row.verdict}{letter}{share}{evidence}"


def share_words(share: float) -> str:
    """In whole per cent, and never 100 for less than all."""
    return f"{min(round(share * 100), 99 if share < 1 else 100)} %"


def days(first: datetime, last: datetime) -> str:
    """Two dates, or one."""
    begin, end = (f"{time.astimezone(UTC):%Y-%m-%d}" for time in (first, last))
    return begin if begin == end else f"{begin}\n{end}"


def state_style(state: FindingState) -> str:
    """How it is shown where there are colours."""
    match state:
        case FindingState.NEW | FindingState.REAPPEARED:
            return "bold red"
        case FindingState.OPEN:
            return "red"
        case FindingState.UNKNOWN:
            return "yellow"
        case FindingState.GONE:
            return "green"
        case _:
            assert_never(state)


def _coloured(state: FindingState, console: Console) -> str:
    """The word as wide as its column, its colour on the word alone."""
    system = ColorSystem.STANDARD if console.color_system else None
    word = Style.parse(state_style(state)).render(state.value, color_system=system)
    return word + " " * (_STATE - len(state.value))


def _folded(text: str, wrapper: TextWrapper, console: Console) -> Sequence[str]:
    """Lines that fit the column, parted between words where that is possible."""
    if not text.isascii():  # some are two columns wide, or none
        lines = Text(text).wrap(console, wrapper.width, overflow="fold")
        return [line.plain.rstrip() for line in lines]
    return [text] if len(text) <= wrapper.width else wrapper.wrap(text)
