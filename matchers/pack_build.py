"""Letters to a pack, in two passes: count every shingle, then keep the rare ones. What grows with it is on disk."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from matchers.errors import NotAPackError, PackBuildError, PackMissingError
from matchers.keys import PackKey
from matchers.letter_arrays import LetterArrays
from matchers.pack_format import (
    ARRAYS,
    ARRAYS_PREFIX,
    BUILDING_PREFIX,
    MANIFEST,
    FileMark,
    Manifest,
    PackParameters,
    array_path,
    digest_file,
    is_part,
    key_check,
    read_raw_manifest,
    remove_leftovers,
    sync_folder,
    write_manifest,
)
from matchers.private_files import make_private_folder

# Letters hashed together: one at a time takes a third longer, 256 are hardly faster, and 64 letters of 2,500 symbols
# take 5 MB.
LETTERS_TOGETHER = 64
DEFAULT_PARAMETERS = PackParameters()
_GENERATION_BYTES = 8


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """A letter that the organisation knows it wrote: an opaque id and its text."""

    letter_id: str
    text: str


@dataclass(frozen=True, slots=True)
class PackSummary:
    """What a build made.

    Attributes:
        pack_id: the same for the same letters, key and parameters.
        letters: in the pack, the too short ones included.
        shingles: kept rare shingles.
        template_shingles: shingles that many letters share.
        size: bytes of all array files.
        too_short: ids of letters with too little text to hold a single shingle; they can never be found.
        copies: groups of ids whose letters are copies of one letter. Each copy is reported; in a group of more than
            `MOST_COPIES` none is, because what is there so often is a form and counts as template.
    """

    pack_id: str
    letters: int
    shingles: int
    template_shingles: int
    size: int
    too_short: tuple[str, ...]
    copies: tuple[tuple[str, ...], ...]

    @property
    def bytes_per_letter(self) -> float:
        """Bytes that one letter takes, on average."""
        return self.size / self.letters


def build_pack(
    letters: Iterable[Letter],
    folder: Path,
    key: PackKey,
    parameters: PackParameters = DEFAULT_PARAMETERS,
    progress: Callable[[int], None] | None = None,
) -> PackSummary:
    """Build the pack of these letters at `folder`, or put it in the place of the pack that is there.

    Killed at any moment it leaves the old pack or the new one. `progress` is told how many letters have been read.

    Raises:
        NotAPackError: something else is at `folder`; it is left alone.
        PackBuildError: no letters, an id twice, a disk that is full, another build at work.
    """
    _check_place(folder)
    generation = secrets.token_hex(_GENERATION_BYTES)
    try:
        make_private_folder(folder)
        with _alone(folder):
            return _built(letters, folder, key, parameters, (generation, progress))
    except OSError as error:
        raise PackBuildError(f"{folder}: the pack can not be written: {error.strerror}") from error


_Run = tuple[str, Callable[[int], None] | None]
# Ids of the letters that are too short, and of the copies.
_Told = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]


def _built(letters: Iterable[Letter], folder: Path, key: PackKey, parameters: PackParameters, run: _Run) -> PackSummary:
    generation, progress = run
    building = folder / f"{BUILDING_PREFIX}{generation}"
    make_private_folder(building)
    try:
        too_short: list[str] = []
        with LetterArrays(building, key, parameters, generation) as arrays:
            for batch in _batches(letters):
                too_short += arrays.add([letter.letter_id for letter in batch], [letter.text for letter in batch])
                if progress:
                    progress(arrays.letters)
            if not arrays.letters:
                raise PackBuildError(f"{folder}: there are no letters to make a pack of")
            counts = arrays.finish()
        draft = Manifest(arrays.pack_id, generation, parameters, counts, key_check(key), arrays.sealed_median, files={})
        return _put_in_place(folder, draft, (tuple(too_short), arrays.copies))
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _put_in_place(folder: Path, draft: Manifest, told: _Told) -> PackSummary:
    too_short, copies = told
    building = folder / f"{BUILDING_PREFIX}{draft.generation}"
    files = {}
    for name in ARRAYS:
        path = array_path(building, name)
        with path.open("rb") as file:
            os.fsync(file.fileno())
        files[name] = FileMark(path.stat().st_size, digest_file(path))
    manifest = replace(draft, files=files)
    sync_folder(building)
    building.rename(folder / f"{ARRAYS_PREFIX}{draft.generation}")
    write_manifest(folder, manifest)
    remove_leftovers(folder, draft.generation)
    return PackSummary(
        pack_id=manifest.pack_id,
        letters=draft.counts.letters,
        shingles=draft.counts.shingles,
        template_shingles=draft.counts.template_shingles,
        size=sum(mark.size for mark in files.values()),
        too_short=too_short,
        copies=copies,
    )


def _batches(letters: Iterable[Letter]) -> Iterator[list[Letter]]:
    source = iter(letters)
    while batch := list(islice(source, LETTERS_TOGETHER)):
        yield batch


def _check_place(folder: Path) -> None:
    """Is there nothing at `folder`, or a pack, or what a killed first build left?"""
    if folder.is_dir() and not (folder / MANIFEST).exists() and all(is_part(entry) for entry in folder.iterdir()):
        return
    try:
        read_raw_manifest(folder)
    except PackMissingError:
        return
    except NotAPackError:
        raise NotAPackError(f"{folder}: holds something that is not a pack; name another folder") from None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder against a second build; the lock goes with the process."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise PackBuildError(f"{folder}: another build is at work here; wait for it to end") from None
    try:
        yield
    finally:
        os.close(descriptor)
