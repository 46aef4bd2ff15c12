"""What is done to a letter's text: character errors, line breaks, pages, cuts, masks. Distortions are made of these."""

from __future__ import annotations

import random
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate

from benchmarks.matching.corpus import MadeLetter
from benchmarks.matching.templates import Mark

# Character errors: share that puts another character in, share that loses one; the rest adds one.
_SUBSTITUTED, _LOST = 0.6, 0.2
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789 "
# Lines and columns of a page of typewriter text.
PAGE_LINES = 48
PAGE_COLUMNS = 88
# Share of the words of an excerpt of the body that must be of the story, and not template between its paragraphs.
_STORY_SHARE = 0.8
_NUMBER_WORD = re.compile(r"\w*\d[\w./:-]*")


def noisy(text: str, rate: float, generator: random.Random, alphabet: str = _ALPHABET) -> str:
    """Character errors at `rate` errors a character, of no particular kind."""
    if not rate:
        return text
    draw = generator.random
    out: list[str] = []
    for character in text:
        kind = draw() / rate
        if kind >= 1 or kind >= _SUBSTITUTED + _LOST:
            out.append(character)
        if kind < _SUBSTITUTED or _SUBSTITUTED + _LOST <= kind < 1:
            out.append(alphabet[int(draw() * len(alphabet))])
    return "".join(out)


def wrapped(text: str, columns: int, hyphens: bool = False) -> str:
    """Each paragraph filled to a width; with `hyphens`, words are divided at the line's end."""
    return "\n\n".join("\n".join(_lines(part, columns, hyphens)) for part in text.split("\n\n"))


def _lines(paragraph: str, columns: int, hyphens: bool) -> list[str]:
    if not hyphens:
        return textwrap.wrap(paragraph, columns, break_long_words=False, break_on_hyphens=False) or [""]
    lines, rest = [], " ".join(paragraph.split())
    while len(rest) > columns:
        cut = columns - 1
        inside = rest[cut - 2 : cut + 2].isalpha()
        lines.append(rest[:cut] + "-" if inside else rest[: rest.rindex(" ", 0, columns)].rstrip())
        rest = rest[cut:] if inside else rest[len(lines[-1]) :].lstrip()
    return [*lines, rest]


def pages(text: str, lines: int = PAGE_LINES) -> list[str]:
    """Pages of wrapped text."""
    every = wrapped(text, PAGE_COLUMNS).split("\n")
    return ["\n".join(every[start : start + lines]) for start in range(0, len(every), lines)]


def body_excerpt(letter: MadeLetter, words: int, generator: random.Random) -> str:
    """A run of so many words that is all but wholly story; from anywhere in the letter where there is none so long."""
    listed: list[str] = []
    story: list[bool] = []
    for block in letter.blocks:
        own = block.text.split()
        listed += own
        story += [block.mark is Mark.STORY] * len(own)
    sums = [0, *accumulate(story)]
    shares = (
        [sums[start + words] - sums[start] for start in range(max(1, len(listed) - words))] if sums[words:] else [0]
    )
    least = min(_STORY_SHARE * words, max(shares))
    starts = [start for start, share in enumerate(shares) if share >= least]
    start = generator.choice(starts)
    return " ".join(listed[start : start + words])


def cut(text: str, share: float, generator: random.Random) -> str:
    """A run of words from anywhere in the text, a share of it."""
    listed = text.split()
    words = max(1, int(share * len(listed)))
    start = generator.randint(0, len(listed) - words)
    return " ".join(listed[start : start + words])


Mask = Callable[[str], str]


def replaced(text: str, forms: Mapping[str, str]) -> str:
    """Every form replaced by what it maps to, longest first, whatever its case."""
    if not forms:
        return text
    table = {form.casefold(): new for form, new in forms.items() if form}
    longest = sorted(table, key=len, reverse=True)
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(form)}(?!\w)" for form in longest), re.IGNORECASE)
    return pattern.sub(lambda found: table.get(found[0].casefold(), found[0]), text)


def name_forms(letter: MadeLetter) -> tuple[str, ...]:
    """Names of the patient, the partner and the doctors as the letter prints them, and their parts."""
    fields = letter.fields
    names = [fields[name] for name in ("first", "last", "partner_first", "partner_last", "junior")]
    doctors = [fields[name].removeprefix("Dr ") for name in ("consultant", "gp")]
    parts = [part for name in (*names, *doctors) for part in name.split()]
    return tuple(dict.fromkeys([*names, *doctors, *parts, fields["last_spelt"]]))


def identifier_forms(letter: MadeLetter) -> tuple[str, ...]:
    """Numbers, addresses and birth dates as the letter prints them."""
    wanted = (
        "born", "partner_born", "nhs", "hospital", "street", "place", "postcode", "mobile", "job", "gp_surgery",
        "gp_street", "gp_place", "gp_postcode",
    )  # fmt: skip
    return tuple(letter.fields[name] for name in wanted)


def date_forms(letter: MadeLetter) -> tuple[str, ...]:
    """The dates that the template prints."""
    return tuple(letter.fields[name] for name in ("seen", "typed", "admitted", "seen_us", "typed_us"))


_DATES = re.compile(
    r"\b\d{1,2}(?:st|nd|rd|th)?[ ./-](?:\d{1,2}|[A-Z][a-z]{2,9})[ ./-]\d{2,4}\b|\b[A-Z][a-z]{2,9} (?:\d{1,2}, )?\d{4}\b"
)


def without_dates(text: str, mask: Mask) -> str:
    """Every date of the text, in the body too, through a mask."""
    return _DATES.sub(lambda found: mask(found[0]), text)


def without_numbers(text: str, mask: Mask) -> str:
    """Every word with a digit through a mask."""
    return _NUMBER_WORD.sub(lambda found: mask(found[0]), text)


def words_changed(text: str, share: float, generator: random.Random, change: Callable[[str], str]) -> str:
    """A share of the words changed; white space stays."""
    parts = re.split(r"(\s+)", text)
    return "".join(change(part) if part.strip() and generator.random() < share else part for part in parts)


def interleaved(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """Parts of two texts in turn."""
    out: list[str] = []
    for place in range(max(len(first), len(second))):
        out += [*first[place : place + 1], *second[place : place + 1]]
    return out
