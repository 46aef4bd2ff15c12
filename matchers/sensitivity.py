"""What a text speaks of that is protected above all else: a closed set, told as a fact, never with its words.

Words lie in `sensitivity_words.toml`. Told are phrases that are said of somebody: not what is denied or was excluded,
not what might happen, not what a leaflet offers to whoever reads it. Text is folded as the normaliser folds it, so
that characters which recognition confuses do not hide a word.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

# Code points that are looked at: of a document 150 pages, of a letter twenty, which take 20 ms. A document made for it
# can hold a thousand letters.
MOST_TEXT = 400_000
MOST_LETTER_TEXT = 60_000
# Words before a phrase in which `no`, `not`, `without` are said of it; and `denies` and `no history of`, which begin
# lists.
NEGATED_AFTER = 4
DENIED_AFTER = 10
# Words after a phrase in which its result may stand: HIV, hepatitis B and hepatitis C were all negative.
RESULT_BEFORE = 8
# Words before a phrase in which a risk of it is spoken of.
RISK_AFTER = 12
# Different weak phrases of a category that together tell of it.
WEAK_ENOUGH = 2


class Category(StrEnum):
    """What harms a person most if others learn of it, in the order in which it is told."""

    ADOPTION = "adoption"
    CHILD_PROTECTION = "child_protection"
    CRIMINAL = "criminal"
    DOMESTIC_ABUSE = "domestic_abuse"
    FERTILITY = "fertility"
    GENDER_RECOGNITION = "gender_recognition"
    GENETIC = "genetic"
    HIV = "hiv"
    MENTAL_HEALTH = "mental_health"
    PREGNANCY_LOSS = "pregnancy_loss"
    SAFEGUARDING = "safeguarding"
    SELF_HARM = "self_harm"
    SEXUAL_HEALTH = "sexual_health"
    SEXUAL_VIOLENCE = "sexual_violence"
    SUBSTANCE_USE = "substance_use"
    TERMINAL = "terminal"
    TERMINATION = "termination"


@dataclass(frozen=True, slots=True)
class _Phrase:
    """Some words in a row; the last may be the beginning of one. `category` is None for what only looks like one."""

    words: tuple[str, ...]
    is_beginning: bool
    category: Category | None
    is_weak: bool
    risks_count: bool

    def stands(self, words: Sequence[str], place: int) -> bool:
        count = len(self.words)
        there = words[place : place + count]
        if len(there) < count or list(self.words[:-1]) != list(there[:-1]):
            return False
        return there[-1].startswith(self.words[-1]) if self.is_beginning else there[-1] == self.words[-1]


_WORD = re.compile(r"[^\W_]+|([.!?;]+(?=\s|$)|\n[^\S\n]*\n)")
# As the normaliser folds what recognition confuses; separators stay.
_SINGLES = str.maketrans("01l58", "oiisb")
_PAIRS = (("rn", "m"), ("ci", "d"))  # an l has become an i by then
_INDEXED = 3
_END = "\0"

_NOT = frozenset(["no", "not", "nil", "without", "never", "neither", "nor"])
# After which `no` denies nothing of what follows: no change in his depression.
_NOT_DENYING = frozenset(
    "better change changes doubt further improvement improved longer only want well wish worse".split()
)
# After which `no` begins a list: no history of depression, anxiety or other mental illness.
_LISTED = frozenset("history evidence sign signs symptom symptoms past previous known record thoughts features".split())
# What comes after these is another clause: not known, as he was adopted.
_APART = frozenset("although as because but however since though whereas which while who".split())
_DENIES = frozenset(["denies", "denied", "denying", "excluded", "excludes"])
_POSITIVE = frozenset(["positive", "reactive", "confirmed", "diagnosed"])
_NEGATIVE = frozenset(["negative", "nil", "none", "excluded", "unlikely", "nonreactive", "absent"])
_FOUND = frozenset(["detected", "found", "indicated", "present", "seen", "suspected"])
_RISKS = frozenset(["risk", "risks", "include", "includes", "possible", "potential", "may", "might", "could"])
# What whoever reads is told, not what is said of somebody.
_LEAFLET = frozenset(["helpline", "leaflet", "leaflets", "samaritans", "training", "policy", "policies", "procedures"])
_IF = ("if", "anyone", "should")
_READER = ("you", "your", "anyone", "someone")


def categories_in(texts: Iterable[str], most: int = MOST_TEXT) -> tuple[Category, ...]:
    """The categories that some texts, taken together and no further than `most` code points, speak of, each once."""
    strong: set[Category] = set()
    weak: dict[Category, set[tuple[str, ...]]] = {}
    left = most
    for text in texts:
        read, left = text[:left], left - min(left, len(text))
        for phrase in _said(_words(read)):
            if phrase.category is None:
                continue
            if phrase.is_weak:
                weak.setdefault(phrase.category, set()).add(phrase.words)
            else:
                strong.add(phrase.category)
    told = strong | {category for category, phrases in weak.items() if len(phrases) >= WEAK_ENOUGH}
    return tuple(category for category in Category if category in told)


def _said(words: list[str]) -> Iterator[_Phrase]:
    """Phrases that are said of somebody. The longest one at a place counts, and what only looks like one hides it."""
    index = _phrases()
    place = 0
    while place < len(words):
        found = next((phrase for phrase in index.get(words[place][:_INDEXED], ()) if phrase.stands(words, place)), None)
        if found is None:
            place += 1
            continue
        end = place + len(found.words)
        if found.category is not None and _is_said(words, place, end, found):
            yield found
        place = end


def _is_said(words: Sequence[str], start: int, end: int, phrase: _Phrase) -> bool:
    before, after = _sentence(words, start, end)
    if _is_leaflet([*before, *words[start:end], *after]):
        return False
    if not phrase.risks_count and not _RISKS_FOLDED.isdisjoint(before[-RISK_AFTER:]):
        return False
    return not _is_denied(before) and not _is_negative(after)


def _sentence(words: Sequence[str], start: int, end: int) -> tuple[list[str], list[str]]:
    """What stands before and after in the same sentence."""
    first = start
    while first > 0 and words[first - 1] != _END:
        first -= 1
    last = end
    while last < len(words) and words[last] != _END:
        last += 1
    return list(words[first:start]), list(words[end:last])


def _is_denied(before: Sequence[str]) -> bool:
    near = before[-DENIED_AFTER:]
    clause = next((place for place in range(len(near), 0, -1) if near[place - 1] in _APART_FOLDED), 0)
    for place in range(clause, len(near)):
        following = near[place + 1] if place + 1 < len(near) else ""
        reaches = len(near) - place <= NEGATED_AFTER or following in _LISTED_FOLDED
        if near[place] in _NOT_FOLDED and reaches and following not in _NOT_DENYING_FOLDED:
            return True
    return not _DENIES_FOLDED.isdisjoint(near[clause:])


def _is_negative(after: Sequence[str]) -> bool:
    for place, word in enumerate(after[:RESULT_BEFORE]):
        if word == "non" and after[place + 1 : place + 2] == _REACTIVE_FOLDED:
            return True
        if word in _POSITIVE_FOLDED:
            return False
        following = after[place + 1 : place + 2]
        if word in _NEGATIVE_FOLDED or (word in _NOT_FOLDED and not _FOUND_FOLDED.isdisjoint(following)):
            return True
    return False


def _is_leaflet(sentence: Sequence[str]) -> bool:
    if not _LEAFLET_FOLDED.isdisjoint(sentence):
        return True
    return any(word in sentence for word in _IF_FOLDED) and any(word in sentence for word in _READER_FOLDED)


def _words(text: str) -> list[str]:
    """Folded words, with a mark where a sentence ends."""
    joined = re.sub(r"(?<=\w)[-\u00ad]\n\s*(?=\w)", "", text)
    plain = unicodedata.normalize("NFKC", joined).casefold().replace("\u2019", "'").replace("'s ", " ")
    return [_END if found[1] else _folded(found[0]) for found in _WORD.finditer(plain)]


@cache
def _folded(word: str) -> str:
    folded = word.translate(_SINGLES)
    for pair, single in _PAIRS:
        folded = folded.replace(pair, single)
    return folded


def _fold_all(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(_folded, words))


@cache
def _phrases() -> Mapping[str, tuple[_Phrase, ...]]:
    """By the beginning of their first word, longest first."""
    raw = tomllib.loads(resources.files("matchers").joinpath("sensitivity_words.toml").read_text(encoding="utf-8"))
    index: dict[str, list[_Phrase]] = {}
    for name, lists in raw.items():
        category = None if name == "only_alike" else Category(name)
        for kind in ("strong", "weak", "phrases"):
            for text in lists.get(kind, ()):
                words = tuple(map(_folded, text.rstrip("*").replace("-", " ").split()))
                phrase = _Phrase(words, text.endswith("*"), category, kind == "weak", lists.get("risks_count", False))
                index.setdefault(words[0][:_INDEXED], []).append(phrase)
    return {begin: tuple(sorted(found, key=_by_length)) for begin, found in index.items()}


def _by_length(phrase: _Phrase) -> tuple[int, bool]:
    return -len(phrase.words), phrase.category is not None


_NOT_FOLDED = _fold_all(_NOT)
_NOT_DENYING_FOLDED = _fold_all(_NOT_DENYING)
_DENIES_FOLDED = _fold_all(_DENIES)
_POSITIVE_FOLDED = _fold_all(_POSITIVE)
_NEGATIVE_FOLDED = _fold_all(_NEGATIVE)
_RISKS_FOLDED = _fold_all(_RISKS)
_LEAFLET_FOLDED = _fold_all(_LEAFLET)
_IF_FOLDED = _fold_all(_IF)
_READER_FOLDED = _fold_all(_READER)
_LISTED_FOLDED = _fold_all(_LISTED)
_APART_FOLDED = _fold_all(_APART)
_FOUND_FOLDED = _fold_all(_FOUND)
_REACTIVE_FOLDED = [_folded("reactive")]
