"""The matcher on letters in other languages and scripts: one pack a language."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from random import Random
from types import MappingProxyType

from benchmarks.matching.cases import Case
from benchmarks.matching.corpus import FIRST_OTHER
from benchmarks.matching.edits import noisy
from benchmarks.matching.outcomes import outcome, row_figures, thresholds
from benchmarks.matching.prose import seeded
from benchmarks.matching.quality import distorted_table
from benchmarks.matching.scripts import LANGUAGES, ScriptCorpus, ScriptLetter
from benchmarks.matching.workspace import KEY, opened
from matchers.pack_build import Letter, build_pack
from matchers.verdicts import Verdict

# Letters of a language's pack, and other patients' letters.
_LETTERS = 60
_OTHERS = 60
_ERROR = 0.1
# Share of a letter's story that an excerpt is.
_EXCERPT = 0.6

_KNOWN = frozenset({Verdict.KNOWN_LETTER})
_Change = Callable[[ScriptLetter, Random], str]


def _excerpt(letter: ScriptLetter, generator: Random) -> str:
    length = int(len(letter.body) * _EXCERPT)
    first = generator.randint(0, len(letter.body) - length)
    return letter.body[first : first + length]


def _with_errors(letter: ScriptLetter, generator: Random) -> str:
    return noisy(letter.text, _ERROR, generator, "".join(sorted(set(letter.text) - {"\n"})))


_CHANGES: Mapping[str, _Change] = MappingProxyType(
    {
        "whole, clean": lambda letter, _: letter.text,
        "whole, 10 % error": _with_errors,
        "60 % of the story, clean": _excerpt,
    }
)


def report() -> object:
    """Run all languages, and print a table."""
    figures = {}
    for language in LANGUAGES:
        corpus = ScriptCorpus(language)
        with tempfile.TemporaryDirectory(prefix="stray-bench-") as folder:
            letters = [Letter(letter.letter_id, letter.text) for letter in corpus.letters(_LETTERS)]
            build_pack(letters, Path(folder) / "pack", KEY)
            matcher = opened(Path(folder) / "pack")
            outcomes = [outcome(matcher, case) for case in _cases(language, corpus)]
        levels = thresholds(one for one in outcomes if not one.held)
        for name in dict.fromkeys(one.row for one in outcomes):
            figures[name] = row_figures([one for one in outcomes if one.row == name], *levels)
    print(distorted_table(figures))
    return {name: asdict(one) for name, one in figures.items()}


def _cases(language: str, corpus: ScriptCorpus) -> Iterator[Case]:
    for name, change in _CHANGES.items():
        for letter in corpus.letters(_LETTERS):
            text = change(letter, seeded(f"{name}/{letter.letter_id}"))
            yield Case(f"{language}, {name}", text, letter.letter_id, _KNOWN, (letter.letter_id,), (text,))
    for letter in corpus.letters(_OTHERS, FIRST_OTHER):
        same = frozenset({Verdict.SAME_TEMPLATE})
        yield Case(f"{language}, other patient", letter.text, None, same, (), (letter.text,))
    blank = corpus.blank()
    yield Case(f"{language}, blank form", blank, None, frozenset({Verdict.TEMPLATE_ONLY}), (), (blank,))
