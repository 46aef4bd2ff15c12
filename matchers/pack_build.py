"""Letters to a pack, and the place where packs are made: alone, in a new generation, put in place at once."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from matchers.counting import Earlier
from matchers.errors import NotAPackError, PackBuildError, PackError, PackMissingError
from matchers.hashed_letter import Letter, LetterHasher
from matchers.keyring import Keyring
from matchers.keys import PackKey
from matchers.letter_marks import LetterMarks
from matchers.pack_format import (
    ARRAYS,
    ARRAYS_PREFIX,
    BUILDING_PREFIX,
    MANIFEST,
    Manifest,
    PackHistory,
    PackParameters,
    SoundsMark,
    finished_files,
    is_part,
    key_check,
    read_manifest,
    read_raw_manifest,
    remove_leftovers,
    write_manifest,
)
from matchers.private_files import make_private_folder
from matchers.rewriting import Rewriting, Target
from matchers.staging import StagedLetters, staged_folder
from matchers.thresholds import Thresholds

__all__ = [
    "DEFAULT_PARAMETERS",
    "LETTERS_TOGETHER",
    "Letter",
    "PackSummary",
    "StagedLetter",
    "build_pack",
    "staged_marks",
]

# Letters hashed together: one at a time takes a third longer, 256 are hardly faster, and 64 letters of 2,500 symbols
# take 5 MB.
LETTERS_TOGETHER = 64
DEFAULT_PARAMETERS = PackParameters()
_GENERATION_BYTES = 8

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, repr=False)
class StagedLetter:
    """A letter that `staged_marks` has: an earlier build had read it and did not come to its end."""

    letter_id: str
    mark: bytes


@dataclass(frozen=True, slots=True)
class PackSummary:
    """What a build or a change made.

    Attributes:
        pack_id: the same for the same letters, key and parameters, built at once.
        letters: in the pack, the too short ones included.
        shingles: rows of the table of shingles.
        template_shingles: shingles that many letters share.
        size: bytes of all array files.
        too_short: ids of new letters with too little text to hold a single shingle; they can never be found.
        copies: groups of ids whose letters are copies of one letter, a new one among them. Each copy is reported; in a
            group of more than `MOST_COPIES` none is, because what is there so often is a form and counts as template.
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
    letters: Iterable[Letter | StagedLetter],
    folder: Path,
    key: PackKey,
    parameters: PackParameters = DEFAULT_PARAMETERS,
    progress: Progress | None = None,
) -> PackSummary:
    """Build the pack of these letters at `folder`, or put it in the place of the pack that is there.

    Killed at any moment it leaves the old pack or the new one. Letters that have marks outlive a build that was
    killed: the next one may name them instead of reading them again.

    Args:
        letters: to be read; for one that `staged_marks` has it is enough to name it.
        folder: of the pack.
        key: a new pack is made under it, whatever key an earlier one had.
        parameters: of the pack.
        progress: is told how many letters have been read.

    Raises:
        NotAPackError: something else is at `folder`; it is left alone.
        PackBuildError: no letters, an id twice, a disk that is full, another build at work.
    """
    check_place(folder)
    keyring = Keyring.of(key)
    with alone(folder), staged_letters(folder, keyring, parameters) as staged:
        stage(staged, letters, LetterHasher(keyring, parameters), progress)
        read = len(staged.chosen)
        if not read:
            raise PackBuildError(f"{folder}: there are no letters to make a pack of")
        version = Version(keyring, parameters, PackHistory(now(), read, now()), sounds=_known_sounds(folder, key))
        return rewritten(folder, version, (), staged)


def _known_sounds(folder: Path, key: PackKey) -> SoundsMark | None:
    """The recordings of the pack that is replaced, where this key opens them."""
    try:
        return read_manifest(folder, key).sounds
    except PackError:
        return None


def staged_marks(folder: Path, key: PackKey, parameters: PackParameters = DEFAULT_PARAMETERS) -> LetterMarks:
    """The letters that a build which was killed had read. `LetterMarks.mark` tells what each was made from."""
    return marks_staged_for(folder, Keyring.of(key), parameters)


def marks_staged_for(folder: Path, keyring: Keyring, parameters: PackParameters) -> LetterMarks:
    """The same under any keyring."""
    place = staged_folder(folder, keyring, parameters)
    if not place.is_dir():
        return LetterMarks()
    return StagedLetters(place, keyring, only_read=True).marks


