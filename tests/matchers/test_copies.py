"""Copies of a letter do not turn it into template, and letters of different people are not taken for copies."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from demo_range.letters import House, letter
from matchers.copies import MOST_COPIES, MOST_VARIANTS
from matchers.keys import PackKey
from matchers.matcher import Matcher
from matchers.pack import open_pack
from matchers.pack_build import LETTERS_TOGETHER, Letter, PackSummary, build_pack
from matchers.verdicts import Verdict
from tests.matchers.conftest import judged, known, letters_of

RECIPIENTS = (
    "Dr A Plum, Elm Surgery, 4 High Street, Oakham OK1 2AB",
    "Mrs J Pear, 17 Low Road, Oakham OK3 4CD",
    "Mr B Quince, Consultant Urologist, Northern Infirmary, Thornby TH9 9ZZ\nCopy to: the district nurses",
    "hospital notes",
)
# An appointment letter: 90 % of it is the same for everyone.
APPOINTMENT = (
    "Oakham Trust\nTel 01632 960000\n{name}\n{house} High Street\n{note}\nDear {name}\nYou have an appointment with "
    "the clinic on {day} March 2024.\n"
    + "Please bring a list of the medicines that you take and arrive ten minutes before the time. If you can not come, "
    "tell us as soon as you can, so that somebody else can be seen. Parking at the hospital is limited and we advise "
    "you to come by bus. If you need an interpreter or an ambulance, the staff of the clinic will arrange it for you. "
    "Someone may come with you. You may be asked whether a student can be in the room, and you are free to say no.\n"
    "Yours sincerely\nThe booking office"
)
NAMES = ("Anna Smith", "John Brown", "Omar Patel", "Ruth Evans", "Wei Clark", "Ivy Young", "Tom Hall", "Priya Lee")


def built(folder: Path, key: PackKey, texts: list[str]) -> tuple[PackSummary, Matcher]:
    summary = build_pack([Letter(f"L{number}", text) for number, text in enumerate(texts)], folder / "pack", key)
    return summary, Matcher(open_pack(folder / "pack", key))


def with_recipients(text: str) -> list[str]:
    return [f"{text}\n\nCopy to: {recipients}" for recipients in RECIPIENTS]


@pytest.mark.parametrize("house", list(House))
@pytest.mark.parametrize("others", [0, 6])
def test_every_copy_of_a_letter_is_reported(tmp_path: Path, key: PackKey, house: House, others: int) -> None:
    original = letter(house, 0, 1).text
    copies = [original, *with_recipients(original), original]
    summary, matcher = built(tmp_path, key, [*copies, *letters_of(list(House), others // 2, first=5)])
    ids = tuple(f"L{number}" for number in range(len(copies)))
    assert summary.copies == (ids,)
    assert summary.letters == len(copies) + len(House) * (others // 2)
    assert known(judged(matcher, original)) == set(ids)
    for text in letters_of(list(House), 2, first=100):
        assert judged(matcher, text).verdict is not Verdict.KNOWN_LETTER


def test_copies_may_lie_far_apart_among_the_letters(tmp_path: Path, key: PackKey) -> None:
    original = letter(House.IVF, 0, 1).text
    between = letters_of([House.IVF], LETTERS_TOGETHER, first=1)
    one, two, three, four = with_recipients(original)
    texts = [one, *between[:20], two, *between[20:40], three, *between[40:], four]
    summary, matcher = built(tmp_path, key, texts)
    assert summary.copies == (("L0", "L21", "L42", f"L{len(texts) - 1}"),)
    assert known(judged(matcher, original)) == set(summary.copies[0])
    assert known(judged(matcher, between[0])) == {"L1"}


def test_letters_of_different_people_are_not_copies(tmp_path: Path, key: PackKey) -> None:
    texts = letters_of(list(House), 30)
    assert built(tmp_path, key, texts)[0].copies == ()


@pytest.mark.parametrize("house", list(House))
def test_nor_are_they_on_a_single_template(tmp_path: Path, key: PackKey, house: House) -> None:
    assert built(tmp_path, key, letters_of([house], 50))[0].copies == ()


@pytest.mark.parametrize("numbered", [True, False])
def test_appointment_letters_of_different_people_are_not_copies(tmp_path: Path, key: PackKey, numbered: bool) -> None:
    texts = [
        APPOINTMENT.format(name=name, house=n + 3, day=n + 11, note=f"NHS 943 476 {4000 + n}" if numbered else "")
        for n, name in enumerate(NAMES)
    ]
    summary, matcher = built(tmp_path, key, texts)
    assert summary.copies == ()
    other = APPOINTMENT.format(name="Claire Wood", house=77, day=9, note="NHS 943 476 5919" if numbered else "")
    assert judged(matcher, other).verdict is not Verdict.KNOWN_LETTER


def test_a_form_filled_in_at_its_end_is_not_copies(tmp_path: Path, key: PackKey) -> None:
    form = APPOINTMENT.format(name="patient", house=1, day=9, note="")
    names = [f"{first.split()[0]} {last.split()[1]}" for first, last in pairwise(NAMES)]
    texts = [f"{form}\nReturn slip: {name}" for name in (*NAMES, *names)]
    assert len(texts) > MOST_VARIANTS
    summary, matcher = built(tmp_path, key, texts)
    assert summary.copies == ()
    assert judged(matcher, f"{form}\nReturn slip: Claire Wood").verdict is not Verdict.KNOWN_LETTER


def test_what_is_there_more_often_than_any_letter_stays_template(tmp_path: Path, key: PackKey) -> None:
    text = letter(House.IVF, 0, 1).text
    summary, matcher = built(tmp_path, key, [text] * (MOST_COPIES + 1))
    assert len(summary.copies[0]) == MOST_COPIES + 1
    assert not known(judged(matcher, text))


def test_letters_too_short_for_a_shingle_are_not_copies(tmp_path: Path, key: PackKey) -> None:
    summary, _ = built(tmp_path, key, ["Dear Sir", "Dear Sir", "", "", letter(House.IVF, 0, 1).text])
    assert summary.copies == ()
