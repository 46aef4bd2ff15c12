"""The targets' rows as texts to be matched: known letters changed in a row's way, and negatives."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from benchmarks.matching.corpus import FIRST_OTHER, Corpus, MadeLetter
from benchmarks.matching.edits import body_excerpt, noisy
from benchmarks.matching.furniture import (
    BUNDLE_LETTERS,
    all_masked,
    all_replaced,
    bundle,
    drawn_letters,
    rewrapped,
    shuffled_pages,
    with_running_heads,
)
from benchmarks.matching.prose import read_sections, seeded
from benchmarks.matching.specimens import NEVER_KNOWN, Specimen, Subject
from matchers.pack_build import Letter
from matchers.verdicts import Verdict

Make = Callable[[Subject], Specimen]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the targets: a way of changing a letter, and the share of letters that must be found."""

    name: str
    make: Make
    target: float


@dataclass(frozen=True, slots=True, repr=False)
class Case:
    """One text.

    Attributes:
        name: of its row.
        text: what to match.
        letter_id: the letter to be found as `known_letter`; None of a negative.
        verdicts: what the document may be called.
        holds: every letter of the pack that is in it; a bundle has many.
        pages: the same text in pieces; most have one.
    """

    name: str
    text: str
    letter_id: str | None
    verdicts: frozenset[Verdict]
    holds: tuple[str, ...]
    pages: tuple[str, ...]


def _whole(change: Callable[[MadeLetter, random.Random], str]) -> Make:
    return lambda subject: Specimen(change(subject.letter, subject.generator), (subject.letter.letter_id,))


def _errors(rate: float) -> Make:
    return _whole(lambda letter, generator: noisy(letter.text, rate, generator))


def _body(words: int, rate: float) -> Make:
    return _whole(lambda letter, generator: noisy(body_excerpt(letter, words, generator), rate, generator))


def _shuffled(subject: Subject) -> Specimen:
    parts = shuffled_pages(subject.letter, subject.generator)
    return Specimen("\n\n".join(parts), (subject.letter.letter_id,), pages=parts)


def _bundle(rate: float) -> Make:
    def make(subject: Subject) -> Specimen:
        letters = drawn_letters(subject, BUNDLE_LETTERS)
        return bundle(letters, [noisy(letter.text, rate, subject.generator) for letter in letters])

    return make


# The targets, row by row.
ROWS: tuple[Row, ...] = (
    Row("whole, clean", _errors(0), 1.0),
    Row("whole, re-wrapped", _whole(rewrapped), 0.995),
    Row("whole, header and footer inserted", _whole(with_running_heads), 0.995),
    Row("whole, pages shuffled", _shuffled, 0.995),
    Row("whole, 10 % error", _errors(0.1), 0.995),
    Row("whole, 20 % error", _errors(0.2), 0.95),
    Row("150 words, clean", _body(150, 0), 0.99),
    Row("150 words, 5 % error", _body(150, 0.05), 0.97),
    Row("150 words, 10 % error", _body(150, 0.1), 0.9),
    Row("60 words, clean", _body(60, 0), 0.97),
    Row("60 words, 2 % error", _body(60, 0.02), 0.92),
    Row("60 words, 5 % error", _body(60, 0.05), 0.75),
    Row("30 words, clean", _body(30, 0), 0.75),
    Row("names, dates, identifiers masked", _whole(all_masked), 0.99),
    Row("names, dates, identifiers replaced", _whole(all_replaced), 0.99),
)
# One of these for every forty letters: each holds forty.
BUNDLE_ROWS: tuple[Row, ...] = (
    Row("bundle of 40, clean", _bundle(0), 0.99),
    Row("bundle of 40, 5 % error", _bundle(0.05), 0.97),
)

_TEMPLATE = frozenset({Verdict.SAME_TEMPLATE})
_FORM = frozenset({Verdict.TEMPLATE_ONLY})
_NOTHING = frozenset({Verdict.CLEAR})
# Error rates of negatives, in turn: most are read as well as they were written.
_NEGATIVE_ERRORS = (0.0, 0.0, 0.02, 0.0, 0.05)


