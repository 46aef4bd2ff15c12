"""Page furniture, masks and mixtures: how whole letters are changed without a character error."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from benchmarks.matching.corpus import MadeLetter
from benchmarks.matching.edits import (
    date_forms,
    identifier_forms,
    name_forms,
    pages,
    replaced,
    without_dates,
    without_numbers,
    wrapped,
)
from benchmarks.matching.patients import patient
from benchmarks.matching.prose import picked, word_lists
from benchmarks.matching.specimens import Specimen, Subject

# Columns to which letters are wrapped again.
WIDTHS = (40, 64, 72, 80, 100, 132)
# Letters of a large bundle.
BUNDLE_LETTERS = 40
_DIGITS = re.compile(r"[0-9]+")
# Serials of patients that no letter is about.
_STRANGERS = 2_000_000


def rewrapped(letter: MadeLetter, generator: random.Random) -> str:
    """Another line width; half of the time with words divided at the line's end."""
    return wrapped(letter.text, generator.choice(WIDTHS), hyphens=generator.random() < 1 / 2)


def with_running_heads(letter: MadeLetter, generator: random.Random, lines: int = 24) -> str:
    """A header and a footer between all pages, in the middle of sentences."""
    head, foot = letter.blocks[0].text.split("\n")[0], letter.blocks[-1].text.split("\n")[0]
    name = f"{letter.fields['LAST']}, {letter.fields['first']}   {letter.fields['hospital']}"
    written = pages(letter.text, lines + generator.randint(-4, 4))
    return "\n".join(
        f"{head}    {name}\n{page}\n{foot}   Page {number} of {len(written)}\f"
        for number, page in enumerate(written, 1)
    )


def shuffled_pages(letter: MadeLetter, generator: random.Random, lines: int = 20) -> tuple[str, ...]:
    """The pages in another order; there are at least two."""
    text_lines = wrapped(letter.text, 88).count("\n") + 1
    written = pages(letter.text, min(lines, -(-text_lines // 2)))
    order = list(range(len(written)))
    while order == sorted(order):
        generator.shuffle(order)
    return tuple(written[place] for place in order)


def all_masked(letter: MadeLetter, generator: random.Random) -> str:
    """Names, identifiers and every date as XXXX, blocks or [NAME]."""
    marks = generator.choice((("XXXX", "XX"), ("[NAME]", "[REDACTED]"), ("\u2588" * 6, "\u2588" * 4), ("____", "____")))
    table = dict.fromkeys(name_forms(letter), marks[0]) | dict.fromkeys(
        (*identifier_forms(letter), *date_forms(letter)), marks[1]
    )
    return without_dates(replaced(letter.text, table), lambda _: marks[1])


def all_replaced(letter: MadeLetter, generator: random.Random) -> str:
    """Names and identifiers of somebody else, dates moved: a pseudonymised letter."""
    draw = generator.random
    other = patient(0, _STRANGERS + generator.randrange(100_000))
    words = word_lists()
    fields = letter.fields
    table = {form: picked(words["surname"], draw) for form in name_forms(letter)}
    table |= {fields["first"]: other.row.forename, fields["last"]: other.row.surname}
    table |= {form: _same_shape(form, generator) for form in identifier_forms(letter)}
    table |= {fields["street"]: other.street, fields["place"]: other.place}
    moved = without_dates(replaced(letter.text, table), lambda date: _same_shape(date, generator))
    return replaced(moved, {form: _same_shape(form, generator) for form in date_forms(letter)})


def names_masked(letter: MadeLetter, mark: str) -> str:
    """The names alone."""
    return replaced(letter.text, dict.fromkeys(name_forms(letter), mark))


def numbers_masked(letter: MadeLetter, mark: str) -> str:
    """Every word with a digit."""
    return without_numbers(letter.text, lambda _: mark)


def _same_shape(form: str, generator: random.Random) -> str:
    """Other digits in their places; the century of a year stays."""
    return _DIGITS.sub(lambda found: _other_digits(found[0], generator), form)


def _other_digits(digits: str, generator: random.Random) -> str:
    kept = digits[:2] if len(digits) == len("2024") and digits[:2] in {"19", "20"} else ""
    return kept + "".join(str(generator.randint(1, 9)) for _ in digits[len(kept) :])


def bundle(letters: Sequence[MadeLetter], texts: Sequence[str]) -> Specimen:
    """Letters one after another, each from a new page on."""
    return Specimen("\n\n\f".join(texts), tuple(letter.letter_id for letter in letters), pages=tuple(texts))


def drawn_letters(subject: Subject, count: int) -> list[MadeLetter]:
    """The subject's letter among other known ones, none twice."""
    others = subject.generator.sample(range(subject.known), min(subject.known, count))
    numbers = [number for number in others if number != subject.letter.number][: count - 1]
    numbers.insert(subject.generator.randint(0, len(numbers)), subject.letter.number)
    return [subject.corpus.letter(number) for number in numbers]
