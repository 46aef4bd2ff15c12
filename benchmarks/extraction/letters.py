"""Letters of fifteen kinds about synthetic people: the same seed, kind and number give the same letter everywhere."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from faker import Faker

from demo_range.grammar import Rules, Writer, bounds, read_rules
from demo_range.letters import House
from demo_range.letters import letter as house_letter
from demo_range.people import People, spaced
from demo_range.rendering import typeset
from demo_range.sheets import Block, BlockKind, Sheet

PROSE = Path(__file__).parent / "prose"
_FIRST_DAY = date(2023, 1, 9)
_DAYS = 900
_TYPING_DAYS = (0, 9)
_AGES = (22, 86)
_CHILDREN = (3, 15)
# Serials of the demo range's people end below; these people have numbers of their own.
_FIRST_SERIAL = 300_000
_ROW_SERIALS = 400_000
_ROWS_A_LIST = 16
_HOSPITAL_NUMBER = re.compile(r"AG\d{6}")


class Kind(StrEnum):
    """What a letter is. Values name the files of `prose/`, or a house of the demo range."""

    CONSULTATION = "outpatient"
    DISCHARGE = "discharge"
    FERTILITY = "ivf"
    TRANSCRIPT = "dictation"
    REFERRAL = "referral"
    OPERATION = "operation"
    IMAGING = "imaging"
    LABORATORY = "laboratory"
    CLINIC_LIST = "cliniclist"
    PRESCRIPTION = "prescription"
    PSYCHIATRIC = "psychiatric"
    CHILD_PROTECTION = "child"
    SICK_NOTE = "sicknote"
    APPOINTMENT = "appointment"
    INSURANCE = "insurance"


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """One letter.

    Attributes:
        letter_id: opaque; the name in the pack.
        kind: whose template it is on.
        sheet: what stands on the paper, typeset.
        identifiers: of the patient, by column of a register.
    """

    letter_id: str
    kind: Kind
    sheet: Sheet
    identifiers: Mapping[str, str]

    @property
    def text(self) -> str:
        """The whole letter."""
        return self.sheet.text


def letter(kind: Kind, number: int, seed: int = 1) -> Letter:
    """Patient `number`'s letter of a kind. Numbers run from 0 to 1,999."""
    letter_id = f"{kind}-{number:04d}"
    if kind.value in set(House):
        made = house_letter(House(kind.value), number, seed)
        hospital = _HOSPITAL_NUMBER.search(made.text)
        identifiers = {"nhs_number": made.identifiers[-1]}
        if hospital:
            identifiers["hospital_number"] = hospital[0]
        return Letter(letter_id, kind, _typeset(made.sheet), identifiers)
    case = _Case(kind, number, seed)
    return Letter(letter_id, kind, _typeset(case.sheet()), case.identifiers)


