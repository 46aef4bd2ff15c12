"""Keywords as people write them, and the ways in which they stand in names."""

from __future__ import annotations

import pytest

from bucket_probes.names.keywords import domains_of, read_keyword, transliterated


def variants(text: str) -> set[str]:
    return {"-".join(tokens) for tokens, _ in read_keyword(text).variants}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Eastham Hospitals NHS Trust", {"eastham", "eht", "eastham-hospitals", "eastham-nhs"}),
        ("Guy's and St Thomas' NHS Foundation Trust", {"guys-st-thomas", "gstt", "gstft"}),
        ("St Mary's Hospital", {"st-marys", "smh", "st-marys-hospital"}),
        ("TypingCo Ltd", {"typingco", "typingco-ltd", "typing-co"}),
        ("MedScribe Transcription Services Inc", {"medscribe", "medscribe-transcription-services"}),
        ("Smith & Jones LLP", {"smith-jones", "smith-and-jones-llp"}),
        ("typing-co", {"typing-co"}),
        ("www.eastham.nhs.uk", {"eastham", "eastham-nhs", "eastham-nhs-uk"}),
        ("https://letters.uk-nordstadt.de/x", {"uk-nordstadt", "uk-nordstadt-de"}),
        ("General Hospital", {"general-hospital", "gh"}),
    ],
)
def test_variants(text: str, expected: set[str]) -> None:
    assert expected <= variants(text)


@pytest.mark.parametrize("text", ["医院", "---", "…", "'"])
def test_nothing_to_write(text: str) -> None:
    assert read_keyword(text).variants == ()


def test_the_likeliest_variant_comes_first() -> None:
    weights = [weight for _, weight in read_keyword("Eastham Hospitals NHS Trust").variants]
    assert weights == sorted(weights, reverse=True)


def test_domains_and_what_they_lie_below() -> None:
    keywords = ["EHT", "www.eastham.nhs.uk", "https://letters.eastham.nhs.uk/", "uk-nordstadt.de", "St. Mary"]
    assert domains_of(keywords) == ("eastham.nhs.uk", "letters.eastham.nhs.uk", "uk-nordstadt.de")


def test_two_ways_for_an_umlaut() -> None:
    assert transliterated("Ärzte") == ("aerzte", "arzte")
    assert transliterated("plain") == ("plain",)
