"""`stray pack`: fingerprints of the letters that the organisation knows."""

from __future__ import annotations

import os
from collections.abc import Iterator
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
    key = _key(key_path)
    files = letter_files(letters, key, register)
    if register is None:
        mapping = key_path.with_name(key_path.name + ".letters.csv")
        write_mapping(files, mapping)
        notice(f"{mapping}: which file each letter id stands for; keep it with the key")
    left_out: list[UnreadableLetter] = []
    partial: list[PartialLetter] = []
    with ExtractorPool(workers=os.cpu_count() or 1) as extractors, _progress() as progress:
        task = progress.add_task("letters", total=len(files))

        def texts() -> Iterator[Letter]:
            for result in read_letters(files, extractors):
                progress.advance(task)
                match result:
                    case UnreadableLetter():
                        left_out.append(result)
                    case PartialLetter():
                        partial.append(result)
                        yield result.letter
                    case Letter():
                        yield result
            if len(left_out) == len(files):
                _tell_problems(left_out, partial)
                raise CommandError(f"none of {len(files)} files gave text; {pack_path} was not touched")

        summary = build_pack(texts(), pack_path, key)
    _tell_problems(left_out, partial)
    notice(f"{pack_path}: {summary.letters} letters, {summary.bytes_per_letter:,.0f} bytes a letter")
    for letter_id in summary.too_short:
        notice(f"too short to be recognised: {letter_id}")
    if left_out:
        notice(f"{len(left_out)} of {len(files)} letters are NOT in the pack and will not be recognised")


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


def _tell_problems(left_out: list[UnreadableLetter], partial: list[PartialLetter]) -> None:
    def told(file: LetterFile, reason: str, detail: str) -> str:
        return f"{file.path}: {reason}" + (f" ({detail})" if detail else "")

    for problem in left_out:
        notice(f"not in the pack: {told(problem.file, problem.reason, problem.detail)}")
    for part in partial:
        notice(f"read in part: {told(part.file, part.reason, part.detail)}")
