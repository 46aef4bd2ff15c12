"""Recordings as a pack holds them: fingerprints sealed one by one, and an index of their frames sealed row by row.

Files of a folder `sounds-<generation>`; docs/fingerprint-pack.md says what each holds.
"""

from __future__ import annotations

import secrets
import struct
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from matchers.errors import PackBuildError, PackDamagedError
from matchers.keys import PackKey
from matchers.pack_format import BUILDING_PREFIX, SOUND_ARRAYS, SoundsMark, array_path, finished_files
from matchers.private_files import make_private_folder
from matchers.seals import SALT_BYTES, Part, RowSeal, Seal
from matchers.siphash import Words
from matchers.spill import PARTS, ArrayFile, PartedRecords, mapped

Frames = NDArray[np.uint32]

MARK_BYTES: Final = 16
_GENERATION_BYTES = 8
# First frame, first byte of the id; frames, those that speak, bytes of the id; mark.
_SIZES = struct.Struct(f"<2Q3I{MARK_BYTES}s")
# A place in the index has 32 bits: 55,000 hours of sound.
_MOST_FRAMES = (1 << 32) - 1
_SHIFT = np.uint64(32)
_PLACE = np.uint64((1 << 32) - 1)
# Rows of the index from one that is kept open in memory to the next: 2,400 for a year of sound.
_STEP = 4096
# Recordings whose frames are kept open: 16 kB each, of three minutes.
_OPENED = 256


@dataclass(frozen=True, slots=True, repr=False)
class Recording:
    """One recording, open.

    Attributes:
        recording_id: its opaque id.
        mark: digest of its file, 16 bytes.
        frames: its fingerprint; 0 where a frame says nothing.
    """

    recording_id: str
    mark: bytes
    frames: Frames


def write_recordings(pack: Path, key: PackKey, recordings: Iterable[Recording]) -> SoundsMark:
    """Write a generation of recordings into the folder of a pack; it counts once pack.json names it.

    Raises:
        PackBuildError: there is more sound than places have room for.
    """
    generation = secrets.token_hex(_GENERATION_BYTES)
    building = pack / f"{BUILDING_PREFIX}{generation}"
    make_private_folder(building)
    writer = _Writer(key, generation)
    with ExitStack() as stack:
        files = {
            name: stack.enter_context(ArrayFile(array_path(building, name), dtype))
            for name, dtype in SOUND_ARRAYS.items()
        }
        rows = stack.enter_context(closing(PartedRecords(building, "<u8")))
        for recording in recordings:
            writer.write(recording, files, rows)
        writer.write_index(files["sound_index"], rows)
    mark = SoundsMark(generation, writer.recordings, writer.frames, finished_files(building, SOUND_ARRAYS))
    building.rename(mark.folder(pack))
    return mark


class _Writer:
    def __init__(self, key: PackKey, generation: str) -> None:
        self._subkey = key.subkey("sounds")
        self._row_seal = RowSeal(key.subkey("sound-rows"), generation)
        self.recordings = self.frames = self._id_bytes = 0

    def write(self, recording: Recording, files: dict[str, ArrayFile], rows: PartedRecords) -> None:
        frames = np.ascontiguousarray(recording.frames, dtype="<u4")
        if self.frames + len(frames) > _MOST_FRAMES:
            raise PackBuildError("a pack holds 55,000 hours of sound; make a second one for the rest")
        written = recording.recording_id.encode()
        salt = secrets.token_bytes(SALT_BYTES)
        seal = Seal(self._subkey, salt)
        speaking = int(np.count_nonzero(frames))
        sizes = _SIZES.pack(self.frames, self._id_bytes, len(frames), speaking, len(written), recording.mark)
        files["sound_salts"].append(np.frombuffer(salt, dtype=np.uint8))
        files["sound_sizes"].append(seal.applied(Part.SIZES, np.frombuffer(sizes, dtype=np.uint8)))
        files["sound_ids"].append(seal.applied(Part.LETTER_ID, np.frombuffer(written, dtype=np.uint8)))
        files["sound_frames"].append(seal.applied(Part.FRAMES, frames).view("<u4"))
        places = np.flatnonzero(frames).astype(np.uint64) + np.uint64(self.frames)
        entries = frames[frames != 0].astype(np.uint64) << _SHIFT | places
        rows.add(entries, entries)
        self.recordings += 1
        self.frames += len(frames)
        self._id_bytes += len(written)

    def write_index(self, file: ArrayFile, rows: PartedRecords) -> None:
        written = 0
        for number in range(PARTS):
            part = np.sort(rows.part(number))
            file.append(self._row_seal.applied(np.arange(written, written + len(part)), part))
            written += len(part)


