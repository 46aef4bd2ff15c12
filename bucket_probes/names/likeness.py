"""Does a name hold a keyword, as a word of its own, and a clinical word beside it?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from bucket_probes.names.keywords import own_words, read_keywords
from bucket_probes.names.words import packed_words

# A keyword of fewer letters is an acronym that a hundred organisations share.
SHORTEST_DISTINCT_KEYWORD = 5
# What stands in the names of a thousand organisations and says nothing of one.
_COMMON = frozenset(
    "general health hospital hospitals clinic clinics medical royal city county central university north south east"
    " west saint bright care group trust data cloud first united national public community typing transcription"
    " transcripts dictation scribe medicine doctor doctors patient patients letter letters test demo example".split()
)
# Words of the lists from this weight on are clinical enough to tell a bucket from the website's.
_CLINICAL_FROM = 10.0
# Shorter ones (`ct`, `ai`) stand in too many names.
_SHORTEST_CLINICAL = 3


def name_strength(name: str, keywords: Iterable[str], words: Iterable[str] = ()) -> int:
    """0: no keyword; 1: only a short or common one; 2: a keyword; 3: a keyword and a clinical word.

    Args:
        name: of a bucket, container or account.
        keywords: the scope's.
        words: the scope's own words; they count as clinical.
    """
    best = 0
    clinical = _clinical() | {word.replace("-", "") for word in own_words(words)}
    tokens = re.findall(r"[a-z0-9]+", name.lower())
    for text, is_distinct in _texts(tuple(keywords)):
        for before, after in _around(tokens, text):
            beside = {*_runs(before), *_runs(after)}
            found = (3 if beside & clinical else 2) if is_distinct else 1
            best = max(best, found)
    return best


@cache
def _texts(keywords: tuple[str, ...]) -> tuple[tuple[str, bool], ...]:
    """Each way to write a keyword without separators, and whether it says something of one organisation."""
    found: dict[str, bool] = {}
    for keyword in read_keywords(keywords):
        for tokens, _ in keyword.variants:
            text = "".join(tokens)
            found[text] = len(text) >= SHORTEST_DISTINCT_KEYWORD and not _COMMON.issuperset(tokens)
    return tuple(found.items())


@cache
def _clinical() -> frozenset[str]:
    words = packed_words()
    from_lists = [word for word, weight in words.classes["content"].items() if weight >= _CLINICAL_FROM]
    foreign = [word for language in words.languages.values() for word in language.words]
    bare = (word.replace("-", "") for word in (*from_lists, *foreign))
    return frozenset(word for word in bare if len(word) >= _SHORTEST_CLINICAL)


@cache
def _known() -> frozenset[str]:
    """All words that may be glued to a keyword: `ehtletters`, `ehtprod`."""
    classes = packed_words().classes.values()
    return _clinical() | {word.replace("-", "") for weighted in classes for word in weighted} | {"nhs"}


def _around(tokens: list[str], text: str) -> Iterator[tuple[list[str], list[str]]]:
    """The words before and after, wherever a keyword stands as words of its own or glued to known ones."""
    for first in range(len(tokens)):
        glued = ""
        for last in range(first, len(tokens)):
            glued += tokens[last]
            place = glued.find(text)
            if place < 0:
                continue
            begins, ends = glued[:place], glued[place + len(text) :].rstrip("0123456789")
            if (
                place < len(tokens[first])
                and len(glued) - place - len(text) < len(tokens[last])
                and _fits(begins)
                and _fits(ends)
            ):
                before = [*tokens[:first], *([begins] if begins else [])]
                yield before, [*([ends] if ends else []), *tokens[last + 1 :]]
            break


def _fits(piece: str) -> bool:
    return not piece or piece.isdigit() or piece.rstrip("0123456789") in _known()


def _runs(tokens: list[str]) -> Iterator[str]:
    """Each word, and each two or three in a row."""
    for first in range(len(tokens)):
        for length in (1, 2, 3):
            yield "".join(tokens[first : first + length])
