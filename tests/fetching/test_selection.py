from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.records import Cue, Entry, EntryKind
from fetching.endings import FAMILIES, Family
from fetching.selection import Priority, Unselected, worth

# What text can be taken from, or what may hold it: never left out by its ending.
FETCHED = {Family.DOCUMENT, Family.ARCHIVE, Family.PAGE, Family.DATA, Family.PICTURE, Family.DICTATION}


def entry(name: str, kind: EntryKind = EntryKind.FILE, size: int | None = 1000, *, size_exact: bool = True) -> Entry:
    return Entry("https://files.example/x", kind, name, size, size_exact)


def test_the_best_come_first() -> None:
    rows = [
        (entry("Dr Smith clinic 12.04.15.doc"), Priority.LETTER),
        (entry("smith_urology_20150412.zip"), Priority.LETTER),
        (entry("project.pdf"), Priority.DOCUMENT),
        (entry("letter scan.jpg"), Priority.DOCUMENT),
        (entry("LETTER2"), Priority.DOCUMENT),
        (entry("Transcripts", EntryKind.DIRECTORY), Priority.LETTER_FOLDER),
        (entry("2015-04-12", EntryKind.UNKNOWN), Priority.LETTER_FOLDER),
        (entry("images", EntryKind.DIRECTORY), Priority.FOLDER),
        (entry("images", EntryKind.UNKNOWN), Priority.FOLDER),
        (entry("about.html"), Priority.PAGE),
        (entry("about", EntryKind.LINK), Priority.PAGE),
        (entry("accounts.csv"), Priority.UNKNOWN),
        (entry("noending"), Priority.UNKNOWN),
        (entry("a.unheardof"), Priority.UNKNOWN),
        (entry("photo.jpg"), Priority.UNLIKELY),
    ]
    for row, priority in rows:
        assert worth(row).priority is priority, row.name
    shuffled = [row for row, _ in rows]
    shuffled.sort(key=lambda row: row.name[::-1])
    in_order = sorted(shuffled, key=lambda row: worth(row).priority or 0)
    assert [worth(row).priority for row in in_order] == [priority for _, priority in rows]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (entry("letter.doc", size=0), Unselected.EMPTY),
        (entry("~$mith.doc"), Unselected.LOCK_FILE),
        (entry(".~lock.smith.odt#"), Unselected.LOCK_FILE),
        (entry("Thumbs.db"), Unselected.FOLDER_SETTINGS),
        (entry("style.css"), Unselected.STYLE),
        (entry("jquery.min.js"), Unselected.SCRIPT),
        (entry("clinic letter.mp4"), Unselected.VIDEO),
        (entry("setup.EXE"), Unselected.PROGRAM),
        (entry("disk.iso"), Unselected.DISK_IMAGE),
        (entry("font.woff2"), Unselected.FONT),
        (entry("dictation.wav"), Unselected.SOUND),
    ],
)
def test_what_can_hold_no_letter_says_why(row: Entry, reason: Unselected) -> None:
    found = worth(row)
    assert (found.priority, found.unselected, found.head_only) == (None, reason, False)


def test_a_size_that_is_rounded_to_nothing_is_not_empty() -> None:
    assert worth(entry("letter.doc", size=0, size_exact=False)).priority is Priority.LETTER
    assert worth(entry("letter.doc", size=None)).priority is Priority.LETTER
    assert worth(entry("Letters", EntryKind.DIRECTORY, size=0)).priority is Priority.LETTER_FOLDER


def test_of_dictation_only_the_head_is_asked_for() -> None:
    for name in ("DSS_0001.DS2", "a.dss"):
        assert worth(entry(name)).head_only
    assert not any(
        worth(entry(f"a.{ending}")).head_only for ending, family in FAMILIES.items() if family is not Family.DICTATION
    )


def test_sound_among_transcripts_is_asked_for_by_its_head() -> None:
    marked = replace(entry("a.wav", size=9_000_000), cue=Cue.DICTATION_AUDIO)
    assert worth(marked).head_only
    assert worth(replace(marked, size=0)).unselected is Unselected.EMPTY
    assert worth(replace(marked, cue=Cue.JOB_NUMBER)).unselected is Unselected.SOUND


def test_every_ending_is_fetched_or_says_why_not() -> None:
    for ending, family in FAMILIES.items():
        found = worth(entry(f"a.{ending}"))
        assert (found.priority is not None) == (family in FETCHED), ending
        assert (found.unselected is None) == (family in FETCHED), ending


@given(st.text(max_size=300), st.sampled_from(EntryKind), st.none() | st.integers(0, 1 << 62))
def test_a_row_is_selected_or_has_a_reason(name: str, kind: EntryKind, size: int | None) -> None:
    found = worth(entry(name, kind, size))
    assert (found.priority is None) != (found.unselected is None)


@pytest.mark.parametrize("name", ["waltz.mp3", "a.wav", "b.m4a", "c.OGG"])
def test_sound_is_asked_for_where_recordings_are_known(name: str) -> None:
    assert worth(entry(name)).unselected is Unselected.SOUND
    heard = worth(entry(name), hears=True)
    assert (heard.priority, heard.head_only) == (Priority.UNLIKELY, True)
    assert worth(entry("film.mp4"), hears=True).unselected is Unselected.VIDEO
