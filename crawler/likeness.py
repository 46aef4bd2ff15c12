"""How alike two pages are to a reader: pairs of neighbouring words, with dates and counts taken for one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from lxml import etree

# Words of one page that are looked at: a page that says something new says it before that.
MOST_WORDS = 5_000
_SILENT = frozenset(["script", "style", "noscript", "template"])
_WORD = re.compile(r"\w+")
# Days, months, hours and years: what changes from one page of a calendar to the next. Longer numbers name something.
_DATE_PART = re.compile(r"\d{1,2}(?:st|nd|rd|th)?|(?:19|20|21)\d\d|\d{1,2}[ap]m|[12]\d{3}[01]\d[0-3]\d")
_ANY_DATE = "#"


def words_of(tree: etree._Element) -> list[str]:
    """The words that a reader sees, in order, in lower case; parts of dates are one and the same word."""
    found: list[str] = []
    for text in _texts(tree):
        found += [_ANY_DATE if _DATE_PART.fullmatch(word) else word for word in _WORD.findall(text.lower())]
        if len(found) >= MOST_WORDS:
            break
    return found[:MOST_WORDS]


def pairs_of(words: list[str]) -> set[int]:
    """Hashes of neighbouring words."""
    return {hash(pair) for pair in pairwise(words)}


def _texts(tree: etree._Element) -> Iterator[str]:
    walk = etree.iterwalk(tree, events=("start", "end"))
    for event, element in walk:
        if event == "start":
            if element.tag in _SILENT:
                walk.skip_subtree()
            elif element.text:
                yield element.text
        elif element.tail:
            yield element.tail
