"""Synthetic clinic letters of six house templates: the same seed, house and number give the same letter everywhere."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache

from faker import Faker

from demo_range.grammar import BLANK, Rules, Writer, bounds, read_rules
from demo_range.people import People, Person, spaced
from demo_range.sheets import Block, BlockKind, Sheet

# Letters are dated in these years, so that no text depends on the day the range is built.
_FIRST_CLINIC = date(2023, 1, 9)
_CLINIC_DAYS = 900
_TYPING_DAYS = (1, 9)
_STAY_DAYS = (2, 8)
# Serials of partners start here, so that no two people of one seed share an NHS number.
_PARTNER_SERIALS = 250_000


class House(StrEnum):
    """A house template: who writes, in what layout, in whose voice. Values name the files of `prose/`."""

    IVF = "ivf"
    OUTPATIENT = "outpatient"
    PRSB = "prsb"
    PLAIN = "plain"
    DISCHARGE = "discharge"
    DICTATION = "dictation"


@dataclass(frozen=True, slots=True)
class _HouseStyle:
    consultants: tuple[str, ...]
    day: str
    female: bool | None  # None: either
    ages: tuple[int, int]


_STYLES: Mapping[House, _HouseStyle] = {
    House.IVF: _HouseStyle(("Dr Marguerite Hollis", "Mr Anselm Udoh"), "{d} {month} {y}", True, (27, 43)),
    House.OUTPATIENT: _HouseStyle(
        ("Mr Crispin Vale", "Miss Odile Marchbank"), "{d:02d}/{m:02d}/{y2:02d}", False, (58, 88)
    ),
    House.PRSB: _HouseStyle(("Dr Ffion Treharne", "Dr Idris Calloway"), "{d:02d}-{mon}-{y}", None, (24, 81)),
    House.PLAIN: _HouseStyle(("Dr Beatrix Lomax", "Dr Tobias Nkemelu"), "{d} {month} {y}", None, (21, 79)),
    House.DISCHARGE: _HouseStyle(("Miss Verity Stannard", "Dr Lucan Abara"), "{d:02d}.{m:02d}.{y}", None, (19, 90)),
    House.DICTATION: _HouseStyle(("Miss Rosalind Quaye", "Mr Peregrine Toft"), "{d} {month} {y}", True, (19, 64)),
}


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter.

    Attributes:
        letter_id: opaque; the organisation's own name for it.
        house: its template.
        written: the day it was typed.
        sheet: what stands on the paper.
        identifiers: names, numbers, addresses and birth dates of the people in it, as printed but for the case.
        people: whom it is about: the patient, and a partner whom it names.
    """

    letter_id: str
    house: House
    written: date
    sheet: Sheet
    identifiers: tuple[str, ...]
    people: tuple[Person, ...]

    @property
    def text(self) -> str:
        """The whole letter as plain text."""
        return self.sheet.text


def letter(house: House, number: int, seed: int) -> Letter:
    """Patient `number`'s letter on a house's template. Numbers run from 0 to 41,665; equal numbers are one patient."""
    serial = number * len(House) + list(House).index(house)
    case = _Case(house, serial, seed)
    blocks = case.blocks()
    sheet = Sheet(case.lines("header"), case.writer.write(case.rules["running"][0]), blocks, case.rules["footer"][0])
    return Letter(f"L{serial:05d}", house, case.typed, sheet, case.identifiers(sheet.text), case.people(sheet.text))


def known_letters(seed: int, patients_a_house: int = 6) -> tuple[Letter, ...]:
    """The letters that the organisation keeps, house by house."""
    return tuple(letter(house, number, seed) for house in House for number in range(patients_a_house))


def blank_template(house: House) -> Sheet:
    """A house's empty form: furniture, headings and stock paragraphs, with lines where a person's data would go."""
    rules = _rules(house)
    words = _Blanks()
    writer = Writer(rules, random.Random(house.value), words, dict.fromkeys(_DRAWN, lambda _: BLANK))
    blocks = tuple(_block(writer, line, blank=True) for line in rules["layout"])
    return Sheet(rules["header"], writer.write(rules["running"][0]), blocks, rules["footer"][0])


# Names of the tokens that are drawn for a letter and are not rules.
_DRAWN = ("firstname", "woman", "man", "surname", "town", "day", "month", "year")

_KINDS = {"L": BlockKind.LINES, "H": BlockKind.HEADING, "P": BlockKind.PARAGRAPH, "T": BlockKind.TABLE}
# About the patient: on the empty form a line to write on.
_STORIES = {"S": BlockKind.PARAGRAPH, "D": BlockKind.TABLE}


