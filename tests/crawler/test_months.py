"""Names of months, whole and cut short, and words that only begin like them."""

from __future__ import annotations

import pytest

from crawler.listings.months import month_of


@pytest.mark.parametrize(
    ("names", "month"),
    [
        ("January Jan jan. JANUAR janvier gennaio enero", 1),
        ("Februar février Fév. luty", 2),
        ("March März Mrz maart marzo březen март", 3),
        ("Avril Abr kwiecień", 4),
        ("May Mai maggio květen мая", 5),
        ("Juin czerwiec", 6),
        ("Juillet lipiec", 7),
        ("Août Ago sierpień", 8),
        ("Septiembre wrzesień", 9),
        ("Oktober outubro październik", 10),
        ("November noviembre listopad marraskuu", 11),
        ("Dezember décembre diciembre", 12),
    ],
)
def test_each_month_has_its_names(names: str, month: int) -> None:
    assert {name: month_of(name) for name in names.split()} == dict.fromkeys(names.split(), month)


@pytest.mark.parametrize("word", ["", "Ja", "J", "letter", "xyz", "kB"])
def test_other_words_are_none(word: str) -> None:
    assert month_of(word) is None
