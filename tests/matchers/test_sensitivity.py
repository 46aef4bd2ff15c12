"""What a text speaks of: said of somebody, not denied, not a risk, not a leaflet; and never a word of it."""

from __future__ import annotations

import pytest

from demo_range.letters import House, letter
from matchers.sensitivity import MOST_TEXT, Category, categories_in


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Thank you for referring this couple to the fertility clinic.", ["fertility"]),
        ("HIV, hepatitis B and hepatitis C were all negative.", []),
        ("HIV positive since 2003; hepatitis B was negative.", ["hiv"]),
        ("HIV was not detected in this sample.", []),
        ("He denies depression, anxiety, thoughts of suicide or self-harm.", []),
        ("There is no history of depression.", []),
        ("No history of diabetes, depression, anxiety or other mental illness.", []),
        ("Family history is not known as he was adopted as a baby.", ["adoption"]),
        ("He denies chest pain but has been treated for depression.", ["mental_health"]),
        ("HIV 1 and 2 were non-reactive.", []),
        ("There has been no change in her depression.", ["mental_health"]),
        ("The ECG showed 2 mm of ST depression in V4.", []),
        ("She takes sertraline. Her mood is low mood on most days.", ["mental_health"]),
        ("She takes sertraline.", []),
        ("The risk of ectopic pregnancy was explained.", []),
        ("She had an ectopic pregnancy in 2019.", ["pregnancy_loss"]),
        ("The risk of suicide is thought to be low.", ["self_harm"]),
        ("If you are worried about domestic abuse, ring the number on this poster.", []),
        ("She told us of domestic abuse by a former partner.", ["domestic_abuse"]),
        ("The welfare of the child form was signed.", []),
        ("A child protection plan has been in place since May.", ["child_protection"]),
        ("A spontaneous abortion in 2015.", ["pregnancy_loss"]),
        ("An abortion in 2015.", ["termination"]),
        ("He wears hearing aids and uses walking aids.", []),
        ("She was brought up by adoptive parents.", ["adoption"]),
        ("We adopted a cautious approach.", []),
        ("Attends the gender identity clinic.", ["gender_recognition"]),
        ("She carries a BRCA2 variant.", ["genetic"]),
        ("He has weeks to live and hospice care was arranged.", ["terminal"]),
        ("He came from HMP Ashcombe with two officers.", ["criminal"]),
        ("A knee that clicks on the stairs.", []),
        ("", []),
    ],
)
def test_what_is_said_of_somebody(text: str, found: list[str]) -> None:
    assert categories_in([text]) == tuple(map(Category, found))


def test_a_denial_ends_with_its_sentence() -> None:
    assert categories_in(["There was no fever. Depression is treated by her own doctor."]) == (Category.MENTAL_HEALTH,)


@pytest.mark.parametrize(
    "text",
    [
        "fertillty cllnic",
        "FERTILITY  CLINIC",
        "fer-\n   tility clinic",
        "\ufb01rst seen in the fert\u00adility clinic \uff29\uff36\uff26",
    ],
)
def test_capitals_hyphens_and_characters_that_recognition_confuses_hide_nothing(text: str) -> None:
    assert categories_in([text]) == (Category.FERTILITY,)


def test_weak_words_tell_only_together_and_once_each() -> None:
    assert categories_in(["One oocyte.", "One oocyte."]) == ()
    assert categories_in(["One oocyte.", "The semen."]) == (Category.FERTILITY,)


def test_a_long_text_is_read_to_its_bound_only() -> None:
    assert categories_in(["x " * MOST_TEXT, "fertility clinic"]) == ()


@pytest.mark.parametrize("text", ["\ud800 ivf \udfff", "'" * 5000, "\n" * 5000, "no " * 5000, "\u202eivf"])
def test_strange_text_is_no_trouble(text: str) -> None:
    assert set(categories_in([text])) <= {Category.FERTILITY}


@pytest.mark.parametrize("number", range(6))
def test_letters_of_a_fertility_clinic_tell_of_it_and_those_of_urology_do_not(number: int) -> None:
    assert Category.FERTILITY in categories_in([letter(House.IVF, number, 7).text])
    assert Category.FERTILITY not in categories_in([letter(House.OUTPATIENT, number, 7).text])