@dataclass(frozen=True, slots=True, repr=False)
class Version:
    """What the next generation is written with."""

    keyring: Keyring
    parameters: PackParameters
    history: PackHistory
    thresholds: Thresholds | None = None
    sounds: SoundsMark | None = None


def rewritten(
    folder: Path, version: Version, earlier: Sequence[Earlier], staged: StagedLetters | None = None
) -> PackSummary:
    """Write a generation and put it in place; the folder is held by `alone`."""
    generation = secrets.token_hex(_GENERATION_BYTES)
    building = folder / f"{BUILDING_PREFIX}{generation}"
    make_private_folder(building)
    try:
        target = Target(building, version.keyring, version.parameters, generation)
        written = Rewriting(target, earlier).write(staged)
        files = finished_files(building, ARRAYS)
        manifest = Manifest(
            pack_id=written.pack_id,
            generation=generation,
            parameters=version.parameters,
            counts=written.counts,
            key_check=key_check(version.keyring.current),
            sealed_figures=written.sealed_figures,
            files=files,
            keyring=version.keyring.sealed(),
            history=version.history,
            columns=written.columns,
            thresholds=version.thresholds,
            sounds=version.sounds,
        )
        building.rename(folder / f"{ARRAYS_PREFIX}{generation}")
        write_manifest(folder, manifest)
        remove_leftovers(folder, generation)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return PackSummary(
        pack_id=manifest.pack_id,
        letters=manifest.counts.letters,
        shingles=manifest.counts.shingles,
        template_shingles=manifest.counts.template_shingles,
        size=sum(mark.size for mark in files.values()),
        too_short=written.too_short,
        copies=written.copies,
    )


@contextmanager
def staged_letters(folder: Path, keyring: Keyring, parameters: PackParameters) -> Iterator[StagedLetters]:
    """The letters that wait for this pack, for one change of it; with the block they go.

    What waits under another key or with other parameters is removed at once. If the block fails, whole batches of
    letters with marks stay for the next time.
    """
    place = staged_folder(folder, keyring, parameters)
    remove_leftovers(folder, None, place.name)
    staged = StagedLetters(place, keyring)
    try:
        yield staged
    except BaseException:
        if not staged.can_be_resumed():
            staged.remove()
        raise
    staged.remove()


def stage(
    staged: StagedLetters,
    letters: Iterable[Letter | StagedLetter],
    hasher: LetterHasher,
    progress: Progress | None = None,
) -> None:
    """Read letters until there are no more.

    Raises:
        PackBuildError: an id is given twice, or a letter is named that does not wait.
    """
    source = iter(letters)
    read = 0
    while batch := list(islice(source, LETTERS_TOGETHER)):
        fresh = [letter for letter in batch if isinstance(letter, Letter)]
        for named in batch:
            if isinstance(named, StagedLetter) and not staged.resume(named.letter_id, named.mark):
                raise PackBuildError("another change of the pack came between; run the command again")
        if fresh:
            staged.add(hasher.hashed(fresh))
        read += len(batch)
        if progress:
            progress(read)
    staged.flush()
    if not LetterMarks(staged.chosen_ids()).is_distinct():
        raise PackBuildError("a letter id is given twice; every letter needs its own")


def now() -> str:
    """The time, as a manifest has it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def check_place(folder: Path) -> None:
    """Is there nothing at `folder`, or a pack, or what a killed first build left?

    Raises:
        NotAPackError: it is something else.
    """
    if folder.is_dir() and not (folder / MANIFEST).exists() and all(is_part(entry) for entry in folder.iterdir()):
        return
    try:
        read_raw_manifest(folder)
    except PackMissingError:
        return
    except NotAPackError:
        raise NotAPackError(f"{folder}: holds something that is not a pack; name another folder") from None


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Make the folder of a pack and hold it against others who change it; the lock goes with the process.

    Raises:
        PackBuildError: somebody is at work there, or the system refuses what the block does with files.
    """
    try:
        make_private_folder(folder)
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            _lock(descriptor, folder)
            yield
        finally:
            os.close(descriptor)
    except OSError as error:
        raise PackBuildError(f"{folder}: the pack can not be written: {error.strerror}") from error


def _lock(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise PackBuildError(f"{folder}: another build is at work here; wait for it to end") from None
