"""Dictated texts as bodies, where there are some: split so that no unknown one shares a passage with a known one."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# Where the file lies when it lies beside the project, and its name.
BESIDE = Path("shared") / "corpora" / "clinical_transcripts.jsonl"
# Shared runs of eight words from which two texts are no longer independent, and from which they are copies (share).
SHARED_RUNS = 5
COPY_SHARE = 0.3
_RUN_WORDS = 8
# Shorter texts are no letters, words.
_FEWEST_WORDS = 120
# Of three texts two are known.
_KNOWN_OF = (2, 3)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, repr=False)
class Transcripts:
    """Bodies of known letters and of others.

    Attributes:
        known: no two of them copies of each other.
        unknown: each shares fewer than `SHARED_RUNS` runs of eight words with any known one.
        dropped: texts that are neither: copies, too short, or sharing passages with a known one.
    """

    known: tuple[str, ...]
    unknown: tuple[str, ...]
    dropped: int

    @staticmethod
    @cache
    def read(path: Path) -> Transcripts:
        """The texts of a JSON Lines file with a `text` in each line."""
        with path.open(encoding="utf-8") as file:
            texts = [json.loads(line)["text"] for line in file]
        return split(texts)


def beside_the_project() -> Path | None:
    """The file of dictated texts beside the project's folder, if it is there."""
    path = Path(__file__).parents[3] / BESIDE
    return path if path.is_file() else None


def split(texts: Sequence[str]) -> Transcripts:
    """Known and unknown bodies. Every third text is unknown, unless it shares passages with a known one."""
    long_enough = [text for text in texts if len(text.split()) >= _FEWEST_WORDS]
    holders: defaultdict[str, list[int]] = defaultdict(list)
    known: list[str] = []
    candidates: list[str] = []
    for place, text in enumerate(long_enough):
        if place % _KNOWN_OF[1] >= _KNOWN_OF[0]:
            candidates.append(text)
            continue
        runs = word_runs(text)
        if most_shared(runs, holders) >= COPY_SHARE * max(1, len(runs)):
            continue
        for run in runs:
            holders[run].append(len(known))
        known.append(text)
    unknown = [text for text in candidates if most_shared(word_runs(text), holders) < SHARED_RUNS]
    return Transcripts(tuple(known), tuple(unknown), len(texts) - len(known) - len(unknown))


def word_runs(text: str) -> set[str]:
    """Every run of eight words, whatever the case and punctuation."""
    words = _WORD.findall(text.casefold())
    return {" ".join(words[start : start + _RUN_WORDS]) for start in range(len(words) - _RUN_WORDS + 1)}


def most_shared(runs: Iterable[str], holders: dict[str, list[int]]) -> int:
    """Runs shared with the text that shares the most of them."""
    counts = Counter(number for run in runs for number in holders.get(run, ()))
    return max(counts.values(), default=0)
