"""Names that buckets of an organisation may have, at one provider, the likeliest first: streamed, unique, legal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from bucket_probes.names.forms import STEPS, in_order
from bucket_probes.names.keywords import read_keywords
from bucket_probes.names.planning import Means, plans_of
from bucket_probes.names.seen import SeenNames
from bucket_probes.names.words import Words, packed_words
from scope.model import NameSearch

# Containers that are asked for in one storage account that exists.
CONTAINERS_PER_ACCOUNT = 300
# Longest name of a storage account, characters; what is longer is cut.
ACCOUNT_CHARACTERS = 24


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
    is_azure = _family(provider) == "azure"
    for cost, name, form in _searched(search, provider, words, year):
        yield Candidate("", name, -cost / STEPS, form) if is_azure else Candidate(name, "", -cost / STEPS, form)


def containers(
    search: NameSearch, account: str, most: int = CONTAINERS_PER_ACCOUNT, words: Words | None = None
) -> Iterator[Candidate]:
    """Containers of one storage account that exists, the likeliest first."""
    for cost, name, form in islice(_names(search, "container", words, None), most):
        yield Candidate(name, account, -cost / STEPS, form)


def count(search: NameSearch, provider: str, words: Words | None = None, year: int | None = None) -> int:
    """How many candidates there are: exactly. They are made for it, 300,000 in a second."""
    return sum(1 for _ in _searched(search, provider, words, year))


def unusable(search: NameSearch) -> tuple[str, ...]:
    """Keywords that leave nothing to write: no letter or digit of theirs may stand in a bucket's name."""
    return tuple(keyword.text for keyword in read_keywords(search.keywords) if not keyword.variants)


def _family(provider: str) -> str:
    return provider if provider in ("gcs", "azure") else "s3"


def _searched(
    search: NameSearch, provider: str, words: Words | None, year: int | None
) -> Iterator[tuple[int, str, str]]:
    if not search.name_search:
        return iter(())
    family = "account" if _family(provider) == "azure" else provider
    return islice(_names(search, family, words, year), search.candidates)


def _names(search: NameSearch, family: str, words: Words | None, year: int | None) -> Iterator[tuple[int, str, str]]:
    """(cost, name, form), each name once and none that the provider refuses."""
    words = words or packed_words()
    means = Means(
        keywords=tuple(keyword for keyword in read_keywords(search.keywords, words) if keyword.variants),
        own_words=tuple(dict.fromkeys("-".join(re.findall(r"[a-z0-9]+", word.lower())) for word in search.words)),
        accounts=tuple(dict.fromkeys(search.owners.aws_accounts)),
        words=words,
        year=year or datetime.now(UTC).year,
    )
    if not means.keywords and not means.accounts:
        return
    seen = SeenNames()
    families = {"s3": ("s3", "amazon"), "gcs": ("gcs",), "account": ("account",), "container": ("container",)}
    is_legal = _legal(family)
    cut = ACCOUNT_CHARACTERS if family == "account" else None
    separators = dict(words.separators.get(family, words.separators["s3"]))
    if family not in ("gcs",):
        separators.pop("_", None)
    for cost, made, form in in_order(plans_of(means, families.get(family, ("s3",)), separators)):
        name = made[:cut]
        if (form.must_match is None or form.must_match.fullmatch(name)) and is_legal(name) and seen.is_new(name):
            yield cost, name, form.text


def _legal(family: str) -> Callable[[str], object]:
    forms = {
        "account": r"[a-z0-9]{3,24}",
        "container": r"\$(?:web|root|logs)|(?=.{3,63}\Z)[a-z0-9]+(?:-[a-z0-9]+)*",
        "gcs": r"(?=.{3,63}\Z)(?!goog)(?!.*google)[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?",
    }
    amazon = (
        r"(?=.{3,63}\Z)(?!xn--|sthree-|amzn-s3-demo-)(?!\d+\.\d+\.\d+\.\d+\Z)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?"
        r"(?<!-s3alias)(?<!--ol-s3)(?<!\.mrap)(?<!--x-s3)(?<!--table-s3)"
    )
    return re.compile(forms.get(family, amazon)).fullmatch
