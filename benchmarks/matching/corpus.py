"""Letters made for benchmarks: templates, patients and bodies that share nothing, each letter from its number alone."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from benchmarks.matching.patients import PATIENTS, Patient, RegisterRow, patient, postcode
from benchmarks.matching.prose import Draw, Frame, frames, picked, printed_day, read_sections, seeded, word_lists
from benchmarks.matching.templates import BLANK, Mark, Template, template

TEMPLATES = 10
# Letters of this number and above are other patients', and never in a pack.
FIRST_OTHER = 1_000_000_000
# Share of letters in which a clinician put stock text between the paragraphs.
STOCK_SHARE = 0.4
_STOCK_AT_MOST = 3
_FIRST_CLINIC = date(2023, 1, 9)
_CLINIC_DAYS = 900
_TYPING_DAYS = 9
_SEED_BITS = 64
_CONSULTANTS = 3
# What a letter's own generator is told apart by, beside its number and seed.
_LETTER, _BODY = 1, 2


@dataclass(frozen=True, slots=True, repr=False)
class Block:
    """A part of a letter. `stock` is text that clinicians or the template have in other letters too."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True, repr=False)
class MadeLetter:
    """One letter.

    Attributes:
        number: below `FIRST_OTHER` of a known letter, from there of another patient's.
        template: number of its template.
        blocks: in order.
        patient: whom it is about.
        fields: what the template's fields were filled with.
    """

    number: int
    template: int
    blocks: tuple[Block, ...]
    patient: Patient
    fields: Mapping[str, str]

    @property
    def letter_id(self) -> str:
        """The id in a pack."""
        return f"L{self.number:07d}"

    @property
    def text(self) -> str:
        """The whole letter."""
        return joined(self.blocks)

    @property
    def register_row(self) -> RegisterRow:
        """The patient's row of the register."""
        return self.patient.row


def joined(blocks: Sequence[Block]) -> str:
    """Blocks as text, a blank line between them."""
    return "\n\n".join([block.text for block in blocks])


