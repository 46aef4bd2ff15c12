"""Word lists and sentence frames of the letters' bodies, read from `prose/` and compiled so that drawing is quick."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

PROSE = Path(__file__).parent / "prose"

# Days that bodies name; fixed, so that no text depends on the day it is made.
_FIRST_DAY = date(2021, 1, 4)
_DAYS = 1_400
_YEARS = range(1964, 2024)
_SLOT = re.compile(r"\{(\w+)(?::(\d+)-(\d+))?\}")
_PRONOUNS = (
    {"he": "he", "him": "him", "his": "his", "He": "He", "His": "His", "his_c": "His"},
    {"he": "she", "him": "her", "his": "her", "He": "She", "His": "Her", "his_c": "Her"},
)
# Ends the name of a list whose entries begin with a capital.
_CAPITAL = "_c"

Draw = Callable[[], float]
Entries = tuple[str, ...]


def read_sections(name: str) -> Mapping[str, Entries]:
    """The `@section` parts of a file of `prose/`, in order: their lines, without comments and blanks."""
    sections: dict[str, list[str]] = {"": []}
    current = sections[""]
    for line in (PROSE / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            current = sections.setdefault(line[1:], [])
        elif line and not line.startswith("#"):
            current.append(line)
    return {title: tuple(lines) for title, lines in sections.items() if lines}


@cache
def word_lists(name: str = "words") -> Mapping[str, Entries]:
    """Lists of words and phrases; entries of a file's list are set apart by commas."""
    return {
        title: tuple(entry.strip() for line in lines for entry in line.split(",") if entry.strip())
        for title, lines in read_sections(name).items()
    }


def days() -> Iterator[date]:
    """The days that bodies may name."""
    return (_FIRST_DAY + timedelta(days=number) for number in range(_DAYS))


@cache
def printed_day(style: str, day: date) -> str:
    """A day in a template's own style."""
    ending = "th" if 4 <= day.day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")  # noqa: PLR2004
    return style.format(
        d=day.day,
        d2=f"{day.day:02d}",
        th=ending,
        m2=f"{day.month:02d}",
        month=f"{day:%B}",
        mon=f"{day:%b}",
        month_cy=_WELSH_MONTHS[day.month - 1],
        y=day.year,
        y2=f"{day.year % 100:02d}",
    )


_WELSH_MONTHS = (
    "Ionawr Chwefror Mawrth Ebrill Mai Mehefin Gorffennaf Awst Medi Hydref Tachwedd Rhagfyr"
).split()  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frame:
    """One sentence: literal text with `%s` for each draw, and what is drawn."""

    text: str
    slots: tuple[Entries, ...]

    def drawn(self, draw: Draw) -> str:
        """The sentence with its draws; `draw` gives numbers from 0 up to 1."""
        return self.text % tuple([entries[int(draw() * len(entries))] for entries in self.slots])


@cache
def frames(female: bool, day_style: str, source: str = "frames", lists: str = "words") -> tuple[Frame, ...]:
    """All frames of a file with the pronouns of a patient and the dates of a template."""
    words = {**word_lists(lists), **_calendar(day_style)}
    return tuple(compiled(line, words, _PRONOUNS[female]) for line in read_sections(source)[""])


@cache
def _calendar(day_style: str) -> Mapping[str, Entries]:
    return {
        "date": tuple(printed_day(day_style, day) for day in days()),
        "month": tuple(sorted({f"{day:%B %Y}" for day in days()})),
        "year": tuple(str(year) for year in _YEARS),
    }


def compiled(line: str, words: Mapping[str, Entries], fixed: Mapping[str, str]) -> Frame:
    """A line with `{list}`, `{n:2-40}`, `{d:1-9}` and fixed words.

    Raises:
        KeyError: a list that is not there.
    """
    slots: list[Entries] = []

    def replaced(found: re.Match[str]) -> str:
        name, low, high = found.groups()
        if name in fixed:
            return fixed[name]
        slots.append(_entries(name, low, high, words))
        return "%s"

    return Frame(_SLOT.sub(replaced, line.replace("%", "%%")), tuple(slots))


def _entries(name: str, low: str | None, high: str | None, words: Mapping[str, Entries]) -> Entries:
    if low is not None and high is not None:
        return _numbers(name == "d", int(low), int(high))
    if name.endswith(_CAPITAL) and name not in words:
        return _capitals(words[name.removesuffix(_CAPITAL)])
    return words[name]


@cache
def _numbers(decimal: bool, low: int, high: int) -> Entries:
    if decimal:
        return tuple(f"{tenths // 10}.{tenths % 10}" for tenths in range(low * 10, high * 10))
    return tuple(str(number) for number in range(low, high + 1))


@cache
def _capitals(entries: Entries) -> Entries:
    return tuple(entry[:1].upper() + entry[1:] for entry in entries)


def seeded(key: str | int) -> random.Random:
    """A generator that gives the same numbers for the same key in every process."""
    return random.Random(key)  # noqa: S311 - benchmarks must repeat; nothing here is secret


def picked(entries: Sequence[str], draw: Draw) -> str:
    """One of the entries."""
    return entries[int(draw() * len(entries))]
