from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.records import Cue, Entry, EntryKind
from fetching.batches import cues_of


def listing(*names: str) -> list[Entry]:
    """Names that end in a slash are folders."""
    return [
        Entry(
            f"ftp://files.example/{number}",
            EntryKind.DIRECTORY if name.endswith("/") else EntryKind.FILE,
            name.rstrip("/"),
        )
        for number, name in enumerate(names)
    ]


def cues(*names: str) -> list[Cue | None]:
    rows = listing(*names)
    found = cues_of(rows)
    return [found.get(row.url) for row in rows]


@pytest.mark.parametrize(
    ("sound", "transcript"),
    [
        ("Smith 12.04.wav", "smith 12.04.DOC"), ("clip7.mp3", "clip7.rtf"), ("a1.m4a", "a1_typed.docx"),
        ("a1.wma", "a1.wma.doc"), ("b2.wav", "b2 - transcript.pdf"),
    ],
)  # fmt: skip
def test_sound_beside_its_transcript(sound: str, transcript: str) -> None:
    assert cues(sound, "other.doc", transcript) == [Cue.DICTATION_AUDIO, None, Cue.TRANSCRIPT_OF_AUDIO]


def test_dictation_needs_no_transcript() -> None:
    assert cues("a.dss", "b.DS2", "c.vox", "DM_0012.wav") == [Cue.DICTATION_AUDIO] * 4


def test_music_is_no_dictation() -> None:
    assert cues("01 overture.mp3", "02 aria.mp3", "cover.jpg", "booklet.pdf") == [None] * 4
    assert cues(".mp3", ".doc") == [None, None]


def test_jobs() -> None:
    names = ("N0412-017 0012 0003 LT.doc", "Job 12345.rtf", "U12-G3-P1-T20150412093005-S120-Fab.zip", "minutes.doc")
    assert cues(*names) == [Cue.JOB_NUMBER] * 3 + [None]


def test_what_programs_leave() -> None:
    assert cues("~$mith.doc") == [Cue.WORD_LOCK_FILE]
    assert cues("Thumbs.db", "letter.tmp", "letter.doc") == [Cue.DROPPING, Cue.DROPPING, None]
    assert cues("Thumbs.db", "photo.jpg") == [None, None]


def test_folders_of_a_typing_house() -> None:
    assert cues("Pending/", "Completed/", "images/") == [Cue.BATCH_FOLDER, Cue.BATCH_FOLDER, None]
    assert cues("Archive/", "images/") == [None, None]
    assert cues("Typed/") == [Cue.BATCH_FOLDER]


@given(st.lists(st.text(max_size=60), max_size=20))
def test_any_names(names: list[str]) -> None:
    rows = listing(*names)
    assert cues_of(rows).keys() <= {row.url for row in rows}
