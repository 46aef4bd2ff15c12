"""Names that buckets of an organisation may have, at one provider, the likeliest first: streamed, unique, legal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import assert_never

from bucket_probes.names.forms import STEPS, in_order
from bucket_probes.names.keywords import own_words, read_keywords
from bucket_probes.names.planning import Means, plans_of
from bucket_probes.names.seen import SeenNames
from bucket_probes.names.words import Words, packed_words
from scope.bucket_names import account_fault, name_fault
from scope.model import NameSearch
from scope.providers import NameRules, Protocol

# Containers that are asked for in one storage account that exists.
CONTAINERS_PER_ACCOUNT = 300
# Longest name of a storage account, characters; what is longer is cut.
ACCOUNT_CHARACTERS = 24
# The provider whose names can end in an account.
AMAZON = "s3"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name to be asked for.

    Attributes:
        name: of a bucket or container; empty where it is an account that is asked for.
        account: Azure's storage account; empty elsewhere.
        score: logarithm of its likelihood beside that of the organisation's bare name, 0 and less.
        why: the form that it was made in, such as `<keyword>~<content>`.
    """

    name: str
    account: str
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class _Making:
    """Which families of forms are made, and which names the provider takes. What is longer than the longest is cut."""

    families: tuple[str, ...]
    is_legal: Callable[[str], bool]
    longest: int | None = None

    def takes(self, separator: str) -> bool:
        """May this stand in a name?"""
        return self.is_legal(f"abc{separator}def")


def candidates(
    search: NameSearch, provider: str, words: Words | None = None, year: int | None = None
) -> Iterator[Candidate]:
    """At most `search.candidates`. Of Azure: storage accounts, whose `containers` are asked for once they exist.

    Args:
        search: keywords, own words and accounts.
        provider: id in `scope/providers.toml`.
        words: in place of those that come with Stray.
        year: the last one that a bucket may be named after; this one, unless said otherwise.
    """
    is_azure = search.service(provider).protocol is Protocol.AZURE
    for cost, name, form in _searched(search, provider, words, year):
        yield Candidate("", name, -cost / STEPS, form) if is_azure else Candidate(name, "", -cost / STEPS, form)


def containers(
    search: NameSearch, account: str, most: int = CONTAINERS_PER_ACCOUNT, words: Words | None = None
) -> Iterator[Candidate]:
    """Containers of one storage account that exists, the likeliest first."""
    making = _Making(("container",), lambda name: name_fault(NameRules.AZURE, name) is None)
    for cost, name, form in islice(_made(search, making, words, None), most):
        yield Candidate(name, account, -cost / STEPS, form)


def count(search: NameSearch, provider: str, words: Words | None = None, year: int | None = None) -> int:
    """How many candidates there are: exactly. They are made for it, 140,000 in a second."""
    return sum(1 for _ in _searched(search, provider, words, year))


def unusable(search: NameSearch) -> tuple[str, ...]:
    """Keywords that leave nothing to write: no letter or digit of theirs may stand in a bucket's name."""
    return tuple(keyword.text for keyword in read_keywords(search.keywords) if not keyword.variants)


def _searched(
    search: NameSearch, provider: str, words: Words | None, year: int | None
) -> Iterator[tuple[int, str, str]]:
    return islice(_names(search, provider, words, year), search.candidates) if search.name_search else iter(())


def _names(search: NameSearch, provider: str, words: Words | None, year: int | None) -> Iterator[tuple[int, str, str]]:
    service = search.service(provider)
    match service.protocol:
        case Protocol.AZURE:
            making = _Making(("account",), lambda name: account_fault(name) is None, longest=ACCOUNT_CHARACTERS)
        case Protocol.GCS:
            making = _Making(("gcs",), lambda name: name_fault(service.names, name) is None)
        case Protocol.S3:
            families = ("s3", "amazon") if service.id == AMAZON else ("s3",)
            making = _Making(families, lambda name: name_fault(service.names, name) is None)
        case _:
            assert_never(service.protocol)
    return _made(search, making, words, year)


def _made(search: NameSearch, making: _Making, words: Words | None, year: int | None) -> Iterator[tuple[int, str, str]]:
    """(cost, name, form), each name once and none that the provider refuses."""
    words = words or packed_words()
    means = Means(
        keywords=tuple(keyword for keyword in read_keywords(search.keywords, words) if keyword.variants),
        own_words=own_words(search.words),
        accounts=tuple(dict.fromkeys(search.owners.aws_accounts)),
        words=words,
        year=year or datetime.now(UTC).year,
    )
    if not means.keywords and not means.accounts:
        return
    separators = {sign: weight for sign, weight in words.separators[making.families[0]].items() if making.takes(sign)}
    seen = SeenNames()
    for cost, text, form in in_order(plans_of(means, making.families, separators)):
        name = text[: making.longest]
        if (form.must_match is None or form.must_match.fullmatch(name)) and making.is_legal(name) and seen.is_new(name):
            yield cost, name, form.text