class StoredRecordings:
    """The recordings of an opened pack. May be shared by threads.

    Args:
        pack: folder of the pack.
        mark: what pack.json says of them.
        key: of the pack.
    """

    def __init__(self, pack: Path, mark: SoundsMark, key: PackKey) -> None:
        self._folder = pack
        folder = mark.folder(pack)
        self._arrays: dict[str, NDArray[Any]] = {
            name: mapped(array_path(folder, name), dtype) for name, dtype in SOUND_ARRAYS.items()
        }
        self._subkey = key.subkey("sounds")
        self._row_seal = RowSeal(key.subkey("sound-rows"), mark.generation)
        opened = [self._opened_sizes(number) for number in range(mark.recordings)]
        self._sizes = opened
        self.starts = np.array([each[0] for each in opened], dtype=np.int64)
        self.speaking = np.array([each[3] for each in opened], dtype=np.int64)
        if mark.frames != len(self._arrays["sound_frames"]) or not self._follow():
            raise PackDamagedError(f"{pack}: its recordings are damaged; restore the pack or add them again")
        self.frames_of = lru_cache(_OPENED)(self._frames_of)
        rows = np.arange(0, len(self._arrays["sound_index"]), _STEP)
        self._samples = self._row_seal.applied(rows, np.asarray(self._arrays["sound_index"][::_STEP]))

    def __len__(self) -> int:
        return len(self._sizes)

    def recording_id(self, number: int) -> str:
        """The id of one recording."""
        _, start, _, _, size, _ = self._sizes[number]
        sealed = np.asarray(self._arrays["sound_ids"][start : start + size])
        return bytes(self._seal(number).applied(Part.LETTER_ID, sealed)).decode()

    def mark_of(self, number: int) -> bytes:
        """The digest of its file."""
        return bytes(self._sizes[number][5])

    def opened(self) -> Iterator[Recording]:
        """All of them, one after the other."""
        for number in range(len(self)):
            yield Recording(self.recording_id(number), self.mark_of(number), self._frames_of(number))

    def look_up(self, frames: Frames, most: int, in_all: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where frames stand: indices into `frames`, and for each a place among the frames of all recordings.

        A frame that stands in more than `most` places says little, and gives none. Of more than `in_all` places those
        of the rarest frames are given.
        """
        wanted = frames.astype(np.uint64) << _SHIFT
        first, end = self._lower_bound(wanted), self._lower_bound(wanted | _PLACE)
        counts = np.where(end - first <= most, end - first, 0)
        rarest = np.argsort(counts, kind="stable")
        counts[rarest[np.cumsum(counts[rarest]) > in_all]] = 0
        asked = np.repeat(np.arange(len(frames)), counts)
        rows = np.repeat(first, counts) + np.arange(len(asked)) - np.repeat(np.cumsum(counts) - counts, counts)
        opened = self._rows(rows)
        return asked, (opened & _PLACE).astype(np.int64)

    def _lower_bound(self, wanted: Words) -> NDArray[np.int64]:
        """The first row that is not below, for each."""
        rows = len(self._arrays["sound_index"])
        after = np.searchsorted(self._samples, wanted, side="left").astype(np.int64)
        low = np.maximum(after - 1, 0) * _STEP
        high = np.minimum(after * _STEP, rows)
        while (open_ := np.flatnonzero(low < high)).size:
            middle = (low[open_] + high[open_]) // 2
            is_below = self._rows(middle) < wanted[open_]
            low[open_] = np.where(is_below, middle + 1, low[open_])
            high[open_] = np.where(is_below, high[open_], middle)
        return low

    def _rows(self, rows: NDArray[np.int64]) -> Words:
        return self._row_seal.applied(rows, np.asarray(self._arrays["sound_index"][rows]))

    def _frames_of(self, number: int) -> Frames:
        start, _, count, _, _, _ = self._sizes[number]
        sealed = np.asarray(self._arrays["sound_frames"][start : start + count])
        return self._seal(number).applied(Part.FRAMES, sealed).view("<u4")

    def _opened_sizes(self, number: int) -> tuple[Any, ...]:
        sealed = np.asarray(self._arrays["sound_sizes"][number * _SIZES.size : (number + 1) * _SIZES.size])
        return _SIZES.unpack(bytes(self._seal(number).applied(Part.SIZES, sealed)))

    def _seal(self, number: int) -> Seal:
        salt = self._arrays["sound_salts"][number * SALT_BYTES : (number + 1) * SALT_BYTES]
        return Seal(self._subkey, bytes(salt))

    def _follow(self) -> bool:
        """Does each begin where the one before it ends?"""
        frame = byte = speaking = 0
        for start, id_start, count, speaks, id_bytes, _ in self._sizes:
            if (start, id_start) != (frame, byte) or speaks > count:
                return False
            frame, byte, speaking = frame + count, byte + id_bytes, speaking + speaks
        return (frame, byte, speaking) == tuple(
            len(self._arrays[name]) for name in ("sound_frames", "sound_ids", "sound_index")
        )
