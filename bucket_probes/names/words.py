"""The lists that names are made from, read from `words.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any

# Weight of a word in a language that no keyword speaks, as a part of that in one that a keyword does speak.
UNSPOKEN_LANGUAGE = 0.1
# Weight of words of other languages beside those of `words.toml`, and of the scope's own words: above all of them,
# since who wrote the scope knows the organisation.
LANGUAGE_WORD = 60.0
OWN_WORD = 200.0

Weighted = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Language:
    """Words of one language, and the words and top level domains by which a keyword is known to speak it."""

    signs: frozenset[str]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """How parts make a name: `<slot>`, `~` for the separator, all else as written.

    Attributes:
        text: the form.
        weight: compares with the weights of all forms.
        separators: those that it is for; None for all of the family.
        must_match: what all its names match; None for no more than the provider asks.
    """

    text: str
    weight: float
    separators: tuple[str, ...] | None = None
    must_match: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class KeywordRules:
    """How a keyword is shortened; see `[keywords]` in the file."""

    company: frozenset[str]
    body: frozenset[str]
    kind: frozenset[str]
    joining: frozenset[str]
    second_level: frozenset[str]
    swaps: Mapping[str, tuple[str, ...]]
    weights: Weighted


@dataclass(frozen=True, slots=True)
class Words:
    """All of `words.toml`.

    Attributes:
        classes: words of each class with their weights.
        languages: those beside English.
        forms: for each family of names: `s3`, `amazon`, `gcs`, `account`, `container`.
        separators: for each family, what stands between parts.
        inner_separators: by what stands between parts, what stands between the words of one part.
        keywords: how keywords are shortened.
    """

    classes: Mapping[str, Weighted]
    languages: Mapping[str, Language]
    forms: Mapping[str, tuple[Form, ...]]
    separators: Mapping[str, Weighted]
    inner_separators: Mapping[str, Weighted]
    keywords: KeywordRules


@cache
def packed_words() -> Words:
    """The lists that come with Stray."""
    raw = tomllib.loads(files("bucket_probes.names").joinpath("words.toml").read_text(encoding="utf-8"))
    return Words(
        classes=_classes(raw["words"]),
        languages={
            name: Language(frozenset(each["signs"].split()), tuple(dict.fromkeys(each["words"].split())))
            for name, each in raw["language"].items()
        },
        forms=_forms(raw["forms"]),
        separators=raw["separators"],
        inner_separators=raw["inner_separators"],
        keywords=_keyword_rules(raw),
    )


def _classes(tables: list[dict[str, Any]]) -> dict[str, Weighted]:
    """A word that stands in two lists of a class has the weight of the first."""
    found: dict[str, dict[str, float]] = {}
    for name, of_class in groupby(tables, key=lambda table: str(table["class"])):
        words = found.setdefault(name, {})
        for table in of_class:
            for word in table["words"].split():
                words.setdefault(word, float(table["weight"]))
    return dict(found)


def _forms(tables: list[dict[str, Any]]) -> dict[str, tuple[Form, ...]]:
    found: dict[str, list[Form]] = {}
    for table in tables:
        separators = tuple(table["separators"]) if "separators" in table else None
        must_match = re.compile(table["must_match"]) if "must_match" in table else None
        for family in table["for"]:
            found.setdefault(family, []).extend(
                Form(text, float(weight), separators, must_match) for text, weight in table["weights"]
            )
    return {family: tuple(forms) for family, forms in found.items()}


def _keyword_rules(raw: dict[str, Any]) -> KeywordRules:
    lists = {name: frozenset(words.split()) for name, words in raw["keywords"].items()}
    swaps = {word: tuple(others.split()) for word, others in raw["keyword_swaps"].items()}
    return KeywordRules(**lists, swaps=swaps, weights=raw["keyword_variants"])
