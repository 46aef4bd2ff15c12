"""Candidates: legal, unique, in order, the same each time; the names of one organisation among them."""

from __future__ import annotations

import re
import tracemalloc
from itertools import islice, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bucket_probes.names.candidates import Candidate, candidates, containers, count, unusable
from scope.model import NameSearch, Owners

YEAR = 2026
PROVIDERS = ["s3", "gcs", "azure", "wasabi", "digitalocean"]
# What every service of each kind refuses, written here anew from their documentation.
_S3 = re.compile(r"(?!xn--|sthree-|amzn-s3-demo-)(?!\d+\.\d+\.\d+\.\d+\Z)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_GCS = re.compile(r"(?!goog)(?!.*google)(?!.*\.\.)[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]")
_ACCOUNT = re.compile(r"[a-z0-9]{3,24}")
_CONTAINER = re.compile(r"\$(?:web|root|logs)|(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
_DNS = re.compile(
    r"(?!\d+\.\d+\.\d+\.\d+\Z)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
)  # Amazon's prefixes are Amazon's
_LEGAL = {"s3": _S3, "gcs": _GCS, "wasabi": _DNS, "digitalocean": _DNS}


def search(*keywords: str, candidates: int = 20_000, **more: object) -> NameSearch:
    fields = {"name_search": True, "authority": "IG-1", "keywords": keywords, "candidates": candidates, **more}
    return NameSearch.model_validate(fields)


EASTHAM = search("Eastham Hospitals NHS Trust", "St Mary's Hospital", "TypingCo Ltd", "www.eastham.nhs.uk")


def names(of: NameSearch, provider: str = "s3") -> list[str]:
    return [each.account or each.name for each in candidates(of, provider, year=YEAR)]


@pytest.fixture(scope="module")
def eastham_names() -> frozenset[str]:
    return frozenset(names(EASTHAM))


_KEYWORDS = st.lists(
    st.one_of(
        st.text(max_size=40),
        st.from_regex(r"\A[a-z0-9.-]{1,70}\Z"),
        st.sampled_from(["Ysbyty Môn", "Universitätsklinikum Nordstadt", "医院", "google", "goog", "a", "10.0.0.1"]),
        st.sampled_from(["xn--mn-fka", "sthree", "x-s3alias", "eastham.nhs.uk", "St. Mary's & St. John's", "a--b"]),
    ),
    max_size=4,
)


@settings(deadline=None, max_examples=20)
@given(_KEYWORDS, st.lists(st.text(max_size=12), max_size=2), st.sampled_from(PROVIDERS))
def test_all_are_legal_unique_and_in_order(keywords: list[str], words: list[str], provider: str) -> None:
    fields = {"keywords": keywords, "words": words}
    if not all(text.strip() for text in keywords + words):
        return
    found = list(candidates(search(candidates=300, **fields), provider, year=YEAR))
    assert len({(each.account, each.name) for each in found}) == len(found)
    assert all(earlier.score >= later.score for earlier, later in pairwise(found))
    for each in found:
        if provider == "azure":
            assert not each.name
            assert _ACCOUNT.fullmatch(each.account)
        else:
            assert not each.account
            assert _LEGAL[provider].fullmatch(each.name), each


@settings(deadline=None, max_examples=15)
@given(_KEYWORDS)
def test_containers_are_legal_and_unique(keywords: list[str]) -> None:
    if not all(text.strip() for text in keywords):
        return
    found = [each.name for each in containers(search(*keywords), "eht")]
    assert len(set(found)) == len(found)
    assert all(_CONTAINER.fullmatch(name) for name in found)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_same_each_time_and_as_many_as_counted(provider: str) -> None:
    first = list(candidates(EASTHAM, provider, year=YEAR))
    assert first == list(candidates(EASTHAM, provider, year=YEAR))
    assert len(first) == count(EASTHAM, provider, year=YEAR) == EASTHAM.candidates


def test_a_search_whose_names_run_out_is_counted_exactly() -> None:
    few = search("eht", candidates=5_000_000)
    assert count(few, "azure", year=YEAR) == len(names(few, "azure")) < few.candidates


@pytest.mark.parametrize("provider", ["s3", "gcs", "azure"])
def test_the_bare_keyword_comes_before_all_that_is_made_of_it(provider: str) -> None:
    found = names(search("eht", "TypingCo Ltd"), provider)
    assert found[0] == "eht"
    assert found.index("typingco") < min(found.index("ehtletters"), found.index("ehtbackup"))


@pytest.mark.parametrize(
    "name",
    [
        "eastham-letters", "eastham-clinic-letters", "eastham-clinic-letters-prod", "easthamletters", "letters-eastham",
        "eht", "eht-letters", "stmarys", "stmarys-transcripts", "st-marys-letters", "typingco",
        "typingco-eastham-letters", "eht-typingco", "eht-backup", "backup-eht", "eht-prod-letters", "eht-letters-2024",
        "eastham.nhs.uk", "www.eastham.nhs.uk", "letters.eastham.nhs.uk", "eastham-nhs-uk", "eastham-nhs",
        "eastham-hospitals", "easthamhospitals", "eht-outpatient", "eht-docman",
    ],
)  # fmt: skip
def test_names_that_people_give_are_among_the_first_20_000(name: str, eastham_names: frozenset[str]) -> None:
    assert name in eastham_names


@pytest.mark.parametrize("name", ["letters.eastham", "dev-eht-letters"])
def test_less_usual_ones_come_later(name: str, eastham_names: frozenset[str]) -> None:
    assert name not in eastham_names
    assert name in names(EASTHAM.model_copy(update={"candidates": 100_000}))


def test_google_projects_have_buckets_of_their_own() -> None:
    found = names(search("typingco", "eht"), "gcs")
    assert {"typingco.appspot.com", "typingco.firebasestorage.app", "typingco-prod.appspot.com"} <= set(found)
    assert "typingco_letters" in found
    # A project's id has six characters and more.
    assert "eht.appspot.com" not in found


def test_amazon_accounts_give_regional_names_and_only_at_amazon() -> None:
    with_account = search("typingco", owners=Owners(aws_accounts=("123456789012",)).model_dump())
    found = names(with_account)
    assert "typingco-123456789012-eu-west-2-an" in found[:30]
    assert "typingco-letters-123456789012-eu-west-2-an" in found
    assert "letters-123456789012-eu-west-1-an" in found
    assert not any("123456789012" in name for name in names(with_account, "wasabi") + names(with_account, "gcs"))
    assert not any(name.endswith("-an") and name.count("-") > 3 for name in names(search("typingco")))


def test_accounts_of_azure_are_cut_at_their_longest_name() -> None:
    found = names(search("The Royal Example University Teaching Hospitals"), "azure")
    assert "theroyalexampleuniversit" in found
    assert {"retstorage", "stroyalexample"} & set(found)


@pytest.mark.parametrize("container", ["$web", "letters", "clinic-letters", "eastham", "dictation", "2026"])
def test_containers_of_an_account(container: str) -> None:
    found = list(containers(EASTHAM, "ehtletters"))
    assert container in [each.name for each in found]
    assert {each.account for each in found} == {"ehtletters"}


def test_own_words_of_the_scope_come_first() -> None:
    own = search("eht", words=("Letter Flow",))
    assert names(own).index("eht-letter-flow") < names(own).index("eht-letters")


@pytest.mark.parametrize(
    ("keyword", "name"),
    [
        ("Ysbyty Môn", "ysbyty-mon"),
        ("Universitätsklinikum Nordstadt", "universitaetsklinikum-nordstadt"),
        ("Universitätsklinikum Nordstadt", "universitatsklinikum-nordstadt"),
        ("Universitätsklinikum Nordstadt", "nordstadt-arztbriefe"),
        ("Hôpital Sainte-Thérèse", "sainte-therese"),
        ("Øresund Lægehus", "oresund-laegehus"),
        ("Straße", "strasse"),
    ],
)
def test_letters_beyond_ascii_are_written_in_ascii(keyword: str, name: str) -> None:
    assert name in names(search(keyword))


def test_a_keyword_that_leaves_nothing_is_told() -> None:
    mixed = search("医院", "---", "eht")
    assert unusable(mixed) == ("医院", "---")
    assert names(mixed)[0] == "eht"
    assert names(search("医院")) == []


def test_nothing_without_name_search() -> None:
    assert names(search("eht", name_search=False)) == []
    assert names(search()) == []


def test_names_of_the_keyword_twice_are_not_made() -> None:
    found = names(search("EHT", "Eastham Hospitals NHS Trust"))
    assert "eht-eht" not in found
    assert not [name for name in found if name.endswith(("-letters-letters", "-backup-backup"))]


def test_a_stream_of_millions_takes_little_memory() -> None:
    stream = candidates(EASTHAM.model_copy(update={"candidates": 5_000_000}), "s3", year=YEAR)
    tracemalloc.start()
    try:
        last = None
        for each in islice(stream, 30_000):
            last = each
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(last, Candidate)
    assert peak < 20 << 20