def letters(count: int, seed: int = 1) -> tuple[Letter, ...]:
    """So many letters, the kinds in turn: every fifteen letters hold one of each."""
    kinds = tuple(Kind)
    return tuple(letter(kinds[place % len(kinds)], place // len(kinds), seed) for place in range(count))


def _typeset(sheet: Sheet) -> Sheet:
    blocks = tuple(Block(block.kind, typeset(block.text), block.story) for block in sheet.blocks)
    return Sheet(tuple(map(typeset, sheet.header)), typeset(sheet.running), blocks, typeset(sheet.footer))


_KINDS = {
    "L": BlockKind.LINES, "H": BlockKind.HEADING, "P": BlockKind.PARAGRAPH, "T": BlockKind.TABLE,
    "S": BlockKind.PARAGRAPH,
}  # fmt: skip


@cache
def _rules(kind: Kind) -> Rules:
    return {**read_rules("everyday"), **read_rules(kind.value, folder=PROSE)}


@cache
def _faker() -> Faker:
    return Faker("en_GB")


class _Case:
    """Everything that is drawn for one letter."""

    def __init__(self, kind: Kind, number: int, seed: int) -> None:
        self._rules = _rules(kind)
        self._serial = number * len(Kind) + list(Kind).index(kind)
        key = f"{seed}/{kind}/{number}"
        self._generator = random.Random(key)  # noqa: S311 - synthetic people; the run must repeat
        faker = _faker()
        faker.seed_instance(key)
        self._people = People(faker, self._generator)
        self._seen = _FIRST_DAY + timedelta(days=self._generator.randrange(_DAYS))
        ages = _CHILDREN if kind is Kind.CHILD_PROTECTION else _AGES
        female = self._generator.random() < 1 / 2
        self._patient = self._people.person(_FIRST_SERIAL + self._serial, female, ages, self._seen)
        self._rows = 0

    @property
    def identifiers(self) -> Mapping[str, str]:
        """As a register has them."""
        return {"nhs_number": self._patient.nhs_number, "hospital_number": self._patient.hospital_number}

    def sheet(self) -> Sheet:
        """What stands on the paper."""
        writer = Writer(self._rules, self._generator, self._words() | self._others(), self._drawers())
        blocks = []
        for line in self._rules["layout"]:
            mark, _, text = line.partition(" ")
            written = writer.write(text)
            story = mark == "S"
            blocks.append(Block(_KINDS[mark], written[:1].upper() + written[1:] if story else written, story))
        running = writer.write(self._rules["running"][0])
        return Sheet(self._rules["header"], running, tuple(blocks), self._rules["footer"][0])

    def _words(self) -> dict[str, str]:
        person = self._patient
        return {
            "title": person.title,
            "first": person.first,
            "last": person.last,
            "LAST": person.last.upper(),
            "age": str(person.age_on(self._seen)),
            "born": _day(person.born),
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
        }

    def _others(self) -> dict[str, str]:
        generator, people = self._generator, self._people
        consultant = f"Dr {people.first_name()} {people.surname()}"
        return {
            "seen": _day(self._seen),
            "typed": _day(self._seen + timedelta(days=generator.randint(*_TYPING_DAYS))),
            "job_number": str(generator.randint(10_000, 99_999)),
            "typist": generator.choice(("kt", "sjb", "mo", "dwf")),
            "consultant": consultant,
            "initials": "".join(part[0] for part in consultant.split()[1:]),
            "gmc": f"99{generator.randint(10_000, 99_999)}",  # far above the numbers that were given out
            "junior": people.surname(),
            "gp": f"Dr {people.surname()}",
            "gp_practice": people.practice(),
            "gp_street": people.street(),
            "gp_town": people.town(),
            "gp_postcode": people.postcode(),
        }

    def _drawers(self) -> dict[str, Callable[[str], str]]:
        def moved(arguments: str, days: int) -> date:
            low, high = bounds(arguments)
            return self._seen + timedelta(days=self._generator.randint(low * days, high * days))

        return {
            "firstname": lambda _: self._people.first_name(),
            "woman": lambda _: self._people.first_name(female=True),
            "man": lambda _: self._people.first_name(female=False),
            "surname": lambda _: self._people.surname(),
            "town": lambda _: self._people.town(),
            "day": lambda arguments: _day(moved(arguments, 1)),
            "month": lambda arguments: f"{moved(arguments, 30):%B %Y}",
            "year": lambda arguments: str(moved(arguments, 365).year),
            "row": self._row,
        }

    def _row(self, time: str) -> str:
        """A row of a clinic's list: another patient."""
        serial = _ROW_SERIALS + self._serial % 5_000 * _ROWS_A_LIST + self._rows
        self._rows += 1
        person = self._people.person(serial, self._generator.random() < 1 / 2, _AGES, self._seen)
        cells = (f"{person.last.upper()}, {person.first}", _day(person.born), spaced(person.nhs_number))
        return "\t".join((time, *cells, person.hospital_number, "[reason]"))


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
