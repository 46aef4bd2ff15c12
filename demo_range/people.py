"""Synthetic people. Every identifier comes from a range that is never issued to a person."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from faker import Faker

# NHS numbers 999 000 0000 to 999 999 9999 are set aside for tests.
TEST_RANGE_STEM = 999_000_000
TEST_RANGE_STEMS = 1_000_000
_WEIGHTS = range(10, 1, -1)
_MODULUS = 11
_NO_CHECK_DIGIT = 10
# Two neighbouring stems differ by 2 in the weighted sum, so at least one of them has a check digit.
_STEMS_A_PERSON = 2
# Any number coprime to the count of pairs: neighbouring serials get numbers far apart.
_STRIDE = 7919

# Surnames that Faker's en_GB lists lack. All letters are in cp1252, which old word processors and PDF fonts need.
_SURNAMES = (
    "Okonkwo Patel Nowak O'Connor Llewellyn-Jones Begum Kowalska Adeyemi Hussain Fernández Ng Mac'Aulay Achebe "
    "Chaudhry D'Souza Müller Owusu Szabo Fitzgerald-Boyle Rahman"
).split()
_SURNAMES_SHARE = 0.3

_PRACTICES = (
    "The Old Forge Surgery",
    "Millrace Medical Centre",
    "Station Road Practice",
    "The Heron Practice",
    "Castle Mount Surgery",
    "Riverside Group Practice",
    "The Limes Medical Practice",
    "Bellfield Health Centre",
)


def nhs_number(serial: int) -> str:
    """The `serial`-th test number, ten digits with a valid check digit; distinct below 500,000."""
    pairs = TEST_RANGE_STEMS // _STEMS_A_PERSON
    stem = TEST_RANGE_STEM + _STEMS_A_PERSON * (serial * _STRIDE % pairs)
    check = check_digit(f"{stem:09d}")
    if check is None:
        stem += 1
        check = check_digit(f"{stem:09d}")
    return f"{stem:09d}{check}"


def check_digit(stem: str) -> str | None:
    """The modulus 11 check digit of nine digits; None where the scheme has none."""
    remainder = sum(int(digit) * weight for digit, weight in zip(stem, _WEIGHTS, strict=True)) % _MODULUS
    check = (_MODULUS - remainder) % _MODULUS
    return None if check == _NO_CHECK_DIGIT else str(check)


def spaced(number: str) -> str:
    """`999 123 4567`, as letters print it."""
    return f"{number[:3]} {number[3:6]} {number[6:]}"


@dataclass(frozen=True, slots=True)
class Person:
    """One synthetic patient or partner."""

    title: str
    first: str
    last: str
    female: bool
    born: date
    nhs_number: str
    hospital_number: str
    mobile: str
    street: str
    town: str
    postcode: str

    def age_on(self, day: date) -> int:
        """Age in full years."""
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))


class People:
    """Draws people and the names around them for one letter."""

    def __init__(self, faker: Faker, generator: random.Random) -> None:
        self._faker = faker
        self._generator = generator

    def person(self, serial: int, female: bool, ages: tuple[int, int], on: date) -> Person:
        """A person whose age on a day lies in `ages`, both ends included."""
        low, high = ages
        born = on - timedelta(days=self._generator.randint(low * 366, high * 365))
        return Person(
            title=self._generator.choice(("Mrs", "Ms", "Miss")) if female else "Mr",
            first=self.first_name(female),
            last=self.surname(),
            female=female,
            born=born,
            nhs_number=nhs_number(serial),
            hospital_number=f"AG{self._generator.randint(0, 999_999):06d}",
            mobile=f"07700 900{self._generator.randint(0, 999):03d}",
            street=self._faker.street_address().replace("\n", ", "),
            town=self.town(),
            postcode=self.postcode(),
        )

    def first_name(self, female: bool | None = None) -> str:
        """A given name, of either sex unless one is asked for."""
        if female is None:
            return self._faker.first_name()
        return self._faker.first_name_female() if female else self._faker.first_name_male()

    def surname(self) -> str:
        """A surname from Faker's British list or from the names it lacks."""
        if self._generator.random() < _SURNAMES_SHARE:
            return self._generator.choice(_SURNAMES)
        return self._faker.last_name()

    def town(self) -> str:
        """An invented town."""
        return self._faker.city()

    def street(self) -> str:
        """A number and an invented street."""
        return self._faker.street_address().replace("\n", ", ")

    def practice(self) -> str:
        """An invented general practice."""
        return self._generator.choice(_PRACTICES)

    def postcode(self) -> str:
        """A code of ZZ99, the pseudo-area of health records, which is nowhere on the ground."""
        letters = "ABDEFGHJLNPQRSTUWXYZ"
        inward = self._generator.choice(letters) + self._generator.choice(letters)
        return f"ZZ99 {self._generator.randint(1, 9)}{inward}"
