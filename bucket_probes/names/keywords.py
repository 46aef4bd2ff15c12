"""From a keyword, as a person writes it, to the ways in which it stands in a name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bucket_probes.names.words import KeywordRules, Words, packed_words

# How letters that Unicode does not take apart are written in ASCII; the first way first.
_DIGRAPHS = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"}
_LETTERS = {
    "ß": "ss",
    "ø": "o",
    "æ": "ae",
    "œ": "oe",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "\u0131": "i",
    "&": " and ",
}
_APOSTROPHES = re.compile(r"['`\u00b4\u02bc\u2018\u2019]")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
_TOKEN = re.compile(r"[a-z0-9]+")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# An acronym of fewer letters is no name: services ask for three characters.
_SHORTEST_ACRONYM = 2
# The longest first word of a pair of humps that stands for something: `McDonald` is one word.
_SHORTEST_HUMP = 3

Tokens = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Keyword:
    """One keyword of a scope.

    Attributes:
        text: as written there.
        variants: the words of each way to write it, with a weight; the likeliest first. Empty where no letter or digit
            of it may stand in a bucket's name.
        domains: it, and what it lies below, where it is a domain.
    """

    text: str
    variants: tuple[tuple[Tokens, float], ...]
    domains: tuple[str, ...] = ()

    @property
    def tokens(self) -> frozenset[str]:
        """Each word that stands in some variant."""
        return frozenset(token for tokens, _ in self.variants for token in tokens)


def read_keyword(text: str, words: Words | None = None) -> Keyword:
    """The ways in which a keyword stands in a name."""
    rules = (words or packed_words()).keywords
    found: dict[Tokens, float] = {}
    domains = _domains(text, rules)
    variants = _of_domain(domains[-1], rules) if domains else _of_words(text, rules)
    for tokens, kind in variants:
        weight = rules.weights[kind] * (rules.weights["short"] if len("".join(tokens)) <= _SHORTEST_ACRONYM else 1)
        if tokens:
            found[tokens] = max(found.get(tokens, 0.0), weight)
    ordered = sorted(found.items(), key=lambda item: -item[1])
    return Keyword(text, tuple(ordered), domains)


def read_keywords(texts: Iterable[str], words: Words | None = None) -> tuple[Keyword, ...]:
    """All of a scope's, each once."""
    return tuple(read_keyword(text, words) for text in dict.fromkeys(texts))


def own_words(texts: Iterable[str]) -> tuple[str, ...]:
    """The scope's own words as they stand in the lists: in lower case, `-` between the words of one."""
    written = ("-".join(_TOKEN.findall(transliterated(_APOSTROPHES.sub("", text))[0])) for text in texts)
    return tuple(dict.fromkeys(word for word in written if word))


def domains_of(texts: Iterable[str]) -> tuple[str, ...]:
    """The domains among keywords, and what they lie below, each once."""
    return tuple(dict.fromkeys(domain for keyword in read_keywords(texts) for domain in keyword.domains))


def transliterated(text: str) -> tuple[str, ...]:
    """ASCII in lower case, in one way or two (`ae` and `a` for ä); what has no letter in ASCII is left out."""
    composed = unicodedata.normalize("NFKC", text).casefold().replace("ß", "ss")
    return tuple(dict.fromkeys([_ascii(composed, _LETTERS | _DIGRAPHS), _ascii(composed, _LETTERS)]))


def _ascii(text: str, table: dict[str, str]) -> str:
    replaced = "".join(table.get(character, character) for character in text)
    bare = "".join(c for c in unicodedata.normalize("NFKD", replaced) if not unicodedata.combining(c))
    return bare.encode("ascii", "ignore").decode()


def _domains(text: str, rules: KeywordRules) -> tuple[str, ...]:
    """A host as written, without `www.`, and the domain that somebody registered: one, two or none."""
    bare = text.strip().casefold()
    host = (urlsplit(bare).hostname or "") if "://" in bare else bare.rstrip(".")
    if not _DOMAIN.fullmatch(host):
        return ()
    host = host.removeprefix("www.")
    labels = host.split(".")
    registered = ".".join(labels[-_own_labels(labels, rules) :])
    return tuple(dict.fromkeys([host, registered]))


def _own_labels(labels: Sequence[str], rules: KeywordRules) -> int:
    """How many labels, from the right, make the registered domain."""
    beneath_country = len("x.nhs.uk".split("."))
    if len(labels) >= beneath_country and labels[-2] in rules.second_level:
        return beneath_country
    return len("x.org".split("."))


def _of_domain(domain: str, rules: KeywordRules) -> Iterator[tuple[Tokens, str]]:
    stem, *rest = domain.split(".")
    tokens = tuple(_TOKEN.findall(stem))
    yield tokens, "significant"
    yield (*tokens, *rest), "domain_words"
    if len(rest) > 1:
        yield (*tokens, rest[0]), "with_nhs" if rest[0] in rules.body else "domain_words"


def _of_words(text: str, rules: KeywordRules) -> Iterator[tuple[Tokens, str]]:
    plain = _APOSTROPHES.sub("", unicodedata.normalize("NFKC", text))
    is_written_as_name = not re.search(r"\s", plain.strip())
    for ascii_text in transliterated(plain):
        tokens = tuple(_TOKEN.findall(ascii_text))
        if is_written_as_name:
            yield tokens, "significant"
        yield from _of_tokens(tokens, rules)
    for word in plain.split():
        humps = tuple(hump.lower() for hump in _HUMP.findall(word))
        if len(humps) > 1 and len(humps[0]) >= _SHORTEST_HUMP and "".join(humps) == word.lower():
            others = tuple(token for token in _TOKEN.findall(plain.lower()) if token != word.lower())
            if not set(others) - rules.company - rules.kind:
                yield humps, "parts_of_a_word"


def _of_tokens(tokens: Tokens, rules: KeywordRules) -> Iterator[tuple[Tokens, str]]:
    plain = _without(tokens, rules.joining) or tokens
    named = _without(plain, rules.company | rules.body) or plain
    significant = _without(named, rules.kind) or named
    yield significant, "significant"
    yield named, "without_legal"
    yield tokens, "everything"
    if "nhs" in tokens:
        yield (*significant, "nhs"), "with_nhs"
    if len(significant) > 1 and len(significant[0]) > _SHORTEST_HUMP:
        yield significant[:1], "first_word"
    for number, token in enumerate(named):
        for other in rules.swaps.get(token, ()):
            yield (*named[:number], other, *named[number + 1 :]), "swapped"
    initials = _without(plain, rules.company)
    yield _acronym(_without(initials, {"nhs"})), "acronym"
    yield _acronym(_without(initials, {"nhs", "foundation"})), "acronym"
    yield _acronym(initials), "acronym_of_all"
    yield _acronym(named), "acronym_of_significant"
    yield _acronym(significant), "acronym_of_significant"


def _without(tokens: Tokens, words: frozenset[str] | set[str]) -> Tokens:
    return tuple(token for token in tokens if token not in words)


def _acronym(tokens: Tokens) -> Tokens:
    return ("".join(token[0] for token in tokens),) if len(tokens) >= _SHORTEST_ACRONYM else ()
