"""How much of the organisation stands in a name."""

from __future__ import annotations

import pytest

from bucket_probes.names.likeness import name_strength

KEYWORDS = ("Eastham Hospitals NHS Trust", "St Mary's Hospital", "General Health Group", "EHT")


@pytest.mark.parametrize(
    ("name", "strength"),
    [
        ("eastham-letters", 3),
        ("letters.eastham", 3),
        ("easthamclinicletters2024", 3),
        ("eastham-clinic-letters-prod", 3),
        ("st-marys-scans", 3),
        ("stmaryshospital-referrals", 3),
        ("eastham", 2),
        ("prod-eastham-01", 2),
        ("easthamnhs", 2),
        ("eastham-ct", 2),
        ("eht-letters", 1),
        ("ehtletters", 1),
        ("general-health-letters", 1),
        ("easthampton", 0),
        ("northeastham-letters", 0),
        ("height-letters", 0),
        ("smhouse", 0),
        ("letters", 0),
        ("", 0),
    ],
)
def test_strength(name: str, strength: int) -> None:
    assert name_strength(name, KEYWORDS) == strength


def test_own_words_count_as_clinical() -> None:
    assert name_strength("eastham-letterflow", KEYWORDS) == 2
    assert name_strength("eastham-letterflow", KEYWORDS, ["LetterFlow"]) == 3
