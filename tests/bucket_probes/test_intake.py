from __future__ import annotations

import pytest

from bucket_probes.intake import Intake, Rank, Taken
from documents.records import Cue, EntryKind, SkipReason
from fetching.bucket_listings import ListedObject

PARENT = "http://s3.example/b/"


def take(*items: ListedObject | str, body_bytes: int = 1000) -> Taken:
    listed = [ListedObject(item, 5) if isinstance(item, str) else item for item in items]
    return Intake(PARENT, body_bytes, lambda item: PARENT + item.key).take(listed)


@pytest.mark.parametrize(
    ("key", "rank"),
    [
        ("clinic letter.pdf", Rank.LETTER),
        ("Letters/2024/0001.pdf", Rank.IN_LETTER_FOLDER),
        ("Letters/2024/0001", Rank.IN_LETTER_FOLDER),
        ("Letters/2024/scan0001.jpg", Rank.IN_LETTER_FOLDER),
        ("Letters/2024/0001.jpg", Rank.DOCUMENT),
        ("Letters/index.html", Rank.DOCUMENT),
        ("a/0001.pdf", Rank.DOCUMENT),
        ("a/index.html", Rank.PAGE),
        ("a/0001", Rank.UNKNOWN),
        ("a/x.json", Rank.UNKNOWN),
        ("a/x.jpg", Rank.UNLIKELY),
        ("a/x.dss", Rank.DOCUMENT),
        ("a/x.css", None),
        ("Letters/x.js", None),
        ("a/b/", None),
    ],
)
def test_what_a_key_is_worth(key: str, rank: Rank | None) -> None:
    taken = take(ListedObject(key, 0 if key.endswith("/") else 5))
    assert [each.rank for each in taken.wanted] == ([] if rank is None else [rank])
    old = take(ListedObject(key, 0 if key.endswith("/") else 5, version="1", is_current=False))
    assert [each.rank for each in old.wanted] == ([] if rank is None else [rank + 10])
    assert len(taken.entries) == 1


def test_the_cues_of_one_folder() -> None:
    """Sound beside its transcript is dictation, and only its head is asked for; that of another folder is music."""
    taken = take("a/DM_1.wav", "a/DM_1.doc", "b/waltz.wav", "a/waltz.doc", "a/~$DM_1.doc")
    cues = {entry.url.removeprefix(PARENT): entry.cue for entry in taken.entries}
    assert cues["a/DM_1.wav"] is Cue.DICTATION_AUDIO
    assert cues["a/DM_1.doc"] is Cue.TRANSCRIPT_OF_AUDIO
    assert cues["b/waltz.wav"] is None
    assert cues["a/~$DM_1.doc"] is Cue.WORD_LOCK_FILE
    assert {each.item.key: each.head for each in taken.wanted} == {
        "a/DM_1.wav": True,
        "a/DM_1.doc": False,
        "a/waltz.doc": False,
    }


def test_what_is_too_large_is_told_but_not_a_dictation() -> None:
    taken = take(
        ListedObject("a.pdf", 1001), ListedObject("a.dss", 10**9), ListedObject("b.pdf"), ListedObject("c.pdf", 0)
    )
    assert [(each.url, each.reason, each.parent) for each in taken.skips] == [
        (PARENT + "a.pdf", SkipReason.TOO_LARGE, PARENT)
    ]
    assert [each.item.key for each in taken.wanted] == ["a.dss", "b.pdf"]


def test_what_was_deleted_is_an_entry_and_never_asked_for() -> None:
    marker = ListedObject("a.pdf", version="2", is_current=False, deleted=True)
    kept = ListedObject("b.pdf", 7, version="2", is_current=False, deleted=True)
    taken = take(marker, kept)
    assert [entry.kind for entry in taken.entries] == [EntryKind.FILE] * 2
    assert taken.wanted == []
    assert [(each.url, each.reason) for each in taken.skips] == [(PARENT + "b.pdf", SkipReason.ACCESS_DENIED)]
