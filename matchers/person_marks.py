"""Marks of a person in a text: what a filled-in letter has and a blank form, a leaflet or a web page has not.

A mark is a shape (a number with a check digit, a date long before all others) or a value beside a label (see
`mark_words`). Whether a mark is the organisation's own (its telephone, its consultant) is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from matchers import mark_words
from matchers.identifiers import passes_check, read_digits
from matchers.normaliser import normalise

# Code points before a number in which an office's word (telephone, charity) makes it an office's; and, from the end
# of a label, to the end of its value.
OFFICE_REACH = 20
LABEL_REACH = 48
# Years by which a date of birth lies before the latest date of a document, at the least.
GROWN_UP = 16
# Digits that a number needs beside a label; and alone.
LABELLED_DIGITS = 4
NOISY_LABELLED_DIGITS = 5
# Per cent by which a word is one of those that are no names; a wrong character in five leaves 80. Share of the letters
# `x` in a word that fills a blank.
NO_NAME_RATIO = 80
FILLING_SHARE = 0.5
# Symbols of the shortest label that is also found with a wrong character in it; and with two.
NOISY_LABEL = 8
VERY_NOISY_LABEL = 11
LONE_DIGITS = 6


class MarkKind(StrEnum):
    """What a mark shows, in words for a reason."""

    BORN = "a date of birth"
    NUMBER = "a patient's number"
    REGISTER_NUMBER = "a number with the check digit of a register of people"
    PATIENT = "a patient's name beside a label"
    SALUTATION = "a salutation by name"
    ADDRESSEE = "a name above an address"
    PERSON_OF_AGE = "a person of an age"
    NAME = "a name beside a label"
    OLD_DATE = "a date long before the others"
    REFERENCE = "a reference"
    LONG_NUMBER = "a long number"
    AGE = "an age"
    TITLED_NAME = "a title and a name"
    DOCTOR = "a salutation to a doctor"
    DATE = "a date"
    MEASURE = "a measured value"
    TELLING = "what one person did or had"
    COURSE = "a patient's course"
    BLANK = "a blank or masked field"


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark: its kind and the range of its value in the text, as code points. Never the value itself."""

    kind: MarkKind
    start: int
    end: int


@dataclass(frozen=True, slots=True, repr=False)
class _Shape:
    """A pattern that makes a mark; `value` is the group that must not be template. `holds` looks at the match."""

    kind: MarkKind
    pattern: re.Pattern[str]
    holds: Callable[[re.Match[str]], bool] = lambda _: True


