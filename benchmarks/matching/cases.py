"""The targets' rows as texts to be matched: known letters changed in a row's way, and negatives."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from benchmarks.matching.corpus import Corpus, MadeLetter
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
from benchmarks.matching.hard_negatives import HardNegative, blank_template, other_patient, other_text, quoting_leaflet
from benchmarks.matching.prose import seeded
from benchmarks.matching.specimens import Specimen, Subject
from matchers.pack_build import Letter
from matchers.verdicts import Verdict

Make = Callable[[Subject], Specimen]
# Of several processes, which this is and of how many: each makes its own share of the cases.
Turn = tuple[int, int]
ALONE: Turn = (0, 1)


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
        also: letters of which something truly is there, and which may be named or not.
        partial: the text is known to be incomplete.
    """

    name: str
    text: str
    letter_id: str | None
    verdicts: frozenset[Verdict]
    holds: tuple[str, ...]
    pages: tuple[str, ...]
    also: tuple[str, ...] = ()
    partial: bool = False


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

# Error rates of negatives, in turn: most are read as well as they were written.
_NEGATIVE_ERRORS = (0.0, 0.0, 0.02, 0.0, 0.05)
# How many of twenty negatives are of each kind: most are the hardest.
_SHARES: tuple[HardNegative, ...] = (*(other_patient,) * 14, blank_template, quoting_leaflet, *(other_text,) * 4)


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


def row_cases(
    row: Row, corpus: Corpus, letters: int, seed: int, most: int | None = None, turn: Turn = ALONE
) -> Iterator[Case]:
    """One row: for each letter of the pack, or for `most` of them, far from each other."""
    count = min(letters, most or letters)
    if row in BUNDLE_ROWS:
        count = -(-count // BUNDLE_LETTERS)
    for place in range(turn[0], count, turn[1]):
        number = place * letters // count
        generator = seeded(f"{seed}/{row.name}/{number}")
        subject = Subject(corpus.letter(number), corpus, letters, generator)
        made = row.make(subject)
        yield case_of(row.name, made, subject.letter.letter_id)


def negative_cases(corpus: Corpus, count: int, seed: int, turn: Turn = ALONE) -> Iterator[Case]:
    """Independent negatives: other patients' letters, blank forms, leaflets, other text; two in five with errors."""
    made_of: Counter[HardNegative] = Counter()
    for number in range(count):
        make = _SHARES[number % len(_SHARES)]
        made_of[make] += 1
        if number % turn[1] != turn[0]:
            continue
        generator = seeded(f"{seed}/negative/{number}")
        made = make(Subject(corpus.letter(made_of[make] - 1), corpus, 1, generator))
        rate = _NEGATIVE_ERRORS[number // len(_SHARES) % len(_NEGATIVE_ERRORS)]
        read = replace(made, text=noisy(made.text, rate, generator), pages=())
        yield case_of(make.__name__.replace("_", " "), read, None)


def case_of(name: str, made: Specimen, letter_id: str | None) -> Case:
    """A specimen as a case."""
    pages = made.pages or (made.text,)
    return Case(name, made.text, letter_id, made.verdicts, made.holds, pages, made.also, made.partial)
