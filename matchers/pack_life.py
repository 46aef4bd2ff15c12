"""What happens to a pack after it was built: letters added, replaced and erased, two packs merged, another key.

Every change writes a new generation beside the old one and puts it in its place; see `matchers.rewriting`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matchers.counting import Earlier
from matchers.errors import PackBuildError
from matchers.hashed_letter import Letter, LetterHasher
from matchers.keys import PackKey
from matchers.letter_marks import LetterMarks
from matchers.pack import Pack, open_pack
from matchers.pack_build import (
    PackSummary,
    Progress,
    StagedLetter,
    Version,
    alone,
    now,
    rewritten,
    stage,
    staged_letters,
)
from matchers.pack_format import (
    Manifest,
    PackHistory,
    SoundsMark,
    read_manifest,
    read_raw_manifest,
    write_manifest,
)
from matchers.sound_life import merged_recordings, put_in_place, recordings_named, under_key, without_recordings
from matchers.staging import StagedLetters
from matchers.table_rows import GONE
from matchers.thresholds import Thresholds


@dataclass(frozen=True, slots=True, repr=False)
class Change:
    """What is to become of a pack.

    Attributes:
        letters: new ones, and new texts of those that are there.
        erase: ids of letters that go.
        replaces: a new letter may have the id of one that is there, which it replaces.
    """

    letters: Iterable[Letter | StagedLetter] = ()
    erase: Collection[str] = ()
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class ChangeSummary:
    """What has become of a pack.

    Attributes:
        pack: what it is now; None if none of its letters was changed.
        added: letters that were not there.
        replaced: letters that were there with another text or other identifiers.
        erased: letters that were there and are not.
        heard: recordings that came in.
        unheard: recordings that were there and are not.
    """

    pack: PackSummary | None
    added: int = 0
    replaced: int = 0
    erased: int = 0
    heard: int = 0
    unheard: int = 0


def change_pack(folder: Path, key: PackKey, change: Change, progress: Progress | None = None) -> ChangeSummary:
    """Add, replace and erase letters in one step. Killed at any moment it leaves the old pack or the new one.

    Raises:
        PackError: the pack can not be opened; an id is given twice, is there already, or is to be erased and is not
            there; no letter would be left; somebody else is at work. Nothing was changed then.
    """
    read_raw_manifest(folder)
    with alone(folder):
        pack = open_pack(folder, key)
        with staged_letters(folder, pack.keyring, pack.parameters) as staged:
            stage(staged, change.letters, LetterHasher(pack.keyring, pack.parameters), progress)
            marks = pack.marks()
            unheard = recordings_named(pack, change.erase)
            gone = _named(marks, change.erase, unheard)
            replaced = marks.numbers(letter_id for letter_id, _ in staged.chosen_ids())
            if len(replaced) and not change.replaces:
                raise PackBuildError(
                    f"{folder}: {len(replaced)} of these letters are in the pack with another content; "
                    "`stray pack sync` replaces letters"
                )
            out = np.union1d(gone, replaced)
            added = len(staged.chosen) - len(replaced)
            sounds = without_recordings(folder, key, pack, unheard)
            if not len(staged.chosen) and not len(out):
                if unheard:
                    put_in_place(folder, pack, sounds)
                return ChangeSummary(None, unheard=len(unheard))
            summary = _changed(folder, pack, out, staged, sounds)
    erased = len(out) - len(replaced)
    return ChangeSummary(summary, added, len(replaced), erased, unheard=len(unheard))


def _changed(
    folder: Path, pack: Pack, out: NDArray[np.int64], staged: StagedLetters, sounds: SoundsMark | None
) -> PackSummary:
    history = pack.manifest.history
    version = _version(
        pack, replace(history, added=history.added + len(staged.chosen), erased=history.erased + len(out))
    )
    version = replace(version, sounds=sounds)
    kept = _numbers(pack.letters, out)
    if not len(staged.chosen) and not (kept != GONE).any():
        raise PackBuildError(f"{folder}: no letter would be left; to be rid of a pack, remove its folder")
    return rewritten(folder, version, [Earlier(pack, kept)], staged)


def _named(marks: LetterMarks, erase: Collection[str], recordings: Collection[str]) -> NDArray[np.int64]:
    """Numbers of the letters; an id may be a recording's, or that of a letter and its recording."""
    named = marks.numbers(erase)
    missing = sum(each not in marks and each not in recordings for each in set(erase))
    if missing:
        raise PackBuildError(f"{missing} of {len(set(erase))} ids are not in the pack; nothing was erased")
    return named


