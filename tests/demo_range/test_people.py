"""People and their identifiers."""

from __future__ import annotations

import random
from datetime import date

import pytest
from faker import Faker

from demo_range.people import People, check_digit, nhs_number, spaced


def people(seed: int = 1) -> People:
    faker = Faker("en_GB")
    faker.seed_instance(seed)
    return People(faker, random.Random(seed))  # noqa: S311 - a test


@pytest.mark.parametrize(("stem", "digit"), [("943476591", "9"), ("401023213", "7"), ("987654321", "0")])
def test_check_digits_of_published_examples(stem: str, digit: str) -> None:
    assert check_digit(stem) == digit


def test_one_stem_in_eleven_has_no_check_digit() -> None:
    without = [stem for stem in range(999_000_000, 999_000_100) if check_digit(str(stem)) is None]
    assert 5 <= len(without) <= 13


def test_nhs_numbers_are_valid_distinct_and_in_the_test_range() -> None:
    numbers = [nhs_number(serial) for serial in range(5000)]
    assert len(set(numbers)) == len(numbers)
    for number in numbers:
        assert len(number) == 10
        assert number.startswith("999")
        assert sum(int(digit) * weight for digit, weight in zip(number, range(10, 0, -1), strict=True)) % 11 == 0


def test_spacing() -> None:
    assert spaced("9990000018") == "999 000 0018"


def test_a_person_is_of_the_age_asked_for() -> None:
    day = date(2024, 2, 29)
    for seed in range(50):
        person = people(seed).person(seed, female=True, ages=(27, 43), on=day)
        assert 27 <= person.age_on(day) <= 43


def test_names_can_be_written_in_cp1252() -> None:
    for seed in range(200):
        person = people(seed).person(seed, female=False, ages=(20, 80), on=date(2024, 5, 1))
        f"{person.first} {person.last} {person.street} {person.town}".encode("cp1252")