class _Blanks(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return BLANK


@cache
def _rules(house: House) -> Rules:
    return read_rules("everyday", house.value)


@cache
def _faker() -> Faker:
    return Faker("en_GB")


def _block(writer: Writer, line: str, blank: bool = False) -> Block:
    mark, _, text = line.partition(" ")
    story = mark in _STORIES
    if blank and story:
        return Block(BlockKind.PARAGRAPH, BLANK, story)
    written = writer.write(text)
    return Block(
        _STORIES[mark] if story else _KINDS[mark], written[:1].upper() + written[1:] if story else written, story
    )


class _Case:
    """Everything drawn for one letter: the people, the dates, the words that its template asks for."""

    def __init__(self, house: House, serial: int, seed: int) -> None:
        self.rules = _rules(house)
        self._style = _STYLES[house]
        key = f"{seed}/{house}/{serial}"
        self._generator = random.Random(key)
        faker = _faker()
        faker.seed_instance(key)
        self._people = People(faker, self._generator)
        self.seen = _FIRST_CLINIC + timedelta(days=self._generator.randrange(_CLINIC_DAYS))
        self.typed = self.seen + timedelta(days=self._generator.randint(*_TYPING_DAYS))
        female = self._generator.random() < 1 / 2 if self._style.female is None else self._style.female
        self._patient = self._people.person(serial, female, self._style.ages, self.seen)
        self._partner = self._people.person(serial + _PARTNER_SERIALS, False, self._style.ages, self.seen)
        words = self._fixed_words() | self._names(house) | self._gp()
        self.writer = Writer(self.rules, self._generator, words, self._drawers())

    def blocks(self) -> tuple[Block, ...]:
        return tuple(_block(self.writer, line) for line in self.rules["layout"])

    def lines(self, rule: str) -> tuple[str, ...]:
        return self.rules[rule]

    def _fixed_words(self) -> dict[str, str]:
        person, generator = self._patient, self._generator
        return {
            "title": person.title,
            "first": person.first,
            "last": person.last,
            "LAST": person.last.upper(),
            "last_spelt": " ".join(person.last.upper()),
            "age": str(person.age_on(self.seen)),
            "born": self._day(person.born),
            "nhs": spaced(person.nhs_number),
            "hospital": person.hospital_number,
            "street": person.street,
            "town": person.town,
            "postcode": person.postcode,
            "mobile": person.mobile,
            "he": "she" if person.female else "he",
            "him": "her" if person.female else "him",
            "his": "her" if person.female else "his",
            "lady": "lady" if person.female else "gentleman",
            "seen": self._day(self.seen),
            "typed": self._day(self.typed),
            "seen_short": f"{self.seen:%d/%m/%y}",
            "typed_short": f"{self.typed:%d/%m/%y}",
            "admitted": self._day(self.seen - timedelta(days=generator.randint(*_STAY_DAYS))),
            "job_number": str(generator.randint(10_000, 99_999)),
            "typist": generator.choice(("kt", "sjb", "mo", "dwf")),
        }

    def _names(self, house: House) -> dict[str, str]:
        consultant = self._generator.choice(self._style.consultants)
        partner = self._partner
        return {
            "consultant": consultant,
            "initials": "".join(part[0] for part in consultant.split()[1:]),
            # 99xxxxx lies far above the numbers that the register of doctors has given out.
            "gmc": f"99{list(House).index(house):02d}{self._style.consultants.index(consultant):03d}",
            "junior": self._people.surname(),
            "registrar": f"Mr {self._people.surname()}",
            "partner_first": partner.first,
            "partner_last": partner.last,
            "PARTNER_LAST": partner.last.upper(),
            "partner_born": self._day(partner.born),
            "partner_age": str(partner.age_on(self.seen)),
            "partner_hospital": partner.hospital_number,
        }

    def _gp(self) -> dict[str, str]:
        surname = self._people.surname()
        return {
            "gp": f"Dr {surname}",
            "gp_spelt": " ".join(surname.upper()),
            "gp_practice": self._people.practice(),
            "gp_street": self._people.street(),
            "gp_town": self._people.town(),
            "gp_postcode": self._people.postcode(),
        }

    def _drawers(self) -> dict[str, Callable[[str], str]]:
        def moved(arguments: str, days: int) -> date:
            low, high = bounds(arguments)
            return self.seen + timedelta(days=self._generator.randint(low * days, high * days))

        return {
            "firstname": lambda _: self._people.first_name(),
            "woman": lambda _: self._people.first_name(female=True),
            "man": lambda _: self._people.first_name(female=False),
            "surname": lambda _: self._people.surname(),
            "town": lambda _: self._people.town(),
            "day": lambda arguments: self._day(moved(arguments, 1)),
            "month": lambda arguments: f"{moved(arguments, 30):%B %Y}",
            "year": lambda arguments: str(moved(arguments, 365).year),
        }

    def _day(self, day: date) -> str:
        return self._style.day.format(
            d=day.day, m=day.month, y=day.year, y2=day.year % 100, month=f"{day:%B}", mon=f"{day:%b}"
        )

    def identifiers(self, text: str) -> tuple[str, ...]:
        """What of the people's data the text prints, and the NHS number without its spaces."""
        text = text.casefold()
        candidates = [form for person in (self._patient, self._partner) for form in self._forms(person)]
        printed = [form for form in candidates if form.casefold() in text]
        return (*printed, self._patient.nhs_number)

    def people(self, text: str) -> tuple[Person, ...]:
        """The patient, and the partner where the text names that one in full."""
        named = f"{self._partner.first} {self._partner.last}".casefold() in text.casefold()
        return (self._patient, self._partner) if named else (self._patient,)

    def _forms(self, person: Person) -> tuple[str, ...]:
        return (
            f"{person.first} {person.last}",
            f"{person.last}, {person.first}",
            self._day(person.born),
            spaced(person.nhs_number),
            person.hospital_number,
            person.mobile,
            person.street,
            person.postcode,
        )
