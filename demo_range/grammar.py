"""A small phrase grammar: from rules and a seeded generator to prose that differs from letter to letter."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

PROSE = Path(__file__).parent / "prose"

# What fills a field of an empty form.
BLANK = "____________"

_TOKEN = re.compile(r"\[([^\[\]]+)\]")
_FIELD = re.compile(r"\{(\w+)\}")
_RANGE = re.compile(r"(-?\d+(?:\.(\d+))?)\.\.(-?\d+(?:\.\d+)?)")
_SAMPLE = re.compile(r"(\d+)\*(\w+)")
_SENTENCE_START = re.compile(r"([.?!] )([a-z])")
_ARTICLE = re.compile(r"\ba/an (\w)")

Rules = Mapping[str, tuple[str, ...]]


def read_rules(*names: str, folder: Path = PROSE) -> Rules:
    """The rules of the named files of a folder; a later file may not redefine a rule.

    A file holds `@rule` lines, each followed by its alternatives, one a line; `#` starts a comment line.
    """
    rules: dict[str, tuple[str, ...]] = {}
    for name in names:
        current = ""
        for line in (folder / f"{name}.txt").read_text(encoding="utf-8").splitlines():
            if line.startswith("@"):
                current = line[1:]
                if current in rules:
                    raise ValueError(f"rule {current} of {name}.txt is defined twice")
                rules[current] = ()
            elif line and not line.startswith("#"):
                rules[current] += (line.replace(r"\n", "\n").replace(r"\t", "\t"),)
    return rules


class Writer:
    """Writes one letter. The same rules, generator state, words and calls give the same text.

    In a text, `{word}` is a fixed word of this letter; `[rule]` one alternative of a rule, not repeated within the
    letter while others are left; `[3*rule]` three of them; `[a|b]` a choice; `[2..9]` or `[0.4..1.6]` a number;
    `[name arguments]` whatever the drawer of that name returns; `<<` and `>>` stand for square brackets.
    """

    def __init__(
        self,
        rules: Rules,
        generator: random.Random,
        words: Mapping[str, str],
        drawers: Mapping[str, Callable[[str], str]],
    ) -> None:
        self._rules = rules
        self._generator = generator
        self._words = words
        self._drawers = drawers
        self._unused: dict[str, list[str]] = {}

    def write(self, text: str) -> str:
        """Expand a text until no token is left.

        Raises:
            KeyError: a token or field that nothing defines.
        """
        while "[" in text:
            text = _TOKEN.sub(lambda match: self._expand(match[1]), text)
        text = _FIELD.sub(lambda match: self._words[match[1]], text)
        text = _ARTICLE.sub(lambda match: f"{'an' if match[1].lower() in 'aeiou' else 'a'} {match[1]}", text)
        text = _SENTENCE_START.sub(lambda match: match[1] + match[2].upper(), text)
        return text.replace("<<", "[").replace(">>", "]")

    def _expand(self, token: str) -> str:
        if "|" in token:
            return self._generator.choice(token.split("|"))
        if match := _RANGE.fullmatch(token):
            return self._number(match)
        if match := _SAMPLE.fullmatch(token):
            return " ".join(self._alternative(match[2]) for _ in range(int(match[1])))
        name, _, arguments = token.partition(" ")
        if name in self._drawers:
            return self._drawers[name](arguments)
        return self._alternative(name)

    def _number(self, match: re.Match[str]) -> str:
        if not match[2]:
            return str(self._generator.randint(int(match[1]), int(match[3])))
        return f"{self._generator.uniform(float(match[1]), float(match[3])):.{len(match[2])}f}"

    def _alternative(self, rule: str) -> str:
        unused = self._unused.get(rule)
        if not unused:
            unused = list(self._rules[rule])
            self._generator.shuffle(unused)
            self._unused[rule] = unused
        return unused.pop()


def bounds(arguments: str) -> tuple[int, int]:
    """The two numbers of `-30..-4`."""
    low, _, high = arguments.partition("..")
    return int(low), int(high)


def defined_names(rules: Rules) -> Iterable[str]:
    """Every rule name that the rules' own texts call for; used to check that none is missing."""
    for alternatives in rules.values():
        for text in alternatives:
            for token in _TOKEN.findall(text):
                if re.fullmatch(r"[a-z_]+", token):
                    yield token
                elif match := _SAMPLE.fullmatch(token):
                    yield match[2]
