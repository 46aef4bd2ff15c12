"""What is planted, against the answer key."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import lxml.html
import pypdfium2
import pytest
from rapidfuzz.distance import LCSseq

from demo_range.answer_key import Area, Decoy, Expected, Form, Place
from demo_range.letters import Letter
from demo_range.plan import PLAN, RECORDINGS
from demo_range.planting import EXCERPT_WORDS, PlantedRange, plant
from demo_range.rendering import Format


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> PlantedRange:
    return plant(tmp_path_factory.mktemp("range"))


def file_of(planted: PlantedRange, place: Place) -> Path:
    roots = {Area.SITE: planted.site, Area.OPEN_DIRECTORY: planted.open_directory, Area.FTP: planted.ftp}
    return roots.get(place.area, planted.buckets / place.root) / place.path


def text_of(path: Path, form: Format) -> str:
    content = path.read_bytes()
    match form:
        case Format.PDF:
            document: Any = pypdfium2.PdfDocument(content)
            try:
                return "\n".join(page.get_textpage().get_text_range() for page in document)
            finally:
                document.close()
        case Format.DOCX:
            opened: Any = docx.Document(io.BytesIO(content))
            cells = [cell.text for table in opened.tables for row in table.rows for cell in row.cells]
            return "\n".join([paragraph.text for paragraph in opened.paragraphs] + cells)
        case Format.HTML:
            tree: Any = lxml.html.fromstring(content)
            return str(tree.text_content())
        case Format.TXT:
            try:
                return content.decode("utf-8")
            except UnicodeDecodeError:
                return content.decode("cp1252")


def stream(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.casefold())


def letters_in(planted: PlantedRange, place: Place) -> Iterator[Letter]:
    by_id = {one.letter_id: one for one in planted.letters}
    return (by_id[letter_id] for letter_id in place.letter_ids)


def test_every_file_is_in_the_key_and_every_place_is_a_file(planted: PlantedRange) -> None:
    written = {
        path
        for root in (planted.site, planted.open_directory, planted.buckets, planted.ftp)
        for path in root.rglob("*")
        if path.is_file()
    }
    recordings = {planted.ftp / path for path in RECORDINGS}
    assert written == {file_of(planted, place) for place in planted.answer_key.places} | recordings


def test_the_register_names_every_kept_letter(planted: PlantedRange) -> None:
    with planted.register.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    people = [(one.letter_id, person.nhs_number) for one in planted.letters for person in one.people]
    assert [(row["letter_id"], row["nhs_number"]) for row in rows] == people
    assert len(people) > len(planted.letters), "couples"
    kept = {path for path in planted.letters_folder.rglob("*") if path.is_file()} - {planted.register}
    assert {planted.letters_folder / row["file"] for row in rows} == kept
    assert {path.suffix for path in kept} == {".pdf", ".docx", ".html", ".txt"}


def test_kept_letters_are_the_letters(planted: PlantedRange) -> None:
    with planted.register.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    files = {row["letter_id"]: row for row in rows}
    for one in planted.letters:
        row = files[one.letter_id]
        path = planted.letters_folder / row["file"]
        text = stream(text_of(path, Format(path.suffix[1:])))
        stories = [block for block in one.sheet.blocks if block.story and "\t" not in block.text]
        assert sum(stream(block.text) in text for block in stories) >= len(stories) - 2


def test_every_place_has_letters_or_is_a_decoy(planted: PlantedRange) -> None:
    for place in planted.answer_key.places:
        assert bool(place.letter_ids) == (place.form is not None) == (place.decoy is None)
        assert (place.expected is Expected.KNOWN_LETTER) == bool(place.letter_ids)


def test_every_form_and_format_is_planted_twice_at_least(planted: PlantedRange) -> None:
    found = planted.answer_key.planted
    assert min(Counter(place.form for place in found)[form] for form in Form) >= 2
    assert min(Counter(place.format for place in found)[form] for form in Format) >= 2
    assert min(Counter(place.area for place in found)[area] for area in Area) >= 2
    assert {place.decoy for place in planted.answer_key.decoys} == set(Decoy)


def test_some_letters_are_nowhere(planted: PlantedRange) -> None:
    kept = {one.letter_id for one in planted.letters}
    assert 25 <= len(planted.answer_key.exposed_letter_ids) < len(kept)


def test_whole_and_bundled_letters_hold_their_story(planted: PlantedRange) -> None:
    for place in planted.answer_key.places:
        if place.form not in (Form.WHOLE, Form.BUNDLE):
            continue
        text = stream(text_of(file_of(planted, place), place.format))
        for one in letters_in(planted, place):
            stories = [stream(block.text) for block in one.sheet.blocks if block.story and "\t" not in block.text]
            assert sum(story in text for story in stories) >= len(stories) - 2, "page breaks cut two at most"


def test_the_pdf_bundle_holds_many_letters(planted: PlantedRange) -> None:
    sizes = [len(place.letter_ids) for place in planted.answer_key.planted if place.path.endswith("bundle.pdf")]
    assert max(sizes) >= 8


def test_an_excerpt_is_long_enough_to_be_found(planted: PlantedRange) -> None:
    assert EXCERPT_WORDS > 150
    for place in planted.answer_key.planted:
        if place.form is Form.EXCERPT:
            (one,) = letters_in(planted, place)
            story = stream("".join(block.text for block in one.sheet.blocks if block.story))
            text = stream(text_of(file_of(planted, place), place.format))
            assert LCSseq.similarity(story, text) >= 450


def test_a_retyped_letter_is_near_the_letter_and_not_equal(planted: PlantedRange) -> None:
    for place in planted.answer_key.planted:
        if place.form is Form.RETYPED:
            (one,) = letters_in(planted, place)
            letter, text = stream(one.text), stream(text_of(file_of(planted, place), place.format))
            assert letter not in text
            assert 0.90 <= LCSseq.similarity(letter, text) / len(letter) <= 0.98


def test_decoys_hold_no_known_patient(planted: PlantedRange) -> None:
    for place in planted.answer_key.places:
        if place.decoy:
            text = text_of(file_of(planted, place), place.format).casefold()
            for one in planted.letters:
                assert not any(identifier.casefold() in text for identifier in one.identifiers)


def test_the_same_seed_plants_the_same_text(planted: PlantedRange, tmp_path: Path) -> None:
    again = plant(tmp_path)
    assert again.answer_key == planted.answer_key
    for place in planted.answer_key.places:
        assert text_of(file_of(again, place), place.format) == text_of(file_of(planted, place), place.format)


def test_the_key_can_be_written_as_json(planted: PlantedRange) -> None:
    rows = json.loads(planted.answer_key.to_json())
    assert len(rows) == len(PLAN)
    assert {row["expected"] for row in rows} == {"known_letter", "not known_letter"}
    assert all(set(row["letter_ids"]) <= {one.letter_id for one in planted.letters} for row in rows)
