"""Patterns of object keys: `letters/{2024-2026}/{01-12}/clinic.pdf` is thirty-six keys, made one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

# Longest number in a range, digits: more are no number that anybody counts through.
RANGE_DIGITS = 18

_PIECES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+")
_NUMBERS = re.compile(r"([0-9]+)(?:-|\.\.)([0-9]+)")
_LETTERS = re.compile(r"([a-z])(?:-|\.\.)([a-z])|([A-Z])(?:-|\.\.)([A-Z])")
_DOUBLED = "a brace that is part of the key is written twice"


@dataclass(frozen=True, slots=True)
class _Run:
    """Texts in a row that are made as they are asked for: numbers of a width, letters, or one word."""

    codes: range
    word: str | None = None
    width: int | None = None

    def at(self, index: int) -> str:
        if self.word is not None:
            return self.word
        code = self.codes[index]
        return chr(code) if self.width is None else f"{code:0{self.width}d}"


# What may stand at one place of a key.
_Choices = list[_Run]


def count(pattern: str) -> int:
    """How many keys a pattern stands for, without making them. Raises ValueError where it is none."""
    return prod(map(_number, _parsed(pattern)))


def expand(pattern: str) -> Iterator[str]:
    """The keys that a pattern stands for, the last range counting fastest; made as they are asked for.

    Raises:
        ValueError: it is no pattern. Its text does not repeat the pattern: a key can name a patient.
    """
    return _made(_parsed(pattern))


def literal(key: str) -> str:
    """The pattern that stands for this key alone."""
    return key.replace("{", "{{").replace("}", "}}")


def fixed_head(pattern: str) -> str:
    """What all keys of a pattern begin with: all that stands before its first range or list."""
    head = ""
    for choices in _parsed(pattern):
        if _number(choices) > 1:
            break
        head += _at(choices, 0)
    return head


def _made(parts: list[_Choices]) -> Iterator[str]:
    positions = [0] * len(parts)
    while True:
        yield "".join(map(_at, parts, positions))
        place = len(parts) - 1
        while place >= 0 and positions[place] + 1 == _number(parts[place]):
            positions[place] = 0
            place -= 1
        if place < 0:
            return
        positions[place] += 1


def _number(choices: _Choices) -> int:
    return sum(len(run.codes) for run in choices)


def _at(choices: _Choices, index: int) -> str:
    for run in choices:
        if index < len(run.codes):
            return run.at(index)
        index -= len(run.codes)
    raise IndexError(index)


def _parsed(pattern: str) -> list[_Choices]:
    """The parts of a pattern in their order."""
    parts: list[_Choices] = []
    for piece in _PIECES.finditer(pattern):
        text, inside = piece[0], piece[1]
        if inside is not None:
            parts.append(_choices(inside))
        elif text in ("{", "}"):
            what = "a { that is not closed" if text == "{" else "a } that closes nothing"
            raise ValueError(f"{what}; {_DOUBLED}")
        else:
            parts.append([_word(text[0] if text in ("{{", "}}") else text)])
    return parts


def _choices(inside: str) -> _Choices:
    words = inside.split(",")
    runs = [_run(word) for word in words]
    if len(words) == 1 and runs[0].word is not None:
        raise ValueError(
            f"braces hold a range or a list, such as {{2024-2026}}, {{01-12}} or {{clinic,ward}}; {_DOUBLED}"
        )
    return runs


def _word(word: str) -> _Run:
    return _Run(range(1), word=word)


def _run(word: str) -> _Run:
    numbers = _NUMBERS.fullmatch(word)
    letters = _LETTERS.fullmatch(word)
    if numbers is not None:
        first, last = numbers.groups()
        if max(len(first), len(last)) > RANGE_DIGITS:
            raise ValueError(f"a number of more than {RANGE_DIGITS} digits")
        return _Run(_forwards(int(first), int(last)), width=len(first) if first.startswith("0") else 1)
    if letters is not None:
        first, last = (letter for letter in letters.groups() if letter)
        return _Run(_forwards(ord(first), ord(last)))
    return _word(word)


def _forwards(first: int, last: int) -> range:
    if first > last:
        raise ValueError("a range that runs backwards")
    return range(first, last + 1)
