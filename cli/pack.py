"""`stray pack`: fingerprints of the letters that the organisation knows."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from cli.console import json_line, notice, notices, results
from cli.errors import CommandError
from cli.options import format_option, pack_options
from extraction.isolation import ExtractorPool
from inspection.letters import (
    LetterFile,
    PartialLetter,
    UnreadableLetter,
    letter_files,
    read_letters,
    write_mapping,
)
from matchers.keys import PackKey, create_key, load_key
from matchers.pack import open_pack
from matchers.pack_build import Letter, build_pack


@click.group()
def pack() -> None:
    """The fingerprint pack: what known letters are recognised by; holds no readable text."""


@pack.command()
@click.argument("letters", metavar="LETTERS...", nargs=-1, required=True, type=click.Path(path_type=Path))
@pack_options
@click.option("--register", type=click.Path(path_type=Path), help="CSV with the columns letter_id and file.")
def build(letters: tuple[Path, ...], pack_path: Path, key_path: Path, register: Path | None) -> None:
    """Build a pack from folders of letters, in any type that extraction reads.

    Example: stray pack build letters/ --pack pack --key pack.key --register letters.csv
    """
    build_from_files(letters, pack_path, key_path, register)


def build_from_files(letters: tuple[Path, ...], pack_path: Path, key_path: Path, register: Path | None) -> None:
    """Read the letters and build the pack, telling on standard error what became of each that gave trouble.

    Raises:
        LettersError, PackError, CommandError: nothing was built; an earlier pack stays as it was.
    """
    if key_path.resolve().is_relative_to(pack_path.resolve()):
        raise CommandError(f"{key_path} lies inside the pack {pack_path}; a key is kept where the pack is not")
    key = _key(key_path)
    files = letter_files(letters, key, register)
    _leave_mapping(files, key_path, register)
    troubles = _Troubles(len(files), pack_path)
    with ExtractorPool(workers=os.cpu_count() or 1) as extractors, _progress() as progress:
        task = progress.add_task("letters", total=len(files))
        results = progress.track(read_letters(files, extractors), task_id=task)
        summary = build_pack(troubles.letters_of(results), pack_path, key)
    troubles.tell()
    for group in summary.copies:
        notice(f"copies of one letter, found together or not at all: {', '.join(group)}")
    for letter_id in summary.too_short:
        notice(f"too short to be recognised: {letter_id}")
    notice(f"{pack_path}: {summary.letters} letters, {summary.bytes_per_letter:,.0f} bytes a letter")
    if troubles.left_out:
        notice(f"{len(troubles.left_out)} of {len(files)} letters are NOT in the pack and will not be recognised")


class _Troubles:
    """Letters that gave no text, or a part of it: they are told at the end, and the build goes on."""

    def __init__(self, files: int, pack_path: Path) -> None:
        self._files = files
        self._pack_path = pack_path
        self.left_out: list[UnreadableLetter] = []
        self._partial: list[PartialLetter] = []

    def letters_of(self, results: Iterable[Letter | PartialLetter | UnreadableLetter]) -> Iterator[Letter]:
        """The letters among the results. Raises CommandError at the end if there was none."""
        for result in results:
            match result:
                case UnreadableLetter():
                    self.left_out.append(result)
                case PartialLetter():
                    self._partial.append(result)
                    yield result.letter
                case Letter():
                    yield result
        if len(self.left_out) == self._files:
            self.tell()
            raise CommandError(f"none of {self._files} files gave text; {self._pack_path} was not touched")

    def tell(self) -> None:
        """Each letter that is not in the pack, or not whole."""
        for left_out in self.left_out:
            notice(f"not in the pack: {_told(left_out.file, left_out.reason, left_out.detail)}")
        for part in self._partial:
            notice(f"read in part: {_told(part.file, part.reason, part.detail)}")


def _told(file: LetterFile, reason: str, detail: str) -> str:
    return f"{file.path}: {reason}" + (f" ({detail})" if detail else "")


def _leave_mapping(files: list[LetterFile], key_path: Path, register: Path | None) -> None:
    """For files that no register names: what their ids stand for, beside the key."""
    unregistered = [file for file in files if not file.is_registered]
    if not unregistered:
        return
    mapping = key_path.with_name(key_path.name + ".letters.csv")
    write_mapping(unregistered, mapping)
    if register is not None:
        notice(f"{len(unregistered)} of {len(files)} files are not in {register}; they get ids of our own")
    notice(f"{mapping}: which file each of these ids stands for; keep it with the key")


@pack.command()
@pack_options
@format_option
def inspect(pack_path: Path, key_path: Path, output: str) -> None:
    """Say what a pack holds: counts and parameters, never text.

    Example: stray pack inspect --pack pack --key pack.key
    """
    opened = open_pack(pack_path, load_key(key_path))
    opened.verify()
    parameters = asdict(opened.parameters)
    fields: dict[str, object] = {
        "pack_id": opened.pack_id,
        "format_version": opened.format_version,
        "normaliser_version": opened.normaliser_version,
        "letters": opened.letters,
        "shingles": opened.shingles,
        "template_shingles": opened.template_shingles,
        "bytes_per_letter": round(opened.bytes_per_letter),
    } | parameters
    if output == "json":
        json_line(fields)
        return
    width = max(map(len, fields))
    for name, value in fields.items():
        results().print(f"{name:<{width}}  {value:,}" if isinstance(value, int) else f"{name:<{width}}  {value}")


def _key(path: Path) -> PackKey:
    """The key; made when there is none yet, and then said."""
    if path.exists():
        return load_key(path)
    if not path.parent.exists():
        raise CommandError(f"{path.parent}: no such folder for the key")
    key = create_key(path)
    notice(f"{path}: a new key; keep a copy where the pack is not: without it the pack is noise")
    return key


def _progress() -> Progress:
    console = notices()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