def other_patient(corpus: Corpus, number: int) -> Specimen:
    """Another patient's letter on the template."""
    return Specimen(corpus.letter(FIRST_OTHER + number).text, (), _TEMPLATE)


def blank(corpus: Corpus, number: int) -> Specimen:
    """The empty form."""
    return Specimen(corpus.blank(number), (), _FORM)


def leaflet(corpus: Corpus, number: int) -> Specimen:
    """A leaflet or web page of the organisation, which quotes its letters."""
    quoting = [text for title, text in _texts(corpus, number) if not title.startswith("other ")]
    return Specimen(quoting[number // corpus.templates % len(quoting)], (), _FORM)


def other_text(corpus: Corpus, number: int) -> Specimen:
    """Text that has nothing to do with the organisation."""
    others = [text for title, text in _texts(corpus, number) if title.startswith("other ")]
    return Specimen(others[number % len(others)], (), _NOTHING)


def _texts(corpus: Corpus, number: int) -> Iterator[tuple[str, str]]:
    stock = max(corpus.stock_of(number), key=len)
    own = corpus.own_words(number)
    for title, lines in read_sections("leaflets").items():
        yield title, "\n\n".join(lines).format_map({**own, "template": stock})


NEGATIVES: Mapping[str, Callable[[Corpus, int], Specimen]] = MappingProxyType(
    {
        "other patient": other_patient,
        "blank form": blank,
        "leaflet": leaflet,
        "other text": other_text,
    }
)
# How many of ten negatives are of each kind: most are the hardest.
_SHARES = ("other patient",) * 7 + ("blank form", "leaflet", "other text")


def known_letters(corpus: Corpus, count: int) -> Iterator[Letter]:
    """Letters for a pack."""
    return (Letter(letter.letter_id, letter.text) for letter in corpus.letters(count))


def cases(
    seed: int, letters: int, negatives: int, corpus: Corpus | None = None, rows: Sequence[Row] = (*ROWS, *BUNDLE_ROWS)
) -> Iterator[Case]:
    """Every row for so many known letters of a pack of `letters`, and so many negatives.

    The pack is `known_letters(corpus, letters)`, the corpus `Corpus(seed)` unless one is given.
    """
    corpus = corpus or Corpus(seed)
    for row in rows:
        yield from row_cases(row, corpus, letters, seed)
    yield from negative_cases(corpus, negatives, seed)


def row_cases(row: Row, corpus: Corpus, letters: int, seed: int, most: int | None = None) -> Iterator[Case]:
    """One row: for each letter of the pack, or for `most` of them, far from each other."""
    count = min(letters, most or letters)
    if row in BUNDLE_ROWS:
        count = -(-count // BUNDLE_LETTERS)
    for place in range(count):
        number = place * letters // count
        generator = seeded(f"{seed}/{row.name}/{number}")
        subject = Subject(corpus.letter(number), corpus, letters, generator)
        made = row.make(subject)
        yield _case(row.name, made, subject.letter.letter_id)


def negative_cases(corpus: Corpus, count: int, seed: int) -> Iterator[Case]:
    """Negatives of all kinds, one in five with character errors."""
    made_of: Counter[str] = Counter()
    for number in range(count):
        name = _SHARES[number % len(_SHARES)]
        made = NEGATIVES[name](corpus, made_of[name])
        made_of[name] += 1
        rate = _NEGATIVE_ERRORS[number // len(_SHARES) % len(_NEGATIVE_ERRORS)]
        text = noisy(made.text, rate, seeded(f"{seed}/negative/{number}"))
        yield _case(name, Specimen(text, (), made.verdicts), None)


def _case(name: str, made: Specimen, letter_id: str | None) -> Case:
    return Case(name, made.text, letter_id, made.verdicts, made.holds, made.pages or (made.text,))


__all__ = [
    "BUNDLE_ROWS", "NEGATIVES", "NEVER_KNOWN", "ROWS", "Case", "Row", "cases", "known_letters", "negative_cases",
    "row_cases",
]  # fmt: skip
