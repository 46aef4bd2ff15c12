"""What a person would do today: `wget -r`, `pdftotext`, and `grep` for a few rare phrases of each letter."""

from __future__ import annotations

import re
import resource
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = ("wget", "pdftotext", "grep")
# Words of a phrase, and phrases of each letter: a person would not look for more.
_WORDS = 5
_PHRASES = 3
_WORD = re.compile(r"\S+")
_LONGEST = 600


@dataclass(frozen=True, slots=True)
class ByHand:
    """What that came to: letters by the files they were found in, seconds by the clock and of processors, by step."""

    found: Mapping[str, frozenset[str]]
    seconds: float
    core_seconds: Mapping[str, float]


def missing_programs() -> list[str]:
    """Which of them are not here."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


def rare_phrases(texts: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """For each letter runs of words that no other of these has, spread over it."""
    runs = {name: _runs(text) for name, text in texts.items()}
    held = Counter(run for each in runs.values() for run in set(each))
    chosen = {}
    for name, each in runs.items():
        rare = [run for run in each if held[run] == 1]
        step = max(1, len(rare) // _PHRASES)
        chosen[name] = tuple(rare[step // 2 :: step][:_PHRASES])
    return chosen


def by_hand(folder: Path, urls: Sequence[str], phrases: Mapping[str, Sequence[str]]) -> ByHand:
    """Do it, into `folder`, for all that these addresses list."""
    began, spent = time.perf_counter(), {}
    spent["wget"] = _run(["wget", "-q", "-r", "-np", "-e", "robots=off", "-P", str(folder), *urls])
    texts = folder.with_name(folder.name + "-texts")
    files = [path for path in folder.rglob("*") if path.is_file()]
    spent["pdftotext"] = sum(_as_text(path, texts / path.relative_to(folder)) for path in files)
    found: dict[str, set[str]] = {}
    spent["grep"] = 0.0
    for letter, wanted in phrases.items():
        listed = _lines(["grep", "-rlF", *(part for phrase in wanted for part in ("-e", phrase)), str(texts)], spent)
        for path in listed:
            found.setdefault(Path(path).relative_to(texts).as_posix(), set()).add(letter)
    frozen = {path: frozenset(letters) for path, letters in found.items()}
    return ByHand(frozen, time.perf_counter() - began, spent)


def _runs(text: str) -> list[str]:
    words = _WORD.findall(text)
    return [" ".join(words[at : at + _WORDS]) for at in range(0, max(0, len(words) - _WORDS + 1), _WORDS)]


def _as_text(path: Path, target: Path) -> float:
    """PDFs through pdftotext, all else as it is; lines joined, which `tr -s '[:space:]' ' '` does."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".pdf":
        spent = _run(["pdftotext", "-q", str(path), str(target)])
    else:
        shutil.copyfile(path, target)
        spent = 0.0
    if target.exists():
        target.write_bytes(b" ".join(target.read_bytes().split()))
    return spent


def _run(command: Sequence[str]) -> float:
    """Core-seconds of a program; its exit code says little, wget ends with 8 after one 404."""
    before = _children()
    subprocess.run(command, check=False, capture_output=True, timeout=_LONGEST)
    return _children() - before


def _lines(command: Sequence[str], spent: dict[str, float]) -> list[str]:
    before = _children()
    told = subprocess.run(command, check=False, capture_output=True, text=True, timeout=_LONGEST)
    spent["grep"] += _children() - before
    return told.stdout.splitlines()


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