def _numbers(letters: int, out: NDArray[np.int64], first: int = 0) -> NDArray[np.int64]:
    """For each letter its number in the new pack, from `first` on."""
    kept = np.ones(letters, dtype=np.bool_)
    kept[out] = False
    return np.where(kept, first + np.cumsum(kept) - 1, GONE)


def _version(pack: Pack, history: PackHistory) -> Version:
    manifest = pack.manifest
    return Version(pack.keyring, pack.parameters, replace(history, changed=now()), manifest.thresholds, manifest.sounds)


def merge_packs(folder: Path, other: Path, key: PackKey) -> ChangeSummary:
    """Take the letters of another pack of the same key into this one. The other stays as it is.

    A letter that both have counts once. Shingles that each pack has in one letter only are counted together where both
    kept them, which is one of 8: a pack built of all letters knows its templates better.

    Raises:
        PackError: a pack can not be opened; they have other keys or parameters; a letter has another content in each.
    """
    read_raw_manifest(folder)
    with alone(folder):
        mine, theirs = open_pack(folder, key), open_pack(other, key)
        if not mine.keyring.hashes_like(theirs.keyring):
            raise PackBuildError(f"{other}: its key was rotated and that of {folder} was not, or from another one")
        if mine.parameters != theirs.parameters:
            raise PackBuildError(f"{other}: was built with other parameters than {folder}")
        both = _in_both(mine, theirs)
        sounds = merged_recordings(folder, key, mine, theirs)
        if len(both) == theirs.letters:
            heard = (sounds.recordings if sounds else 0) - (
                mine.manifest.sounds.recordings if mine.manifest.sounds else 0
            )
            if heard:
                put_in_place(folder, mine, sounds)
            return ChangeSummary(None, heard=heard)
        old, more = mine.manifest, theirs.manifest
        history = replace(
            old.history,
            built=min(old.history.built, more.history.built),
            built_letters=old.history.built_letters,
            added=old.history.added + theirs.letters - len(both),
        )
        version = replace(_version(mine, history), thresholds=_stricter(old, more), sounds=sounds)
        earlier = [
            Earlier(mine, _numbers(mine.letters, np.zeros(0, dtype=np.int64))),
            Earlier(theirs, _numbers(theirs.letters, both, first=mine.letters)),
        ]
        summary = rewritten(folder, version, earlier)
        return ChangeSummary(summary, added=theirs.letters - len(both), heard=_more(mine, sounds))


def _more(pack: Pack, sounds: SoundsMark | None) -> int:
    """How many recordings came to those of a pack."""
    return (sounds.recordings if sounds else 0) - (pack.manifest.sounds.recordings if pack.manifest.sounds else 0)


def _in_both(mine: Pack, theirs: Pack) -> NDArray[np.int64]:
    """Numbers of the letters of the second pack that the first has too."""
    own = mine.marks()
    common, differing = [], 0
    for number in range(theirs.letters):
        letter = theirs.letter(number)
        at = own.number(letter.letter_id)
        if at is not None:
            common.append(number)
            differing += mine.letter(at).sizes.content != letter.sizes.content
    if differing:
        raise PackBuildError(
            f"{differing} letters are in both packs under one id, with another content in each; "
            "erase them from the pack where they are wrong"
        )
    return np.array(common, dtype=np.int64)


def _stricter(one: Manifest, other: Manifest) -> Thresholds | None:
    if one.thresholds is None or other.thresholds is None:
        return one.thresholds or other.thresholds
    return one.thresholds.stricter(other.thresholds)


def rotate_key(folder: Path, key: PackKey, new: PackKey) -> PackSummary:
    """Put a pack under a new key: from then on the old one opens nothing of it, also in the hands of who knows it.

    Raises:
        PackError: the pack can not be opened, or the new key is the old one.
    """
    read_raw_manifest(folder)
    with alone(folder):
        pack = open_pack(folder, key)
        version = replace(_version(pack, pack.manifest.history), keyring=pack.keyring.rotated(new))
        version = replace(version, sounds=under_key(folder, pack, new))
        return rewritten(folder, version, [Earlier(pack, np.arange(pack.letters))])


def set_thresholds(folder: Path, key: PackKey, thresholds: Thresholds | None) -> None:
    """Write how sure a verdict must be into the pack; None for the matcher's own thresholds.

    Raises:
        PackError: the pack can not be opened, or somebody is at work there.
    """
    read_raw_manifest(folder)
    with alone(folder):
        write_manifest(folder, replace(read_manifest(folder, key), thresholds=thresholds))