def _any(words: tuple[str, ...]) -> str:
    """Any of some words, the longest first; a space stands for any little gap."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return "(?i:" + "|".join(re.escape(word).replace(r"\ ", r"[\s.-]{0,3}") for word in ordered) + ")"


_END = r"(?![^\W_])"
_START = r"(?<![^\W_])"
# Before a number: scripts without spaces have letters there.
_NUMBER_START = r"(?<![A-Za-z\d])"
_LETTER = r"[^\W\d_]"
# A word of a name. Whether it is one is looked at afterwards, since `re` has no class of capitals.
_WORD = rf"{_LETTER}(?:[^\W\d_]|[\u0300-\u036f\u0900-\u0dff\u0610-\u06ed'\u2019.-]){{0,24}}"
_NAME = rf"(?P<value>{_WORD}(?:,?[ \t\xa0]{{1,3}}{_WORD}){{0,4}})"
_GAP = r"[ \t\xa0]{0,4}"
_COLON = r"[ \t\xa0]{0,4}(?:[:\uff1a]|\t|[ \xa0]{2}|[-\u2013])[ \t\xa0]{0,4}"
_MONTH = rf"{_LETTER}(?:{_LETTER}|[\u0900-\u0dff\u0610-\u06ed]){{2,13}}"
_FULL_YEAR = r"(?P<year{n}>(?:19|20|١٩|٢٠|१९|२०)\d\d)"
_DATE = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?[ \xa0.-]{{1,2}}(?:(?:de|o|of)[ \xa0])?{_MONTH}[ \xa0.,-]{{1,2}}(?:de[ \xa0])?"
    rf"{_FULL_YEAR.format(n=1)}|{_LETTER}{{3,12}}[ \xa0]\d{{1,2}},[ \xa0]{_FULL_YEAR.format(n=2)}"
    rf"|\d{{1,2}}(?P<gap>[ \xa0]?[./-][ \xa0]?)\d{{1,2}}(?P=gap)(?:{_FULL_YEAR.format(n=3)}|\d\d)"
    rf"|{_FULL_YEAR.format(n=4)}[年.-]{_GAP}\d{{1,2}}[月.-]{_GAP}\d{{1,2}})"
)
_TITLE = rf"{_START}{_any(mark_words.CIVIL_TITLES)}\.?"
# What the normaliser dropped of a label's last character, then all that is no letter, digit or line to write on.
_BEHIND_LABEL = r"(?i:[nl]?)\W{0,8}"
_NUMBER_VALUE = re.compile(
    rf"{_BEHIND_LABEL}(?:\([^()\n]{{1,16}}\)\W{{0,4}})?"
    r"(?P<value>[A-Za-z]{0,4}[ /-]?\d(?:[ /-]?\d|[A-Za-z](?![a-z])){2,18})"
)
_BORN_VALUE = re.compile(rf"{_BEHIND_LABEL}(?P<value>[^\n:]{{4,18}})")
_NO_NAMES = sorted(mark_words.NO_NAMES)
_CASED = re.compile(rf"{_LETTER}+")


def _is_name(text: str) -> bool:
    """Is this a name and no blank, no `patient` or `colleague`, and no sentence?"""
    words = [word for word in _CASED.findall(text) if len(word) > 1]
    return bool(words) and _capital(words[0]) and not any(map(_no_name, words))


def _no_name(word: str) -> bool:
    """Is this filling, or a word for anybody, with or without a wrong character?"""
    folded = word.casefold()
    if folded.count("x") >= FILLING_SHARE * len(folded):
        return True
    return process.extractOne(folded, _NO_NAMES, scorer=fuzz.ratio, score_cutoff=NO_NAME_RATIO) is not None


def _capital(word: str) -> bool:
    return word[0].isupper() or word[0].lower() == word[0].upper()


def _named(match: re.Match[str]) -> bool:
    return _is_name(match["value"])


def _full_name(match: re.Match[str]) -> bool:
    """Two words of a name, of which all but particles are capitalised; one is enough without case."""
    words = _CASED.findall(match["value"])
    if not _named(match):
        return False
    if words[0].upper() == words[0].lower():
        return True
    return len(words) > 1 and all(map(_capital, words[:2]))


def _from_register(match: re.Match[str]) -> bool:
    """NHS and CHI numbers in their groups, PESEL, the number of a Chinese identity card."""
    value = read_digits(match["value"])
    if _of_office(match.string, match.start("value")):
        return False
    if len(value) == len("9999999999"):
        return passes_check(value)
    if len(value) == len("99999999999"):
        return _is_pesel(value)
    return len(value) == len("999999999999999999") and value[6:8] in {"19", "20"} and _is_identity_card(value)


_PESEL_WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)
_CARD_MODULUS = 11


def _is_pesel(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number, _PESEL_WEIGHTS, strict=True))
    day, month = int(number[4:6]), int(number[2:4]) % 20
    return total % 10 == 0 and 1 <= day <= 31 and 1 <= month <= 12  # noqa: PLR2004 - days and months


def _is_identity_card(number: str) -> bool:
    total = sum(int(digit) * pow(2, 17 - place, _CARD_MODULUS) for place, digit in enumerate(number))
    return total % _CARD_MODULUS == 1


_OFFICE = re.compile(_any(mark_words.OFFICE_WORDS))
_DIALLED_FIRST = {"0", "\u0660", "\u0966"}
_DIALLED = re.compile(r"[\d+(£$€)][ \xa0-]?$")


def _of_office(text: str, start: int) -> bool:
    """Is the number a telephone, an account or a book? Telephone numbers are dialled with 0 or + before them."""
    if text[start : start + 1] in _DIALLED_FIRST:
        return True
    before = text[max(0, start - OFFICE_REACH) : start]
    return bool(_OFFICE.search(before) or _DIALLED.search(before))


def _long_number(match: re.Match[str]) -> bool:
    digits = sum(map(str.isdecimal, match["value"]))
    return digits >= LONE_DIGITS and not _of_office(match.string, match.start("value"))


_SHAPES = (
    _Shape(
        MarkKind.REGISTER_NUMBER,
        re.compile(
            rf"(?<![\w.,/+-])(?P<value>\d{{3}}[ \xa0]\d{{3}}[ \xa0]\d{{4}}|\d{{11}}|\d{{18}}){_END}(?![.,/-]\d)"
        ),
        _from_register,
    ),
    _Shape(
        MarkKind.SALUTATION,
        re.compile(rf"{_START}{_any(mark_words.SALUTATIONS)}\s{{1,3}}{_TITLE}\s{{1,3}}{_NAME}"),
        _named,
    ),
    _Shape(
        MarkKind.SALUTATION,
        re.compile(rf"{_any(('尊敬的', '亲爱的'))}(?P<value>{_LETTER}{{1,4}}){_any(mark_words.AFTER_NAME)}"),
    ),
    _Shape(
        MarkKind.DOCTOR,
        re.compile(
            rf"{_START}{_any(mark_words.SALUTATIONS)}\s{{1,3}}{_any(mark_words.DOCTOR_TITLES)}\.?\s{{1,3}}{_NAME}"
        ),
        _named,
    ),
    _Shape(
        MarkKind.PATIENT,
        re.compile(rf"^[ \t>*]{{0,8}}{_any(mark_words.PATIENT_LABELS)}{_COLON}(?:{_TITLE}\s{{1,3}})?{_NAME}", re.M),
        _full_name,
    ),
    _Shape(
        MarkKind.NAME,
        re.compile(
            rf"(?:^|[ \t]{{2}})[ \t>*]{{0,8}}{_any(mark_words.NAME_LABELS)}{_COLON}(?:{_TITLE}\s)?{_NAME}", re.M
        ),
        _full_name,
    ),
    _Shape(
        MarkKind.ADDRESSEE,
        re.compile(
            rf"^[ \t]{{0,8}}{_TITLE}[ \t]{_NAME}[ \t]{{0,3}}\n[ \t]{{0,8}}(?:{_LETTER}{{2,9}}[ \t]|ul\. )?\d{{1,4}}",
            re.M,
        ),
        _named,
    ),
    _Shape(
        MarkKind.LONG_NUMBER,
        re.compile(
            rf"(?<![\w.,/+-])(?P<value>[A-Za-z]{{0,3}}\d{{6,12}}|\d{{3}}[ -]\d{{3}}[ -]\d{{4}}){_END}(?![.,/-]\d)"
        ),
        _long_number,
    ),
    _Shape(MarkKind.TITLED_NAME, re.compile(rf"{_TITLE}\s{{1,3}}{_NAME}"), _named),
    _Shape(
        MarkKind.PERSON_OF_AGE,
        re.compile(
            rf"{_NUMBER_START}(?P<value>\d{{1,3}})[ -]{{0,2}}{_any(mark_words.AGE_WORDS)}"
            rf"[ -](?:{_LETTER}{{2,14}}[ -]){{0,2}}?"
            rf"{_any(mark_words.PEOPLE_WORDS)}{_END}"
        ),
    ),
    _Shape(MarkKind.AGE, re.compile(rf"{_NUMBER_START}(?P<value>\d{{1,3}})[ -]{{0,2}}{_any(mark_words.AGE_WORDS)}")),
    _Shape(MarkKind.AGE, re.compile(r"(?<!\w)(?i:aged?) (?P<value>\d{1,3})\b")),
    _Shape(
        MarkKind.MEASURE,
        re.compile(
            rf"{_NUMBER_START}(?P<value>\d{{1,4}}(?:[.,/\u066b]\d{{1,3}})?)[ \xa0]{{0,2}}{_any(mark_words.UNITS)}{_END}"
        ),
    ),
    _Shape(MarkKind.MEASURE, re.compile(r"(?<![\w/.])(?P<value>\d{2,3}/\d{2,3})(?![\w/])")),
    _Shape(
        MarkKind.TELLING,
        re.compile(
            rf"{_START}(?i:(?P<value>she|he|her|his|him)|you (?P<v>were|had|have had|told|said|came|felt)|"
            rf"your {_LETTER}{{3,15}} (?P<w>was|were|showed))(?!\w)"
        ),
    ),
    _Shape(MarkKind.COURSE, re.compile(rf"{_START}(?P<value>{_any(mark_words.COURSE_PHRASES)}){_END}")),
    _Shape(
        MarkKind.BLANK,
        re.compile(
            r"(?P<value>(?<!\w)[Xx]{4,20}(?!\w)|_{4,80}|\.{6,80}|\*{4,40}|[\u2588\u25a0]{3,40}"
            r"|[\[{<]{1,2}[^\W\d_][^\n\[\]{}<>]{2,24}[\]}>]{1,2})"
        ),
    ),
)


def marks_in(text: str, noisy: bool = False) -> Iterator[Mark]:
    """All marks of a text, kind by kind, those that are quick to find and say most first; linear in its length.

    Args:
        text: code points that the marks count in.
        noisy: characters of it are wrong, so labels are also looked for with one or two wrong characters.
    """
    yield from _labelled(text, noisy)
    for shape in _SHAPES:
        for match in shape.pattern.finditer(text):
            if shape.holds(match):
                start, end = match.span("value") if match["value"] else match.span()
                yield Mark(shape.kind, start, end)
    yield from _dates(text)


_DATES = re.compile(rf"(?<![\w./-])(?P<value>{_DATE}){_END}")


def _dates(text: str) -> Iterator[Mark]:
    """Dates; those long before the latest one may be anybody's birth."""
    found = [(match.span("value"), _year(match)) for match in _DATES.finditer(text)]
    latest = max((year for _, year in found if year), default=0)
    for (start, end), year in found:
        old = year and year <= latest - GROWN_UP
        yield Mark(MarkKind.OLD_DATE if old else MarkKind.DATE, start, end)


