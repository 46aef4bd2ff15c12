"""Whom a letter is about: one id for a person in all letters, one for each of a couple."""

from __future__ import annotations

import pytest

from matchers.anchors import Stretcher, registered
from matchers.keys import PackKey
from matchers.people import RegisteredCategories, people_of
from matchers.sensitivity import Category

STRETCHER = Stretcher(PackKey(b"k" * 32))
JANE = {"nhs_number": "9990000018", "surname": "Okonkwo", "forename": "Jane", "date_of_birth": "1980-04-12"}
RUTH = {"nhs_number": "9990000026", "surname": "Patel", "forename": "Ruth", "date_of_birth": "1975-05-03"}


def people(*rows: dict[str, str], letter_id: str = "L-1") -> tuple[str, ...]:
    return people_of([anchor for row in rows for anchor in registered(row, STRETCHER)], letter_id)


def test_the_same_person_has_one_id_whatever_else_is_registered() -> None:
    moved = JANE | {"postcode": "ZZ99 1AB", "surname": "Hussain"}
    assert people(JANE) == people(moved, letter_id="L-2")
    assert len(people(JANE)) == 1
    assert people(JANE) != people(RUTH)


def test_a_couple_is_two_people_and_the_same_row_twice_is_one() -> None:
    assert people(JANE, RUTH) == (*people(JANE), *people(RUTH))
    assert people(JANE, JANE) == people(JANE)


def test_name_and_birth_name_a_person_where_there_is_no_number() -> None:
    plain = {name: value for name, value in JANE.items() if name != "nhs_number"}
    assert people(plain, letter_id="L-1") == people(plain, letter_id="L-2")
    assert people(plain, RUTH) == (*people(plain), *people(RUTH))


def test_who_can_not_be_told_from_others_is_another_person_in_every_letter() -> None:
    name = {"surname": "Okonkwo", "forename": "Jane"}
    assert people(name, letter_id="L-1") != people(name, letter_id="L-2")


def test_a_letter_without_a_register_names_nobody() -> None:
    assert people() == ()
    assert people({"categories": "fertility"}) == ()


@pytest.mark.parametrize(
    "written", ["fertility;mental_health", " Mental health , FERTILITY;", "fertility|mental health"]
)
def test_the_register_says_what_a_letter_speaks_of(written: str) -> None:
    anchors = registered(JANE | {"categories": written}, STRETCHER)
    assert RegisteredCategories(STRETCHER).of(anchors) == {Category.FERTILITY, Category.MENTAL_HEALTH}
    assert people_of(anchors, "L-1") == people(JANE)
