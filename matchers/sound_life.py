"""What happens to the recordings of a pack: added, replaced, erased, merged, put under another key.

Each change writes them all anew, with new salts, beside the old ones; the letters stay where they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from matchers.errors import PackBuildError
from matchers.keys import PackKey
from matchers.pack import Pack, open_pack
from matchers.pack_build import alone, now
from matchers.pack_format import SoundsMark, read_raw_manifest, remove_leftovers, write_manifest
from matchers.sound_store import Recording, write_recordings


@dataclass(frozen=True, slots=True)
class RecordingsSummary:
    """What became of recordings: new ones, those with another content than before; then all, and their frames."""

    added: int
    replaced: int
    recordings: int
    frames: int


def add_recordings(folder: Path, key: PackKey, recordings: Iterable[Recording]) -> RecordingsSummary:
    """Add recordings to a pack of letters; one whose id is there takes the place of the old one.

    Killed at any moment it leaves the old pack or the new one.

    Raises:
        PackError: the pack can not be opened, an id is given twice, or somebody else is at work. Nothing was changed.
    """
    read_raw_manifest(folder)
    with alone(folder):
        remove_leftovers(folder)
        pack = open_pack(folder, key)
        new = _Given(recordings)
        there = pack.recordings
        ids = {there.recording_id(number) for number in range(len(there))} if there else set()
        mark = write_recordings(folder, key, new.then(_kept(pack, new.ids)))
        if not new.ids:
            remove_leftovers(folder)
            return RecordingsSummary(0, 0, len(ids), pack.manifest.sounds.frames if pack.manifest.sounds else 0)
        put_in_place(folder, pack, mark)
    replaced = len(ids & new.ids)
    return RecordingsSummary(len(new.ids) - replaced, replaced, mark.recordings, mark.frames)


class _Given:
    """Recordings on their way in; their ids are known when all have come."""

    def __init__(self, recordings: Iterable[Recording]) -> None:
        self._recordings = recordings
        self.ids: set[str] = set()

    def then(self, others: Iterable[Recording]) -> Iterator[Recording]:
        for recording in self._recordings:
            if recording.recording_id in self.ids:
                raise PackBuildError("an id is given to two recordings; every recording needs its own")
            self.ids.add(recording.recording_id)
            yield recording
        yield from others


def _kept(pack: Pack, out: Collection[str]) -> Iterator[Recording]:
    """Those that stay; `out` is looked at when the first is asked for."""
    if pack.recordings is not None:
        yield from (each for each in pack.recordings.opened() if each.recording_id not in out)


def put_in_place(folder: Path, pack: Pack, sounds: SoundsMark | None) -> None:
    """From now on these are the recordings of the pack; what was there before goes."""
    manifest = pack.manifest
    write_manifest(folder, replace(manifest, sounds=sounds, history=replace(manifest.history, changed=now())))
    remove_leftovers(folder, manifest.generation)


def without_recordings(folder: Path, key: PackKey, pack: Pack, out: Collection[str]) -> SoundsMark | None:
    """The recordings of a pack without those of these ids, written; None where none are left."""
    mark = pack.manifest.sounds
    if mark is None or not out:
        return mark
    if mark.recordings == len(out):
        return None
    return write_recordings(folder, key, _kept(pack, out))


def recordings_named(pack: Pack, ids: Collection[str]) -> set[str]:
    """Those of the ids that are recordings of the pack."""
    stored = pack.recordings
    return {stored.recording_id(number) for number in range(len(stored))} & set(ids) if stored else set()


def under_key(folder: Path, pack: Pack, new: PackKey) -> SoundsMark | None:
    """The recordings of a pack sealed under another key."""
    return write_recordings(folder, new, _kept(pack, ())) if pack.manifest.sounds else None


def merged_recordings(folder: Path, key: PackKey, mine: Pack, theirs: Pack) -> SoundsMark | None:
    """The recordings of two packs, those that both have once.

    Raises:
        PackBuildError: one id has another recording in each.
    """
    if theirs.recordings is None:
        return mine.manifest.sounds
    own = {each.recording_id: each.mark for each in _kept(mine, ())}
    others = {each.recording_id: each.mark for each in _kept(theirs, ())}
    differing = sum(own[each] != others[each] for each in own.keys() & others.keys())
    if differing:
        raise PackBuildError(f"{differing} recordings are in both packs under one id, with another content in each")
    if others.keys() <= own.keys():
        return mine.manifest.sounds
    both = [_kept(mine, ()), _kept(theirs, own.keys())]
    return write_recordings(folder, key, (recording for part in both for recording in part))
