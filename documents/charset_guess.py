# ruff: noqa: RUF001, RUF002 - letters and marks of many scripts are what this is about
"""Which charset of one byte a character some bytes are in, by how characters beyond ASCII stand in their words.

"£" stands before a digit, "’" behind a letter, a capital never behind a small letter, a sign never inside a word: in a
wrong charset they do. What is left open is told by how frequent the letters are in a language that the charset is for.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from unicodedata import category, name

from documents.alphabets import ALPHABETS, CHARSETS

# Characters beyond ASCII that are looked at, with their neighbours. A letter in Polish has 200 of them.
_MOST_PLACES = 800
_PLACE = re.compile(rb"(?=([\x00-\xff][\x80-\xff][\x00-\xff]))", re.DOTALL)
# How much better than these another must be: by one name with an accent none is.
_ADVANTAGES = {"cp1252": 1.1, "mac-roman": 1.05, "cp850": 1.05}
# From this on, per character beyond ASCII, an English text in the most usual charset is one; the others are not asked.
_SURE = 1.9
_EXPECTED_LETTER, _LEAST_LETTER, _STRANGE_LETTER = 3.0, 1.0, -2.0
# English has accents in names alone: none of them is frequent.
_LOAN_LETTER = 2.0
_LOANS = "english"
_MEANINGLESS, _SIGN_IN_WORD, _SIGN, _FITTING_SIGN = -6.0, -8.0, -2.0, 3.0
_WRONG_CASE, _BESIDE_DIGIT, _OTHER_SCRIPT, _CROWDED, _SHOUTED = -8.0, -5.0, -5.0, -1.0, -1.0
_LETTERS = frozenset(["Lu", "Ll", "Lo", "Lt", "Lm", "Mn"])
# The micro sign and the ordinals count as letters in Unicode, and stand as signs.
_SCRIPTS = frozenset(["LATIN", "CYRILLIC", "GREEK", "HEBREW", "ARABIC", "THAI"])
_MONEY, _DEGREES, _POWERS = frozenset("£€"), frozenset("°º"), frozenset("²³½¼¾µ±×÷")
# Languages open with what others close with.
_QUOTES, _DASHES = frozenset("“‘„«‚”’»"), frozenset("–—…•·\xa0®©™§№")
_NEUTRAL_SIGNS = frozenset("¿¡،؛؟ªº")


@dataclass(frozen=True, slots=True)
class _Table:
    """What each byte means: the character, its general category, and the script of a letter, else nothing."""

    characters: str
    kinds: tuple[str, ...]
    scripts: tuple[str, ...]


def guess(data: bytes) -> tuple[str, float]:
    """The charset, and how well it fits: per character beyond ASCII, below zero where none does."""
    found = islice(_PLACE.finditer(b" " + data + b" "), _MOST_PLACES)
    places = Counter(match[1] for match in found)
    total = places.total() or 1
    usual, languages = CHARSETS[0]
    if (sure := _score(places, usual, (_LOANS,))) >= _SURE * total:
        return usual, sure / total
    scores = {usual: _score(places, usual, languages)}
    scores |= {charset: _score(places, charset, languages) for charset, languages in CHARSETS[1:]}
    for charset, advantage in _ADVANTAGES.items():
        scores[charset] *= advantage if scores[charset] > 0 else 1
    best = max(scores, key=lambda charset: scores[charset])
    return best, scores[best] / total


def _score(places: Counter[bytes], charset: str, languages: tuple[str, ...]) -> float:
    table = _table(charset)
    standing = 0.0
    letters: Counter[str] = Counter()
    for place, count in places.items():
        before, at, after = place
        if table.scripts[at]:
            standing += _letter_worth(table, before, at, after) * count
            letters[table.characters[at].lower()] += count
        elif table.kinds[at] in ("Cc", "Cn", "Co"):
            standing += _MEANINGLESS * count
        else:
            characters = table.characters
            standing += _sign_worth(characters[at], characters[before], characters[after]) * count
    return standing + max(
        sum(_weights(language).get(letter, _STRANGE_LETTER) * count for letter, count in letters.items())
        for language in languages
    )


@lru_cache(maxsize=64)
def _table(charset: str) -> _Table:
    characters = "".join(bytes([byte]).decode(charset, "replace")[:1] for byte in range(256))
    kinds = tuple("Cn" if character == "\ufffd" else category(character) for character in characters)
    scripts = (name(character, "?").partition(" ")[0] for character in characters)
    told = zip(scripts, kinds, strict=True)
    letters = (script if kind in _LETTERS and script in _SCRIPTS else "" for script, kind in told)
    return _Table(characters, kinds, tuple(letters))


@lru_cache(maxsize=64)
def _weights(language: str) -> dict[str, float]:
    alphabet = ALPHABETS[language]
    if language == _LOANS:
        return dict.fromkeys(alphabet, _LOAN_LETTER)
    step = (_EXPECTED_LETTER - _LEAST_LETTER) / len(alphabet)
    return {letter.lower(): _EXPECTED_LETTER - step * rank for rank, letter in enumerate(alphabet)}


def _letter_worth(table: _Table, before: int, at: int, after: int) -> float:
    """How well a letter fits between its neighbours, whatever the language."""
    kinds, scripts = table.kinds, table.scripts
    worth = 0.0
    for neighbour in (before, after):
        if scripts[neighbour] and scripts[neighbour] != scripts[at]:
            worth += _OTHER_SCRIPT
        elif kinds[neighbour] == "Nd":
            worth += _BESIDE_DIGIT
    kind = kinds[at]
    if (kind == "Lu" and kinds[before] == "Ll") or (kind == "Ll" and kinds[before] == kinds[after] == "Lu"):
        worth += _WRONG_CASE
    elif kind == kinds[before] == "Lu":
        worth += _SHOUTED
    if before > 0x7F and after > 0x7F and scripts[at] == "LATIN":  # noqa: PLR2004 - three beyond ASCII in a row
        worth += _CROWDED
    return worth


def _sign_worth(sign: str, before: str, after: str) -> float:
    if before.isalpha() and after.isalpha():
        return _FITTING_SIGN if sign in "’·\xad" else _SIGN_IN_WORD
    if sign in _MONEY:
        fits = before.isdigit() or after.isdigit()
    elif sign in _DEGREES:
        fits = before.isdigit() or before == " " or after == "C"
    elif sign in _POWERS:
        fits = not before.isalpha() or before in "mM"
    elif sign in _QUOTES:
        fits = before.isspace() != after.isspace() or not (before.isalnum() and after.isalnum())
    elif sign in _DASHES:
        fits = True
    else:
        return 0.0 if sign in _NEUTRAL_SIGNS else _SIGN
    return _FITTING_SIGN if fits else _SIGN
