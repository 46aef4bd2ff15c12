"""What the commands that read letters share: the key, the register, reading with progress, and telling of troubles."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from cli.console import notice, notices
from cli.errors import CommandError
from extraction.isolation import ExtractorPool
from inspection.letters import (
    LetterFile,
    LetterReader,
    PartialLetter,
    ReadLetter,
    UnchangedLetter,
    UnreadableLetter,
    write_mapping,
)
from inspection.register import Register, read_register
from matchers.keys import PackKey, create_key, load_key
from matchers.letter_marks import LetterMarks
from matchers.pack_build import Letter, PackSummary, StagedLetter

# Faults of a register that are told one by one; the rest is counted.
FAULTS_SHOWN = 20


def key_for(path: Path, pack_path: Path) -> PackKey:
    """The key; made when there is none yet, and then said.

    Raises:
        CommandError: it lies in the pack, or its folder is not there.
    """
    if path.resolve().is_relative_to(pack_path.resolve()):
        raise CommandError(f"{path} lies inside the pack {pack_path}; a key is kept where the pack is not")
    if path.exists():
        return load_key(path)
    if not path.parent.exists():
        raise CommandError(f"{path.parent}: no such folder for the key")
    key = create_key(path)
    notice(f"{path}: a new key; keep a copy where the pack is not: without it the pack is noise")
    return key


def register_at(path: Path | None) -> Register | None:
    """The register, if one is given; its faults are told by line and column, never by what stands there."""
    if path is None:
        return None
    register = read_register(path)
    for line, column in register.faults[:FAULTS_SHOWN]:
        notice(f"{path} line {line}: {column} can not be read as one; it is left out")
    if len(register.faults) > FAULTS_SHOWN:
        notice(f"{path}: {len(register.faults):,} values in all can not be read; they are left out")
    return register


def mapping_beside(key_path: Path) -> Path:
    """Where the names of files lie that ids of our own stand for."""
    return key_path.with_name(key_path.name + ".letters.csv")


def leave_mapping(files: list[LetterFile], key_path: Path, register: Register | None) -> None:
    """For files that no register names: what their ids stand for, beside the key."""
    unregistered = [file for file in files if not file.is_registered]
    if not unregistered:
        return
    mapping = mapping_beside(key_path)
    write_mapping(unregistered, mapping)
    if register is not None:
        notice(f"{len(unregistered)} of {len(files)} files are not in {register.path}; they get ids of our own")
    notice(f"{mapping}: which file each of these ids stands for; keep it with the key")


class Reading:
    """Letter files on their way into a pack, and what became of each that gave trouble.

    Args:
        files: to be read.
        in_pack: letters that the pack has; one that is as it was is not given again.
        staged: letters that an earlier run had read.
    """

    def __init__(
        self, files: Iterable[LetterFile], in_pack: LetterMarks | None = None, staged: LetterMarks | None = None
    ) -> None:
        self._files = list(files)
        self._in_pack = in_pack or LetterMarks()
        self._staged = staged or LetterMarks()
        self.unchanged = 0
        self.resumed = 0
        self.unreadable: list[UnreadableLetter] = []
        self._partial: list[PartialLetter] = []

    def __len__(self) -> int:
        return len(self._files)

    @contextmanager
    def letters(self, key: PackKey, register: Register | None) -> Iterator[Iterator[Letter | StagedLetter]]:
        """The letters to be put into the pack, read while they are asked for, with progress on a terminal."""
        workers = os.cpu_count() or 1
        with ExtractorPool(workers=workers) as extractors, reading_progress() as progress:
            task = progress.add_task("letters", total=len(self._files))
            reader = LetterReader(extractors, key, register, workers)
            results = reader.read(self._files, (self._in_pack, self._staged))
            yield self._given(progress.track(results, task_id=task))

    def _given(self, results: Iterable[ReadLetter]) -> Iterator[Letter | StagedLetter]:
        for result in results:
            match result:
                case UnreadableLetter():
                    self.unreadable.append(result)
                case PartialLetter():
                    self._partial.append(result)
                    yield result.letter
                case UnchangedLetter():
                    if self._in_pack.number_of(result.file.letter_id, result.mark) is not None:
                        self.unchanged += 1
                    else:
                        self.resumed += 1
                        yield StagedLetter(result.file.letter_id, result.mark)
                case Letter():
                    yield result

    def tell(self) -> None:
        """Each letter that could not be read, or not whole."""
        for left_out in self.unreadable:
            notice(f"not in the pack: {_told(left_out.file, left_out.reason, left_out.detail)}")
        for part in self._partial:
            notice(f"read in part: {_told(part.file, part.reason, part.detail)}")
        if self.resumed:
            notice(f"{self.resumed:,} letters had been read by a run that was cut short; they were not read again")


def tell_summary(summary: PackSummary) -> None:
    """What a person should know of new letters."""
    for group in summary.copies:
        notice(f"copies of one letter, found together or not at all: {', '.join(group)}")
    for letter_id in summary.too_short:
        notice(f"too short to be recognised: {letter_id}")


def _told(file: LetterFile, reason: str, detail: str) -> str:
    return f"{file.path}: {reason}" + (f" ({detail})" if detail else "")


def reading_progress() -> Progress:
    """On a terminal; nothing elsewhere."""
    console = notices()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
