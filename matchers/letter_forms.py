"""The forms in which a letter is met: whole or a part of it, read well or badly, alone or in other text."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

# Character errors: share that puts another character in, share that loses one; the rest adds one.
_SUBSTITUTED, _LOST = 0.6, 0.2
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789 "
# What holds a digit, and what begins with a capital within a sentence: names, numbers, dates, and more.
_MASKED = re.compile(r"\b\w*\d[\w/:.-]*|(?<=[^\W\d_][ ,]) *[^\W\d_a-z][\w'-]*")
_MASK = "XXXX"
# Words of other text on either side of a passage.
_BESIDE = 150


@dataclass(frozen=True, slots=True)
class Form:
    """One form.

    Attributes:
        words: of the part, which is cut anywhere; 0 for the whole letter.
        errors: rate of character errors.
        embedded: it stands between other texts.
        masked: names and numbers are struck out.
    """

    words: int = 0
    errors: float = 0.0
    embedded: bool = False
    masked: bool = False

    @property
    def name(self) -> str:
        """For a table."""
        part = f"{self.words} words" if self.words else "whole"
        errors = f", {self.errors:.0%} errors" if self.errors else ""
        masked = ", names and numbers masked" if self.masked else ""
        return f"{part}{errors}{masked}{', in other text' if self.embedded else ''}"


# The whole letter as it was written is the first: what looks like a letter of the pack is told by it.
FORMS = (
    *(Form(words, errors) for words in (0, 150, 60, 30) for errors in (0.0, 0.05, 0.1)),
    Form(150, embedded=True),
    Form(masked=True),
)


def formed(text: str, form: Form, beside: str, seed: str) -> str:
    """A letter's text in a form, the same for the same seed.

    Args:
        text: of the letter.
        form: to be given to it.
        beside: other text, to stand before and after a part that is embedded.
        seed: of the cut and the errors.
    """
    generator = random.Random(seed)  # noqa: S311 - cuts and errors must be the same in every run
    part = _cut(text, form.words, generator) if form.words else text
    if form.masked:
        part = _MASKED.sub(_MASK, part)
    if form.embedded:
        part = "\n\n".join((_cut(beside, _BESIDE, generator), part, _cut(beside, _BESIDE, generator)))
    return _with_errors(part, form.errors, generator) if form.errors else part


def _cut(text: str, words: int, generator: random.Random) -> str:
    """So many words from anywhere; all of a text that has no more."""
    every = text.split()
    first = generator.randint(0, max(0, len(every) - words))
    return " ".join(every[first : first + words])


def _with_errors(text: str, rate: float, generator: random.Random) -> str:
    out: list[str] = []
    for character in text:
        kind = generator.random() / rate
        if kind >= _SUBSTITUTED + _LOST:
            out.append(character)
        if kind < _SUBSTITUTED or _SUBSTITUTED + _LOST <= kind < 1:
            out.append(generator.choice(_ALPHABET))
    return "".join(out)
