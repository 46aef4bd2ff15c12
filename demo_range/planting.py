"""Writes the range to disk: the letters that the organisation keeps, and the trees that the servers serve."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from demo_range.answer_key import AnswerKey, Decoy, Form, Place
from demo_range.distortions import bundle, excerpt, retyped_sheet
from demo_range.letters import House, Letter, blank_template, known_letters, letter
from demo_range.people import Person
from demo_range.plan import BUCKETS, FTP, OPEN, PLAN, RECORDINGS, SITE, SITE_LINKS, LetterName, Planting
from demo_range.recordings import dss_recording
from demo_range.rendering import Format, html_fragment, rendered
from demo_range.sheets import Sheet, plain_sheet
from demo_range.site_pages import page, written_page, written_sheet

PATIENTS_A_HOUSE = 6
# Words of a planted excerpt: enough that a sweep must find it (from 150 words), well below a whole letter (400 to 600).
EXCERPT_WORDS = 190
# Character errors of a planted re-typed letter, as a share of its characters: the rate that a sweep must withstand.
RETYPING_RATE = 0.05
# Whose dictations lie beside the transcripts, and when the first one was made.
_AUTHOR = "HOLLIS4417"
_RECORDED = datetime(2024, 6, 14, 9, 12, tzinfo=UTC)
# Patients from this number on are not among the known letters.
_OTHER_PATIENTS = 1000
# Letters of the register rotate through these; cp1252 is what older word processors save as text.
_KEPT_AS = (
    (Format.PDF, "utf-8"),
    (Format.DOCX, "utf-8"),
    (Format.TXT, "cp1252"),
    (Format.PDF, "utf-8"),
    (Format.HTML, "utf-8"),
    (Format.TXT, "utf-8"),
)


# What the register says of a person.
_ABOUT = ("nhs_number", "hospital_number", "surname", "forename", "date_of_birth")


@dataclass(frozen=True, slots=True)
class PlantedRange:
    """What was written, and where."""

    letters: tuple[Letter, ...]
    answer_key: AnswerKey
    letters_folder: Path
    register: Path
    site: Path
    open_directory: Path
    buckets: Path
    ftp: Path


def plant(folder: Path, seed: int = 1) -> PlantedRange:
    """Write letters, register, site, open directory and bucket contents below `folder`, which may exist."""
    letters = known_letters(seed, PATIENTS_A_HOUSE)
    planter = _Planter(folder, seed, letters)
    places = tuple(planter.place(planting) for planting in PLAN)
    register = keep_letters(folder / "letters", letters)
    _leave_recordings(folder / FTP)
    return PlantedRange(
        letters=letters,
        answer_key=AnswerKey(places),
        letters_folder=register.parent,
        register=register,
        site=folder / SITE,
        open_directory=folder / OPEN,
        buckets=folder / "buckets",
        ftp=folder / FTP,
    )


def _leave_recordings(root: Path) -> None:
    """Dictations: named in listings, told by their headers, and no text anywhere in them."""
    for number, path in enumerate(RECORDINGS):
        started = _RECORDED + number * timedelta(minutes=11)
        _write(root / path, dss_recording(_AUTHOR, started, 95 + 40 * number), started.date())


def keep_letters(folder: Path, letters: tuple[Letter, ...]) -> Path:
    """The known letters in mixed formats, and the register: each file's letter id, and a row for each person."""
    register = folder / "letters.csv"
    rows = []
    for number, known in enumerate(letters):
        form, charset = _KEPT_AS[number % len(_KEPT_AS)]
        name = f"{known.house}/{known.written:%Y-%m}-{number:03d}.{form}"
        _write(folder / name, rendered(form, known.sheet, charset=charset), known.written)
        rows += [(known.letter_id, name, *_registered(person)) for person in known.people]
    with register.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("letter_id", "file", *_ABOUT))
        writer.writerows(rows)
    return register


def _registered(person: Person) -> tuple[str, ...]:
    return person.nhs_number, person.hospital_number, person.last, person.first, person.born.isoformat()


class _Planter:
    def __init__(self, folder: Path, seed: int, letters: tuple[Letter, ...]) -> None:
        self._folder = folder
        self._seed = seed
        self._letters = letters
        self._others = 0

    def place(self, planting: Planting) -> Place:
        """Write one file of the plan and say what it is."""
        below = self._folder / "buckets" / planting.root if planting.root in BUCKETS else self._folder / planting.root
        known = [self._letter(name) for name in planting.letters]
        content = self._with_letters(planting, known) if known else self._without(planting)
        _write(below / planting.path, content, known[0].written if known else date(2024, 6, 3))
        return Place(
            planting.area,
            planting.root,
            planting.path,
            planting.format,
            tuple(one.letter_id for one in known),
            planting.form,
            planting.decoy,
            planting.reachable,
        )

    def _letter(self, name: LetterName) -> Letter:
        house, number = name
        return self._letters[list(House).index(house) * PATIENTS_A_HOUSE + number]

    def _with_letters(self, planting: Planting, known: list[Letter]) -> bytes:
        sheets = [one.sheet for one in known]
        match planting.form:
            case Form.EXCERPT:
                # From the part about the patient: nobody can say whose letter a piece of stock text is from.
                text = excerpt(sheets[0].clinical, EXCERPT_WORDS, self._seed)
                sheets = [plain_sheet("Extract", text)]
            case Form.RETYPED:
                sheets = [retyped_sheet(sheets[0], RETYPING_RATE, self._seed)]
            case Form.BUNDLE:
                # A letter that the organisation does not know lies among the known ones, as in any day's batch.
                sheets.insert(1, self._other_patient(known[0].house).sheet)
                if planting.format is Format.TXT:
                    sheets = [bundle(*sheets)]
            case Form.WHOLE | None:
                pass
        return self._as_file(planting, *sheets)

    def _without(self, planting: Planting) -> bytes:
        match planting.decoy:
            case Decoy.BLANK_TEMPLATE:
                return self._as_file(planting, blank_template(House(planting.source)))
            case Decoy.OTHER_PATIENT:
                return self._as_file(planting, self._other_patient(House(planting.source)).sheet)
            case Decoy.LEAFLET | Decoy.UNRELATED | None:
                if planting.root == SITE and planting.format is Format.HTML:
                    return written_page(planting.source, SITE_LINKS.get(planting.path, ()))
                return self._as_file(planting, written_sheet(planting.source))

    def _other_patient(self, house: House) -> Letter:
        self._others += 1
        return letter(house, _OTHER_PATIENTS + self._others, self._seed)

    def _as_file(self, planting: Planting, *sheets: Sheet) -> bytes:
        if planting.root == SITE and planting.format is Format.HTML:
            return page("For patients", html_fragment(sheets[0]))
        return rendered(planting.format, *sheets, charset=planting.charset)


def _write(path: Path, content: bytes, day: date) -> None:
    """Write a file that bears a plausible date, since listings show it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    moment = datetime.combine(day, time(17, 30), tzinfo=UTC).timestamp()
    os.utime(path, (moment, moment))
