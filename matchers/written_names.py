"""Names in a document: the words after a label or a title, and the readings of forename and surname they allow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from matchers.identifiers import is_unspaced, name_value

# Words and code points of the longest name that is read.
NAME_WORDS = 5
_MOST_TITLES = 2
NAME_REACH = 100

_WORD = re.compile(
    r"[^\W_](?:[^\s\x00-\x26\x28-\x2c\x2e-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e\u3002\uff0c\uff1a\uff1b\u3001\uff08\uff09\u0964\u060c|]){0,39}"
)
_LINE_STOPS = "\n\t|:;"
_AFTER_NAME = " \t-\u2013,.()|\u00a0\n"
_BETWEEN = re.compile(r"[\s,.()\"\u201c\u201d]*")
_DIGITS_READ_FOR_LETTERS = set("0158")
_PATIENT_TITLES = frozenset("mr mrs ms miss mx master sir dame lady lord rev baby pan pani".split())
_CLINICIAN_TITLES = frozenset("dr doctor prof professor sister nurse consultant".split())
_TITLES = _PATIENT_TITLES | _CLINICIAN_TITLES
_TITLED = re.compile(rf"(?<!\w)({'|'.join(sorted(_TITLES))})\b\.?", re.IGNORECASE)
# Words that end a name wherever it stands: what comes next in a letter's head.
_FIELDS = frozenset(
    "dob nhs hosp hospital date born number no mrn unit tel mobile address age aged re and dear our your ref clinic "
    "spelt who whom".split()
)
# Words in lower case that may stand within a name.
_PARTICLES = frozenset("van von der den de la le du da di dos ap ab ferch bin binti al el y".split())
# Capitalised words that are no names where nothing but capitals speaks for one. Some are surnames too.
_NO_NAMES = _FIELDS | frozenset(
    "centre department ward road street lane avenue close drive house surgery practice health trust group private "
    "confidential consultant thank thanks yours with kind regards sincerely page dictated typed diagnosis gp copy cc "
    "the this she he her his we they january february march april may june july august september october november "
    "december monday tuesday wednesday thursday friday saturday sunday".split()
)


@dataclass(frozen=True, slots=True, repr=False)
class WrittenName:
    """A run of words that may be a name, and its range in the text, as code points.

    Attributes:
        start: first code point.
        end: code point after it.
        words: without titles.
        title: lower case; empty without one.
        proper: it begins with a capital, or in a script without case.
    """

    start: int
    end: int
    words: tuple[str, ...]
    title: str
    proper: bool

    @property
    def clinician(self) -> bool:
        """Is the title one of those who write letters?"""
        return self.title in _CLINICIAN_TITLES

    @property
    def full(self) -> bool:
        """Does it give a surname and a forename?"""
        return any(True for _ in name_readings(self.words))


def name_at(text: str, start: int, lower: bool = False, stop: int | None = None) -> WrittenName | None:
    """The name that begins at a place, after white space and titles.

    Args:
        text: of the document.
        start: code point.
        lower: the name may be in lower case altogether.
        stop: code point at which it ends at the latest.
    """
    end = min(len(text) if stop is None else stop, start + NAME_REACH)
    words: list[str] = []
    titles: list[str] = []
    first = place = start
    while len(words) < NAME_WORDS and (found := _WORD.match(text, _after_gap(text, place, bool(words)), end)):
        word = found[0].rstrip("'\u2019-")
        if word.casefold() in _TITLES:
            if len(titles) == _MOST_TITLES:
                break
            titles.append(word.casefold())
            lower = lower or not words
        elif _in_name(word, lower):
            first = first if words else found.start()
            lower = lower and not _proper(word)
            words.append(word)
        else:
            break
        place = found.end()
    title = titles[0] if titles else ""
    return WrittenName(first, place, tuple(words), title, _proper(words[0])) if words else None


def name_before(text: str, end: int) -> WrittenName | None:
    """The capitalised name that ends a line's text up to a place, such as a label of a date of birth."""
    begin = max(0, end - NAME_REACH)
    begin += max(text[begin:end].rstrip().rfind(stop) for stop in _LINE_STOPS) + 1
    title = ""
    run: list[re.Match[str]] = []
    for found in _WORD.finditer(text, begin, end):
        plain = found[0].casefold()
        if plain in _TITLES:
            title, run = plain, []
        elif _in_name(found[0], lower=False):
            run.append(found)
        else:
            title, run = "", []
    run = run[-NAME_WORDS:]
    if not run or text[run[-1].end() : end].strip(_AFTER_NAME):
        return None
    return WrittenName(run[0].start(), run[-1].end(), tuple(found[0] for found in run), title, proper=True)


def titled_names(text: str) -> Iterator[WrittenName]:
    """Names after a title, in the order of the text; without words where none follows, so that all can be counted."""
    place = 0
    while found := _TITLED.search(text, place):
        name = name_at(text, found.start())
        place = name.end if name else found.end()
        yield name if name and name.proper else WrittenName(found.start(), place, (), "", proper=False)


def capital_names(text: str) -> Iterator[WrittenName]:
    """Pairs of capitalised words that follow each other, surnames in capitals before a comma first."""
    words = [found for found in _WORD.finditer(text) if found[0][0].isupper() and _in_name(found[0], False, _NO_NAMES)]
    pairs = [(one, two) for one, two in pairwise(words) if _adjacent(text, one, two)]
    pairs.sort(key=lambda pair: not (pair[0][0].isupper() and text[pair[0].end()] == ","))
    for one, two in pairs:
        yield WrittenName(one.start(), two.end(), (one[0], two[0]), "", proper=True)


def name_readings(words: Sequence[str]) -> Iterator[str]:
    """Normal forms of the forename and surname that words may be, the likeliest first; none twice."""
    seen = set()
    for one, other in _splits(words):
        value = name_value(one, other)
        if value and value not in seen:
            seen.add(value)
            yield value


def _splits(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Forename and surname, or the other way round: middle names left out, or joined with either."""
    if len(words) == 1 and is_unspaced(words[0]):
        yield words[0][:1], words[0][1:]
        yield words[0][:2], words[0][2:]
    if len(words) < len("xy"):
        return
    yield words[0], words[-1]
    for count in range(1, len(words)):
        yield " ".join(words[:count]), " ".join(words[count:])
    yield from pairwise(words)


def _after_gap(text: str, place: int, within: bool) -> int:
    """Names run over a line's end only before their first word."""
    found = _BETWEEN.match(text, place, place + NAME_REACH)
    after = found.end() if found else place
    broken = within and ("\n" in text[place:after] or "\t" in text[place:after])
    return len(text) if broken else after


def _in_name(word: str, lower: bool, others: frozenset[str] = _FIELDS) -> bool:
    if not (lower or _proper(word) or word in _PARTICLES) or word.casefold() in others:
        return False
    return word.isalpha() or (
        any(map(str.isalpha, word)) and set(filter(str.isdecimal, word)) <= _DIGITS_READ_FOR_LETTERS
    )


def _proper(word: str) -> bool:
    return not word[0].islower()


def _adjacent(text: str, one: re.Match[str], two: re.Match[str]) -> bool:
    gap = text[one.end() : two.start()]
    return gap in {" ", ", ", ",", "\u00a0"}
