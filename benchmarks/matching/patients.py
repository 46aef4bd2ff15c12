"""Invented patients: what letters print of them, and their row of the organisation's register."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from benchmarks.matching.prose import Draw, picked, seeded, word_lists
from demo_range.people import nhs_number

# Patients that letters may be about. Those of other letters never are those of known ones.
PATIENTS = 250_000
_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
_FIRST_BIRTH = date(1931, 2, 1)
_BIRTHS = 27_000
_SEED_BITS = 64


@dataclass(frozen=True, slots=True, repr=False)
class RegisterRow:
    """What the organisation registered with a letter; the date of birth as YYYY-MM-DD."""

    nhs_number: str
    hospital_number: str
    surname: str
    forename: str
    date_of_birth: str
    postcode: str

    @property
    def identifiers(self) -> dict[str, str]:
        """The row by the names of its columns."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, repr=False)
class Patient:
    """One patient, a partner and where they live. `serial` tells patients apart."""

    serial: int
    row: RegisterRow
    female: bool
    title: str
    born: date
    street: str
    place: str
    mobile: str
    partner: str
    partner_surname: str
    partner_born: date


@lru_cache(maxsize=4096)
def patient(seed: int, serial: int) -> Patient:
    """The patient of a serial; the same for the same seed."""
    draw = seeded((seed << _SEED_BITS) + serial).random
    words = word_lists()
    female = draw() < 1 / 2
    surname = picked(words["surname"], draw)
    born = _born(draw)
    row = RegisterRow(
        nhs_number=nhs_number(serial),
        hospital_number=f"{picked(_LETTERS, draw)}{int(draw() * 10_000_000):07d}",
        surname=surname,
        forename=picked(words["woman" if female else "man"], draw),
        date_of_birth=born.isoformat(),
        postcode=postcode(draw),
    )
    return Patient(
        serial=serial,
        row=row,
        female=female,
        title=picked(("Mrs", "Ms", "Miss") if female else ("Mr",), draw),
        born=born,
        street=f"{1 + int(draw() * 190)} {picked(words['street'], draw)}",
        place=picked(words["place"], draw),
        mobile=f"07700 900{int(draw() * 1000):03d}",
        partner=picked(words["man" if female else "woman"], draw),
        partner_surname=picked(words["surname"], draw),
        partner_born=_born(draw),
    )


def postcode(draw: Draw) -> str:
    """A code of ZZ99, the pseudo-area of health records, which is nowhere on the ground."""
    return f"ZZ99 {1 + int(draw() * 9)}{picked(_LETTERS, draw)}{picked(_LETTERS, draw)}"


def _born(draw: Draw) -> date:
    return _FIRST_BIRTH + timedelta(days=int(draw() * _BIRTHS))
