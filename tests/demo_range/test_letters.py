"""The generated letters: the same for the same seed, apart where patients differ, with no real identifier in them."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from demo_range.grammar import BLANK
from demo_range.letters import House, Letter, blank_template, known_letters, letter
from demo_range.sheets import BlockKind

ROOT = Path(__file__).parents[2]
# Length of the character runs that two letters are compared by: the shortest that a matcher would use.
RUN = 12
DIGEST = (
    "import hashlib; from demo_range.letters import known_letters as k; "
    "print(hashlib.sha256(''.join(x.text for x in k(3)).encode()).hexdigest())"
)


def runs(text: str) -> list[str]:
    """Every run of 12 letters and digits of the text, case folded."""
    stream = re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKC", text).casefold())
    return [stream[place : place + RUN] for place in range(len(stream) - RUN + 1)]


@pytest.fixture(scope="module")
def known() -> tuple[Letter, ...]:
    return known_letters(1)


def test_the_same_seed_gives_the_same_text_in_another_process() -> None:
    here = hashlib.sha256("".join(one.text for one in known_letters(3)).encode()).hexdigest()
    there = subprocess.run([sys.executable, "-c", DIGEST], cwd=ROOT, check=True, capture_output=True, text=True)
    assert there.stdout.strip() == here


def test_a_letter_does_not_depend_on_how_many_are_made(known: tuple[Letter, ...]) -> None:
    assert known_letters(1, patients_a_house=2)[3] == letter(House.OUTPATIENT, 1, 1) == known[7]


def test_another_seed_gives_other_people(known: tuple[Letter, ...]) -> None:
    other = known_letters(2)
    assert not {one.identifiers[0] for one in known} & {one.identifiers[0] for one in other}


def test_six_houses_with_six_patients_each(known: tuple[Letter, ...]) -> None:
    assert Counter(one.house for one in known) == dict.fromkeys(House, 6)
    assert len({one.letter_id for one in known}) == 36


def test_a_letter_has_the_length_of_a_letter(known: tuple[Letter, ...]) -> None:
    assert all(300 <= len(one.text.split()) <= 620 for one in known)


def test_page_furniture(known: tuple[Letter, ...]) -> None:
    for one in known:
        assert one.sheet.header
        assert one.sheet.footer
        assert "CONFIDEN" in one.text.upper()
        assert re.search(r"^Dear ", one.text, re.MULTILINE)
    tables = [one for one in known if any(block.kind is BlockKind.TABLE for block in one.sheet.blocks)]
    assert {one.house for one in tables} == {House.PRSB, House.DISCHARGE}


def test_nothing_of_the_grammar_is_left_over(known: tuple[Letter, ...]) -> None:
    for one in known:
        assert not re.search(r"[{}|]|<<|>>|a/an|\.\.", one.text)
        assert BLANK not in one.text


def test_identifiers_stand_in_the_letter(known: tuple[Letter, ...]) -> None:
    for one in known:
        *printed, bare = one.identifiers
        assert all(identifier.casefold() in one.text.casefold() for identifier in printed)
        assert len(printed) >= 5
        assert f"{bare[:3]} {bare[3:6]} {bare[6:]}" in printed
        partners = 2 if one.house is House.IVF else 1
        assert sum(identifier.startswith("AG") for identifier in printed) == partners


def test_no_two_patients_share_a_number(known: tuple[Letter, ...]) -> None:
    assert len({one.identifiers[-1] for one in known}) == len(known)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_identifier_lies_outside_the_reserved_ranges(seed: int) -> None:
    text = "\n".join(one.text for one in known_letters(seed, patients_a_house=20))
    assert_reserved(text)


def assert_reserved(text: str) -> None:
    phones = re.findall(r"(?<!\d)0\d{3,4} ?\d{3} ?\d{3,4}(?!\d)", text)
    assert all(re.match(r"01632 960\d{3}|07700 900\d{3}", phone) for phone in phones), "a phone number"
    assert len(phones) > 100
    codes = re.findall(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", text)
    assert all(code.startswith("ZZ99") for code in codes), "a postcode"
    numbers = re.findall(r"\b\d{3} \d{3} \d{4}\b|\b\d{10}\b", text)
    assert all(number.startswith("999") for number in numbers), "an NHS number"
    assert all(number.startswith("99") for number in re.findall(r"GMC (\S+)", text)), "a doctor's number"
    assert all(host.endswith(".example") for host in re.findall(r"@([\w.-]+\w)", text)), "a mail host"


def test_every_letter_has_much_that_no_other_has(known: tuple[Letter, ...]) -> None:
    frequency = Counter(run for one in known for run in set(runs(one.text)))
    for one in known:
        assert sum(frequency[run] == 1 for run in runs(one.text)) >= 500


def test_letters_of_one_house_share_their_stock_phrases(known: tuple[Letter, ...]) -> None:
    for house in House:
        of_house = [set(runs(one.text)) for one in known if one.house is house]
        shared = set.intersection(*of_house)
        assert len(shared) >= 300


@pytest.mark.slow
def test_no_unknown_patient_shares_a_long_rare_passage_with_a_known_letter(known: tuple[Letter, ...]) -> None:
    frequency = Counter(run for one in known for run in set(runs(one.text)))
    longest = 0
    for house in House:
        for number in range(1000, 1010):
            stranger = runs(letter(house, number, 1).text)
            for one in known:
                rare = {run for run in runs(one.text) if frequency[run] == 1}
                longest = max(longest, longest_streak(stranger, rare))
    # A sentence skeleton, not a passage: the known letters themselves have 500 such characters and more.
    assert longest <= 110


def longest_streak(stream: list[str], wanted: set[str]) -> int:
    best = streak = 0
    for run in stream:
        streak = streak + 1 if run in wanted else 0
        best = max(best, streak)
    return best + RUN - 1 if best else 0


@pytest.mark.parametrize("house", House)
def test_a_blank_template_has_the_furniture_and_no_person(house: House, known: tuple[Letter, ...]) -> None:
    blank = blank_template(house)
    text = blank.text
    assert BLANK in text
    one = next(one for one in known if one.house is house)
    assert blank.header == one.sheet.header
    assert blank.footer == one.sheet.footer
    stock = [block.text for block in one.sheet.blocks if block.kind is BlockKind.PARAGRAPH and not block.story]
    assert any(paragraph in text for paragraph in stock)
    assert not any(identifier in text for other in known for identifier in other.identifiers)
    assert not re.search(r"999 \d{3} \d{4}", text)