class Corpus:
    """Letters by number. The same seed, settings and number give the same letter in every process."""

    def __init__(
        self,
        seed: int = 1,
        templates: int = TEMPLATES,
        stock_share: float = STOCK_SHARE,
        bodies: Sequence[str] = (),
        other_bodies: Sequence[str] = (),
    ) -> None:
        """Make a corpus.

        Args:
            seed: of everything that is drawn.
            templates: how many; letters take them in turn.
            stock_share: share of letters with stock text of clinicians in them.
            bodies: texts to take for the stories of known letters instead of made ones, one a letter in turn.
            other_bodies: the same for other patients' letters.
        """
        self.seed = seed
        self.templates = templates
        self._stock_share = stock_share
        self._bodies = (bodies, other_bodies)
        self._stock = read_sections("stock")[""]

    def letter(self, number: int, template_number: int | None = None, about: Patient | None = None) -> MadeLetter:
        """The letter of a number, on the template whose turn it is and about its own patient unless told otherwise."""
        chosen = template(number % self.templates if template_number is None else template_number, self.seed)
        person = about or patient(self.seed, patient_serial(number))
        draw = self._generator(number, _LETTER).random
        fields = _fields(chosen, person, draw)
        stories = self._stories(number, chosen, person)
        blocks: list[Block] = []
        for block in chosen.blocks:
            if block.mark is Mark.STORY:
                blocks += next(stories)
            elif block.mark is Mark.MEDICINES:
                blocks.append(Block(block.mark, _medicines(block.paragraphs[0], draw)))
            else:
                blocks.append(Block(block.mark, block.text % fields))
        return MadeLetter(number, chosen.number, tuple(blocks), person, fields)

    def letters(self, count: int, first: int = 0) -> Iterator[MadeLetter]:
        """Letters of consecutive numbers."""
        return (self.letter(number) for number in range(first, first + count))

    def sequel(self, letter: MadeLetter) -> MadeLetter:
        """Another letter to the same patient from the same clinic, with another story; never in a pack."""
        return self.letter(FIRST_OTHER + letter.number, letter.template, letter.patient)

    def blank(self, number: int) -> str:
        """A template's empty form."""
        chosen = template(number % self.templates, self.seed)
        fields = _Blanks()
        return "\n\n".join(block.text % fields if block.text else BLANK * 3 for block in chosen.blocks)

    def stock_of(self, number: int) -> tuple[str, ...]:
        """A template's stock paragraphs, with blanks for fields."""
        chosen = template(number % self.templates, self.seed)
        return tuple(block.text % _Blanks() for block in chosen.blocks if block.mark is Mark.STOCK)

    def own_words(self, number: int) -> Mapping[str, str]:
        """The organisation's name, address and such of a template, and a consultant's name."""
        chosen = template(number % self.templates, self.seed)
        return {**chosen.own, "consultant": f"Dr {chosen.own['chief']}"}

    def digest(self, count: int) -> str:
        """SHA-256 over the texts of the first letters; what quality floors are pinned to."""
        sum_of = hashlib.sha256()
        for letter in self.letters(count):
            sum_of.update(letter.text.encode())
        return sum_of.hexdigest()

    def _generator(self, number: int, kind: int) -> random.Random:
        return seeded(((self.seed << 8) + kind << _SEED_BITS) + number)

    def _stories(self, number: int, chosen: Template, person: Patient) -> Iterator[list[Block]]:
        """For each story of the template its paragraphs, some with stock text after them."""
        bodies = self._bodies[number >= FIRST_OTHER]
        if bodies:
            return self._given_stories(bodies[number % len(bodies)], chosen)
        return self._made_stories(number, chosen, person)

    def _made_stories(self, number: int, chosen: Template, person: Patient) -> Iterator[list[Block]]:
        generator = self._generator(number, _BODY)
        draw = generator.random
        counts = [block.paragraphs for block in chosen.blocks if block.mark is Mark.STORY]
        known = frames(person.female, chosen.day_style)
        order = _distinct(known, sum(map(sum, counts)), generator)
        stocked = _STOCK_AT_MOST if draw() < self._stock_share else 0
        for paragraphs in counts:
            blocks = []
            for sentences in paragraphs:
                text = " ".join([next(order).drawn(draw) for _ in range(sentences)])
                blocks.append(Block(Mark.STORY, text))
                if stocked and draw() < 1 / 2:
                    stocked -= 1
                    blocks.append(Block(Mark.STOCK, picked(self._stock, draw)))
            yield blocks

    @staticmethod
    def _given_stories(body: str, chosen: Template) -> Iterator[list[Block]]:
        """A given text, its paragraphs dealt out to the stories of the template."""
        stories = sum(block.mark is Mark.STORY for block in chosen.blocks)
        paragraphs = [part.strip() for part in body.split("\n") if part.strip()]
        for place in range(stories):
            part = paragraphs[place * len(paragraphs) // stories : (place + 1) * len(paragraphs) // stories]
            yield [Block(Mark.STORY, text) for text in part]


def patient_serial(number: int) -> int:
    """Whom a letter is about; known letters and others never share a patient."""
    return number % PATIENTS if number < FIRST_OTHER else PATIENTS + number % (PATIENTS - 1)


def _distinct(known: Sequence[Frame], count: int, generator: random.Random) -> Iterator[Frame]:
    """Frames, none twice in one letter unless there are too few."""
    if count <= len(known):
        return iter(generator.sample(known, count))
    return iter(generator.choices(known, k=count))


class _Blanks(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return BLANK


_WARDS = (
    "3A",
    "3B",
    "4 North",
    "4 South",
    "5 East",
    "Acute Medical Unit",
    "Short Stay Unit",
    "7",
    "9",
    "12",
    "14 West",
)


def _fields(chosen: Template, person: Patient, draw: Draw) -> Mapping[str, str]:
    seen = _FIRST_CLINIC + timedelta(days=int(draw() * _CLINIC_DAYS))
    clinic = _clinic_fields(chosen, seen, draw)
    age = str((seen - person.born).days * 4 // 1461)
    return {**_patient_fields(person, chosen.day_style), **clinic, **_surgery_fields(draw), "age": age}


def _patient_fields(person: Patient, day: str) -> dict[str, str]:
    row = person.row
    return {
        "title": person.title,
        "first": row.forename,
        "last": row.surname,
        "LAST": row.surname.upper(),
        "last_spelt": " ".join(row.surname.upper()),
        "born": printed_day(day, person.born),
        "nhs": f"{row.nhs_number[:3]} {row.nhs_number[3:6]} {row.nhs_number[6:]}",
        "hospital": row.hospital_number,
        "street": person.street,
        "place": person.place,
        "postcode": row.postcode,
        "mobile": person.mobile,
        "lady": "lady" if person.female else "gentleman",
        "him": "her" if person.female else "him",
        "partner_first": person.partner,
        "partner_last": person.partner_surname,
        "PARTNER_LAST": person.partner_surname.upper(),
        "partner_born": printed_day(day, person.partner_born),
    }


def _clinic_fields(chosen: Template, seen: date, draw: Draw) -> dict[str, str]:
    words, day = word_lists(), chosen.day_style
    typed = seen + timedelta(days=1 + int(draw() * _TYPING_DAYS))
    whose = int(draw() * _CONSULTANTS) * 7 + chosen.number * 13
    name = f"{words['woman'][whose % len(words['woman'])]} {words['surname'][whose * 5 % len(words['surname'])]}"
    return {
        "seen": printed_day(day, seen),
        "typed": printed_day(day, typed),
        "admitted": printed_day(day, seen - timedelta(days=1 + int(draw() * _TYPING_DAYS))),
        "seen_us": f"{seen:%m/%d/%y}",
        "typed_us": f"{typed:%m/%d/%y}",
        "consultant": f"Dr {name}",
        "initials": "".join(part[0] for part in name.split()),
        "gmc": f"99{chosen.number % 100:02d}{whose % 1000:03d}",
        "secretary": picked(("kt", "sjb", "mo", "dwf", "plr", "aw"), draw),
        "secretary_ext": str(2000 + whose % 900),
        "junior": f"{picked(words['woman'], draw)} {picked(words['surname'], draw)}",
        "ward": picked(_WARDS, draw),
        "days": picked(("7", "14", "28"), draw),
        "bleep": str(1000 + int(draw() * 900)),
        "job": str(10_000 + int(draw() * 90_000)),
    }


def _surgery_fields(draw: Draw) -> dict[str, str]:
    words = word_lists()
    return {
        "gp": f"Dr {picked(words['surname'], draw)}",
        "gp_surgery": picked(words["surgery"], draw),
        "gp_street": f"{1 + int(draw() * 90)} {picked(words['street'], draw)}",
        "gp_place": picked(words["place"], draw),
        "gp_postcode": postcode(draw),
    }


def _medicines(rows: int, draw: Draw) -> str:
    words = word_lists()
    return "\n".join(
        f"{picked(words['drug'], draw)}   {picked(words['dose'], draw)}   {picked(words['often'], draw)}"
        for _ in range(1 + int(draw() * rows))
    )
