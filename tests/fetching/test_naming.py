from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fetching.naming
from fetching.naming import has_job_number, is_batch_folder, looks_like_a_letter

LETTERS = [
    "Clinic letter.doc",
    "DischargeSummary_final.pdf",
    "transcripts",
    "Dr Smith 12.04.15 clinic.doc",
    "smith_urology_20150412.zip",
    "RE Jones.docx",
    "gp-copy.rtf",
    "9434765919.pdf",
    "943 476 5919.pdf",
    "943-476-5919.tif",
    "2015-04-12.doc",
    "12_4_2015.doc",
    "MDT outcome.docx",
    "Job#12345.doc",
    "N 0412-017 0012 0003 LT.doc",
    "U12-G3-P1-T20150412093005-S120-Fab.wav",
    "DSS_0001.DS2",
    "Arztbrief Meier.doc",
]
OTHERS = [
    "index.html",
    "logo.png",
    "photo1.jpg",
    "setup.exe",
    "draw.svg",
    "backup.tar.gz",
    "12345678901.pdf",
    "1234.pdf",
    "drama.pdf",
    "premises plan.pdf",
    "minutes.doc",
    "accounts 2019.pdf",
    "",
]


@pytest.mark.parametrize("name", LETTERS)
def test_names_of_letters(name: str) -> None:
    assert looks_like_a_letter(name)
    assert looks_like_a_letter(name.upper())


@pytest.mark.parametrize("name", OTHERS)
def test_other_names(name: str) -> None:
    assert not looks_like_a_letter(name)


@pytest.mark.parametrize(
    "name",
    [
        "DS30001.DS2",
        "DSS_0001.dss",
        "DM_0012.dss",
        "0001_JSMITH.ds2",
        "job 12345.doc",
        "C1224-003 0007 0001.vox",
        "U12-G3-P1-T20150412093005-S120-Fab.mp3",
    ],
)
def test_names_that_systems_give(name: str) -> None:
    assert has_job_number(name)


@pytest.mark.parametrize("name", ["letter.doc", "jobs.doc", "DSC00012.jpg", "2015.doc", "N 9912-017.doc"])
def test_names_that_people_give(name: str) -> None:
    assert not has_job_number(name)


def test_folders_of_typing_houses() -> None:
    assert all(map(is_batch_folder, ["Pending", "TYPED", "Completed/", " Archive"]))
    assert not any(map(is_batch_folder, ["images", "Dr Smith", ""]))


@given(st.text(max_size=400))
def test_no_name_raises(name: str) -> None:
    looks_like_a_letter(name)
    has_job_number(name)
    is_batch_folder(name)


def test_names_that_differ_in_digits_are_judged_each_for_itself() -> None:
    """What is remembered of a shape decides nothing that digits decide."""
    numbers = random.Random(3)  # noqa: S311 - numbers of a test
    shapes = "n0000-000_0_0 0000-00-00 00.00.0000 000_000_0000 ds00000.ds0 ab0000.ds0 0000_ab.c job_000".split()
    told = Counter[bool]()
    for _ in range(5_000):
        shape = numbers.choice(shapes) + numbers.choice(["", ".x", " x"])
        name = "".join(str(numbers.choice([0, 1, 2, 3, 9])) if sign == "0" else sign for sign in shape)
        plainly = bool(fetching.naming._NUMBERS.search(name) or fetching.naming._JOBS.search(name))
        told[plainly] += 1
        assert looks_like_a_letter(name) is plainly, name
        assert has_job_number(name) is bool(fetching.naming._JOBS.search(name)), name
    assert min(told.values()) > 500
