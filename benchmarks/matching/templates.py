"""Letter templates: ten organisations of different styles, and as many variations of them as are asked for."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from benchmarks.matching.patients import postcode
from benchmarks.matching.prose import picked, read_sections, seeded, word_lists

# What fills a field of an empty form.
BLANK = "__________"

# In a variation a stock paragraph is left out this often, so that variations differ in more than a few words.
_LEFT_OUT = 0.15
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_ORGANISATIONS = (
    "Ashdale", "Beckside", "Calder Vale", "Dunmoor", "Easthaven", "Fenborough", "Glenholm", "Harcastle", "Inglewater",
    "Kestrel", "Lowmoor", "Meresbrook", "Northwold", "Otterby", "Pennine Cross", "Quayside", "Rothwick", "Saltholme",
    "Thornaby Park", "Ullesmere", "Valley Bridge", "Westerdale", "Yoreham", "Abergwyn", "Cwm Arian", "St Aldhelm's",
    "St Oswin's", "Queen Ethelburga", "Prince Edmund", "Royal Wyvern",
)  # fmt: skip
_DEPARTMENTS = (
    "Rheumatology", "Cardiology", "Neurology", "Dermatology", "Urology", "Gastroenterology", "Respiratory Medicine",
    "Orthopaedic Surgery", "Ear Nose and Throat Surgery", "Ophthalmology", "Endocrinology", "General Surgery",
    "Gynaecology", "Pain Medicine", "Renal Medicine", "Haematology", "Vascular Surgery", "Elderly Medicine",
)  # fmt: skip


class Mark(StrEnum):
    """What a block of a letter is."""

    HEADER = "H"
    FIELDS = "F"
    SALUTATION = "S"
    STOCK = "P"
    HEADING = "N"
    STORY = "B"
    MEDICINES = "M"
    SIGNING = "G"
    COPIES = "C"
    FOOTER = "X"


@dataclass(frozen=True, slots=True)
class TemplateBlock:
    """A block: its text with `%(field)s` for what a letter fills in, or sentences a paragraph of a story."""

    mark: Mark
    text: str
    paragraphs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """One organisation's template.

    Attributes:
        number: from 0; the first ten are of ten organisations, later ones vary them.
        name: of the organisation's style.
        day_style: how it prints days.
        own: words that all of its letters have, by field.
        blocks: in order.
    """

    number: int
    name: str
    day_style: str
    own: Mapping[str, str]
    blocks: tuple[TemplateBlock, ...]

    def filled(self, text: str, fields: Mapping[str, str]) -> str:
        """A block's text with a letter's fields."""
        return text % fields


# The order in which templates are taken; one alone is the commonest letter there is.
_ORDER = (
    "hospital", "fertility", "discharge", "plain", "headed", "mental", "dictation", "paediatric", "welsh", "insurer",
)  # fmt: skip


@cache
def template(number: int, seed: int) -> Template:
    """Template `number` of a seed."""
    generator = seeded(f"template/{seed}/{number}")
    name = _ORDER[number % len(_ORDER)]
    lines = read_sections("organisations")[name]
    own = _own(number, generator)
    varied = number >= len(_ORDER)
    blocks: list[TemplateBlock] = []
    for line in lines[1:]:
        mark, text = Mark(line[0]), line[2:]
        if mark is Mark.STORY:
            blocks.append(TemplateBlock(mark, "", tuple(int(count) for count in text.split())))
        elif mark is Mark.MEDICINES:
            blocks.append(TemplateBlock(mark, "", (int(text),)))
        elif not (varied and mark is Mark.STOCK and generator.random() < _LEFT_OUT):
            written = _CHOICE.sub(lambda found: generator.choice(found[1].split("|")), text)
            _append(blocks, mark, _with_fields(written, own))
    return Template(number, name, lines[0][2:], own, tuple(blocks))


def _append(blocks: list[TemplateBlock], mark: Mark, text: str) -> None:
    """Lines of one mark that follow each other are one block, but for paragraphs and headings."""
    if blocks and blocks[-1].mark is mark and mark not in {Mark.STOCK, Mark.HEADING}:
        blocks[-1] = TemplateBlock(mark, f"{blocks[-1].text}\n{text}")
    else:
        blocks.append(TemplateBlock(mark, text))


_FIELD = re.compile(r"\{(\w+)\}")


def _with_fields(text: str, own: Mapping[str, str]) -> str:
    """The organisation's own words stand in the text; a letter's fields become `%(field)s`."""
    return _FIELD.sub(lambda found: own.get(found[1], f"%({found[1]})s"), text.replace("%", "%%"))


def _own(number: int, generator: random.Random) -> Mapping[str, str]:
    words, draw = word_lists(), generator.random
    people = [
        f"{picked(words['woman' if draw() < 1 / 2 else 'man'], draw)} {picked(words['surname'], draw)}" for _ in "ab"
    ]
    return {
        "org": _ORGANISATIONS[number % len(_ORGANISATIONS)] + ("" if number < len(_ORGANISATIONS) else f" {number}"),
        "org_street": f"{1 + int(draw() * 80)} {picked(words['street'], draw)}",
        "org_town": picked(words["place"], draw),
        "org_postcode": postcode(draw),
        "org_phone": f"01632 960{int(draw() * 1000):03d}",
        "org_number": f"{int(draw() * 1000):03d}",
        "department": generator.choice(_DEPARTMENTS),
        "chair": people[0],
        "chief": people[1],
        "pronoun_his": "the",
    }