def _year(match: re.Match[str]) -> int:
    """Of four digits; 0 where it is written with two."""
    written = next((match[f"year{number}"] for number in range(1, 5) if match[f"year{number}"]), "")
    return int(written) if written else 0


def _label(
    kind: MarkKind, labels: tuple[str, ...], value: re.Pattern[str]
) -> Mapping[str, tuple[MarkKind, re.Pattern[str]]]:
    return {_symbols(label): (kind, value) for label in labels}


def _symbols(text: str) -> str:
    return normalise(text).symbols.astype("<u4").tobytes().decode("utf-32-le")


# Labels that give the same symbols are one; where one is the beginning of another, both are looked for.
@cache
def _labels() -> Mapping[str, tuple[MarkKind, re.Pattern[str]]]:
    return {
        **_label(MarkKind.REFERENCE, mark_words.REFERENCE_LABELS, _NUMBER_VALUE),
        **_label(MarkKind.NUMBER, mark_words.NUMBER_LABELS, _NUMBER_VALUE),
        **_label(MarkKind.BORN, mark_words.BORN_LABELS, _BORN_VALUE),
    }


def _labelled(text: str, noisy: bool) -> Iterator[Mark]:
    """Values that stand right behind a label. Labels are symbols, so confused characters do not hide them."""
    folded = normalise(text)
    symbols = folded.symbols.astype("<u4").tobytes().decode("utf-32-le")
    for label, (kind, pattern) in _labels().items():
        for place in _places(symbols, label):
            end = place + len(label)
            closed = end == len(symbols) or folded.begins_token[end] or folded.numeric[end]
            if folded.begins_token[place] and closed:
                after = int(folded.offsets[end - 1]) + 1
                match = pattern.match(text, after, after + LABEL_REACH)
                if match and _digits(match["value"]) >= LABELLED_DIGITS:
                    yield Mark(kind, *match.span("value"))
        if noisy and len(label) >= NOISY_LABEL:
            for end in _noisy_places(symbols, label):
                after = int(folded.offsets[min(end, len(symbols)) - 1]) + 1
                match = _NOISY_VALUE.match(text, after)
                if match and _digits(match["value"]) >= NOISY_LABELLED_DIGITS:
                    yield Mark(kind, *match.span("value"))


_NOISY_VALUE = re.compile(r"(?P<value>[^\n]{5,24})")


def _places(symbols: str, part: str) -> Iterator[int]:
    place = symbols.find(part)
    while place >= 0:
        yield place
        place = symbols.find(part, place + len(part))


def _noisy_places(symbols: str, label: str) -> Iterator[int]:
    """Where a label with a wrong character or two ends: one half or one third of it is whole."""
    errors = 2 if len(label) >= VERY_NOISY_LABEL else 1
    size = len(label) // (errors + 1)
    for start in range(0, size * (errors + 1), size):
        for place in _places(symbols, label[start : start + size]):
            low = max(0, place - start)
            window = symbols[low : low + len(label)]
            if 0 < Levenshtein.distance(window, label, score_cutoff=errors) <= errors:
                yield low + len(window)


def _digits(text: str) -> int:
    return sum(map(str.isdecimal, text))
