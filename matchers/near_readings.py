"""What an identifier may have been before recognition took one character of it for another."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from matchers.identifiers import Kind, folded, passes_check, valid_date

# Digits that are taken for one another, by shape. The normaliser folds digits with letters, not with digits.
_DIGITS = {
    "0": "689",
    "1": "47",
    "2": "37",
    "3": "2589",
    "4": "19",
    "5": "368",
    "6": "058",
    "7": "12",
    "8": "03569",
    "9": "0348",
}
# Letters, by shape, beyond what the normaliser folds.
_LETTERS = {
    "a": "oe",
    "c": "eo",
    "e": "ca",
    "f": "t",
    "g": "qy",
    "h": "nb",
    "k": "h",
    "m": "nw",
    "n": "uh",
    "o": "ac",
    "q": "g",
    "t": "fl",
    "u": "nv",
    "v": "uy",
    "w": "mv",
    "y": "vg",
}
_ANY_DIGIT = "0123456789"


def near_readings(kind: str, reading: str) -> Iterator[str]:
    """Other values of a kind that this one may be with one character misread. A misread NHS number fails its check."""
    match kind:
        case Kind.NHS_NUMBER:
            yield from (one for one in _changed(reading, dict.fromkeys(_ANY_DIGIT, _ANY_DIGIT)) if passes_check(one))
        case Kind.DATE_OF_BIRTH:
            yield from (one for one in _changed(reading, _DIGITS) if valid_date(*map(int, one.split("-"))))
        case Kind.HOSPITAL_NUMBER:
            yield from _changed(reading, _folded_digits())
        case Kind.NAME:
            yield from (" ".join(sorted(one.split(" "))) for one in _changed(reading, _LETTERS))
        case _:
            return


@cache
def _folded_digits() -> dict[str, list[str]]:
    return {folded(digit): [folded(other) for other in others] for digit, others in _DIGITS.items()}


def _changed(reading: str, others: dict[str, str] | dict[str, list[str]]) -> Iterator[str]:
    for place, symbol in enumerate(reading):
        for other in others.get(symbol, ()):
            if other != symbol:
                yield reading[:place] + other + reading[place + 1 :]
