"""How much of a text came out: the share of its runs of five words, lower case, accents folded."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# Words of a run. A character that is read wrongly costs five runs, a missing paragraph all of its own.
WORDS = 5
_WORD = re.compile(r"[^\W_]+")

Shingle = tuple[str, ...]


def words(text: str) -> list[str]:
    """Lower-case words without accents; whatever is no letter or digit parts them."""
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _WORD.findall(plain.casefold())


def shingles(text: str) -> set[Shingle]:
    """All runs; a text with fewer words is one run."""
    listed = words(text)
    if len(listed) < WORDS:
        return {tuple(listed)} if listed else set()
    return {tuple(listed[start : start + WORDS]) for start in range(len(listed) - WORDS + 1)}


def recovered(parts: Iterable[str], found: str) -> float:
    """Share of the parts' runs that are found, 0 to 1."""
    wanted = set().union(*map(shingles, parts))
    listed = words(found)
    sizes = {len(run) for run in wanted}
    there = {tuple(listed[start : start + size]) for size in sizes for start in range(len(listed) - size + 1)}
    return len(wanted & there) / len(wanted) if wanted else 1.0
